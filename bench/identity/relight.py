"""Lights a real recording anew as a screen in front of it would: the simulation behind bench.identity.light. Judges nothing.

Frames are linearised (sRGB); what was recorded counts as skin and wall under an even ambient light. A screen adds light of its
own colour by Lambert's law from a mesh of the face (MediaPipe's points), falling with the square of the distance from a panel
of 30 x 18 cm; hair, neck and shoulders get a flat part of it, the wall behind what its distance leaves. Then the camera: filters
that mix colours, exposure and white balance that follow, shot and read noise, 8 bits, and a realtime VP8 encoder.
Not in it: gloss of skin and glasses, coloured ambient light, light back from the wall, rolling shutter, flicker of lamps.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from identity.core.lighting import LIT_US, shown
from identity.lit import LINEAR
from serving.engines.portrait.topology import FACE, OVAL, head_triangles

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

LEAD_US = 700_000
FACE_CM = 14.5
"""Width of a face between the ears' landmarks; a textbook figure."""
GRID = 160
"""Light is computed at this width and spread over the picture: it is smooth."""
MIX: Floats = np.asarray([[0.90, 0.08, 0.02], [0.06, 0.86, 0.08], [0.02, 0.10, 0.88]], np.float32)
"""How much of a screen's red, green, blue a camera's red, green, blue see. Typical of consumer sensors, not of one."""
_LEVELS = 8191
_LINEAR_LEVELS = np.arange(_LEVELS + 1) / _LEVELS
_CODED: Picture = np.round(
    255 * np.where(_LINEAR_LEVELS <= 0.0031308, _LINEAR_LEVELS * 12.92, 1.055 * _LINEAR_LEVELS ** (1 / 2.4) - 0.055)
).astype(np.uint8)
"""sRGB's encoding of linear light in 8192 steps."""


@dataclass(frozen=True)
class Room:
    """One setting. Lux on the face: `screen_lux` a white full screen at 45 cm, `ambient_lux` everything else."""

    ambient_lux: float
    screen_lux: float = 60.0
    distance_cm: float = 45.0
    wall_cm: float = 100.0
    """From the face to what is behind it."""
    follows: bool = True
    """Whether the camera's exposure and white balance follow the light."""


@dataclass(frozen=True)
class Take:
    """A stretch of a real recording: frames (BGR), their landmarks, person masks 0..1 at GRID width; 25 a second."""

    frames: list[Picture]
    landmarks: list[Floats]
    person: list[Floats]
    fps: float
    gains: dict[tuple[int, float, float], Floats] = field(default_factory=dict)


Relight = Callable[[Floats, int, int], Floats]
"""(linear light of a frame (h, w, 3), its number, its time from the light's beginning in us) -> linear light."""


def take(path: Path, tracker: Any, masks: Callable[[Picture, int], Floats], *, skip_s: float = 0.0) -> Take:
    """Read a stretch long enough for a light challenge; one that is too short is played to and fro."""
    frames: list[Picture] = []
    points: list[Floats] = []
    person: list[Floats] = []
    need = 0
    with av.open(str(path)) as file:
        fps = float(file.streams.video[0].average_rate or 25)
        need = int(((LIT_US + 2 * LEAD_US) / 1e6) * fps) + 1
        for index, decoded in enumerate(file.decode(video=0)):
            if index < skip_s * fps:
                continue
            scale = min(1.0, 640 / max(decoded.width, decoded.height))
            width, height = round(decoded.width * scale) // 2 * 2, round(decoded.height * scale) // 2 * 2
            picture = decoded.to_ndarray(format="bgr24", width=width, height=height)
            reading = tracker.read(picture, round(index * 1e6 / fps))
            if reading is None:
                continue
            frames.append(picture)
            points.append(reading.landmarks)
            person.append(cv2.resize(masks(picture, round(index * 1e3 / fps)), (GRID, round(GRID * height / width))))
            if len(frames) >= need:
                break
    order = [abs((i + len(frames) - 1) % max(1, 2 * (len(frames) - 1)) - (len(frames) - 1)) for i in range(need)]
    order = [len(frames) - 1 - i for i in order]
    return Take([frames[i] for i in order], [points[i] for i in order], [person[i] for i in order], fps)


def gain(one: Take, number: int, room: Room) -> Floats:
    """How much of the screen's light each place gets, 1 where a frontal face's middle is: (h, w) at GRID width; kept with the take."""
    key = (number, room.distance_cm, room.wall_cm)
    if key not in one.gains:
        one.gains[key] = _gain(one, number, room)
    return one.gains[key]


def _gain(one: Take, number: int, room: Room) -> Floats:
    width = one.frames[number].shape[1]
    mask = one.person[number]
    cm = FACE_CM / max(float(np.linalg.norm(one.landmarks[number][234, :2] - one.landmarks[number][454, :2])), 1.0)
    middle = one.landmarks[number][list(OVAL)].mean(axis=0)
    at = (one.landmarks[number][:FACE] - middle) * cm
    at[:, 2] += room.distance_cm  # z grows away from the camera
    triangles = head_triangles()
    triangles = triangles[(triangles < FACE).all(axis=1)]
    light = _lambert(at, triangles, room)
    back = (room.distance_cm / (room.distance_cm + room.wall_cm)) ** 2
    body = 0.55 * (room.distance_cm / (room.distance_cm + 10)) ** 2
    out = np.asarray(mask * body + (1 - mask) * back, np.float32)
    corners = np.round(one.landmarks[number][:, :2] * (GRID / width) * 16).astype(np.int32)
    face = np.zeros_like(out)
    covered = np.zeros(out.shape, np.uint8)
    for corner, value in zip(triangles, light, strict=True):
        cv2.fillConvexPoly(face, corners[corner], float(value), cv2.LINE_8, 4)
        cv2.fillConvexPoly(covered, corners[corner], 1, cv2.LINE_8, 4)
    inside = cv2.GaussianBlur(covered.astype(np.float32), (0, 0), 1.0)
    out = out * (1 - inside) + cv2.GaussianBlur(np.where(covered > 0, face, out), (0, 0), 1.0) * inside
    return np.asarray(out, np.float32)


def _lambert(at: Floats, triangles: NDArray[np.int32], room: Room) -> Floats:
    a, b, c = (at[triangles[:, i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    normal *= np.sign(-normal[:, 2:3] + 1e-9)  # towards the camera
    centre = (a + b + c) / 3
    total = np.zeros(len(triangles), np.float32)
    panel = [(x, y) for x in (-12.0, 0.0, 12.0) for y in (4.0, 11.0, 18.0)]  # below the camera, as in a laptop
    for x, y in panel:
        towards = np.asarray([x, y, 0.0], np.float32) - centre
        far = np.linalg.norm(towards, axis=1)
        facing = np.maximum(0.0, (normal * towards).sum(axis=1) / far)
        leaving = np.maximum(0.0, -towards[:, 2] / far)
        total += facing * leaving / far**2
    return total / (len(panel) / room.distance_cm**2)


def screen(colours: tuple[str, ...], time_us: int) -> Floats:
    """Light of the screen as a camera's filters see it, over an exposure of 33 ms, behind a display of about 10 ms."""
    times = np.arange(time_us - 43_000, time_us - 9_999, 4_000, dtype=np.int64)
    return MIX @ shown(colours, times).mean(axis=0)


def physically(one: Take, room: Room, colours: tuple[str, ...], late_us: int = 0, *, flat: bool = False) -> Relight:
    """Light as a screen in the room gives it. `flat`: the person is a picture cut out and held there."""
    part = room.screen_lux / room.ambient_lux

    def relight(light: Floats, number: int, time_us: int) -> Floats:
        spread = cv2.resize(gain(one, number, room), light.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        if flat:
            mask = cv2.resize(one.person[number], spread.shape[::-1])
            wall = (room.distance_cm / (room.distance_cm + room.wall_cm)) ** 2
            spread = np.asarray(mask * 0.9 + (1 - mask) * wall, np.float32)
        return light * (1 + part * spread[:, :, None] * screen(colours, time_us - late_us))

    return relight


def tinting(one: Take, colours: tuple[str, ...], strength: float, *, face_only: bool) -> Relight:
    """An attacker's tint: the whole picture, or the oval of the face, multiplied by the colours, in time."""

    def relight(light: Floats, number: int, time_us: int) -> Floats:
        tint = strength * screen(colours, time_us)
        if not face_only:
            return light * (1 + tint)
        mask = np.zeros(light.shape[:2], np.float32)
        oval = np.round(one.landmarks[number][list(OVAL), :2]).astype(np.int32)
        cv2.fillConvexPoly(mask, cv2.convexHull(oval), 1.0)
        return light * (1 + cv2.GaussianBlur(mask, (0, 0), 6.0)[:, :, None] * tint)

    return relight


def filmed(one: Take, room: Room, relight: Relight | None, seed: int) -> Iterator[Picture]:
    """Pass every frame through the light and the camera: BGR."""
    draw = np.random.default_rng(seed)
    exposure, balance, usual = 1.0, np.ones(3, np.float32), None
    step_s = 1 / one.fps
    for number, frame in enumerate(one.frames):
        light = LINEAR[frame[:, :, ::-1]]
        time_us = round(number * 1e6 / one.fps) - LEAD_US
        lit = light if relight is None else relight(light, number, time_us)
        small = lit[::8, ::8].reshape(-1, 3).mean(axis=0)
        usual = small if usual is None else usual
        if room.follows:
            exposure += (float(usual.mean() / small.mean()) ** 0.7 - exposure) * min(1.0, step_s / 0.4)
            balance += ((usual / usual.mean() * small.mean() / small) ** 0.4 - balance) * min(1.0, step_s / 2.0)
        seen = lit * (exposure * balance)
        noise = np.sqrt(0.0015**2 + 0.0004 * min(4.0, 300 / room.ambient_lux) * np.maximum(seen, 0))
        seen = np.clip(seen + noise * draw.standard_normal(seen.shape[:2], np.float32)[:, :, None], 0, 1)
        yield np.ascontiguousarray(_CODED[(seen * _LEVELS).astype(np.uint16)][:, :, ::-1])


def encoded(frames: Iterator[Picture], fps: float) -> bytes:
    """Encode as a browser does: VP8 in realtime at 1 Mbit/s, in webm."""
    out = io.BytesIO()
    with av.open(out, "w", format="webm") as file:
        stream: Any = None
        for picture in frames:
            if stream is None:
                stream = file.add_stream("libvpx", rate=round(fps), options={"deadline": "realtime", "cpu-used": "8", "threads": "1"})
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt, stream.bit_rate = "yuv420p", 1_000_000
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")):
                file.mux(packet)
        for packet in stream.encode():
            file.mux(packet)
    return out.getvalue()
