"""A fictional actor who answers live steps: sees a step, reacts like a person, is lit by the screen, is filmed and streamed as webm.

Who sits down `anew` is framed a little differently and turns a little further or less, as people do: two takes are else alike to the
frame wherever one movement is in both. A machine that is too slow to draw every frame leaves some out, as a busy camera does. Only
maeve can smile: joon always does.
"""

from __future__ import annotations

import random
import time
from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np

from bench.identity.answering import HEIGHT, Acting
from bench.identity.relight import GRID, Relight, Room, Take, gain, physically
from identity.core.lighting import SLOT_US
from identity.lit import LINEAR
from serving.engines.portrait.acting import blink_at, sway
from serving.engines.portrait.actor import PHRASE_SPEED
from serving.engines.portrait.animate import Head, Motion
from serving.engines.portrait.cutout import background, cut_out
from serving.engines.portrait.faces import FaceModels
from serving.engines.portrait.speech import KokoroSpeaker
from tests.media import ACTORS_FOLDER, SOUND_HZ, VOICES

FPS = 15
SIDE_PX = 400
WORD_S = 0.8
BUDGET_S = 0.2
"""After so long a piece of .25 s must go: what is not drawn by then is left out."""
DIM = Room(ambient_lux=100.0)
LATE_S = 0.03
"""A display's and a camera's own lateness."""
CLOSER = 0.4
SMILE = 0.2
"""How much further apart the corners of the mouth are, in distances of the eyes."""


class _Pipe:
    """What the muxer writes, in pieces; it cannot go back, as a recorder cannot."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, data: bytes) -> int:
        self.written += data
        return len(data)

    def take(self) -> bytes:
        data, self.written = bytes(self.written), bytearray()
        return data


class LiveActor:
    """A Performer (tests.live_client). `react`: seconds from seeing a step to its answer, mean and standard deviation."""

    def __init__(
        self,
        actor: str,
        faces: FaceModels,
        speaker: KokoroSpeaker,
        *,
        react: tuple[float, float] = (0.55, 0.12),
        seed: int = 1,
        anew: bool = False,
    ) -> None:
        self.acting = Acting(word_s=WORD_S)
        self.seen: list[dict[str, Any]] = []
        self._voice, self._speaker, self._react = VOICES[actor], speaker, react
        self._chance, self._noise = random.Random(seed), np.random.default_rng(seed)
        self._phase = self._noise.uniform(0, 2 * np.pi, 9)
        picture = cv2.imdecode(np.frombuffer((ACTORS_FOLDER / f"{actor}.jpg").read_bytes(), np.uint8), cv2.IMREAD_COLOR)
        picture = cv2.resize(picture, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        self._anew = anew
        if anew:
            picture = self._framed(picture)
        mask = faces.person(picture)
        points = faces.landmarks(picture)
        self._head, self._wall = Head(cut_out(picture, mask), points), background(picture, mask)
        self._seat = Take([picture], [points], [cv2.resize(mask.astype(np.float32), (GRID, GRID))], FPS)
        gain(self._seat, 0, DIM)  # takes half a second, and is kept with the take
        person = self._head.frame(Motion())
        self._sitting = LINEAR[
            np.clip(person[:, :, 2::-1] + (self._wall * (1 - person[:, :, 3:] / 255))[:, :, ::-1], 0, 255).astype(np.uint8)
        ]
        self._grain = self._noise.normal(0, 2.0, (8, SIDE_PX, SIDE_PX, 3)).astype(np.float32)
        self._light: tuple[float, Relight] | None = None
        self._lit: dict[int, np.ndarray] = {}
        self._said: dict[str, np.ndarray] = {}
        self._far: dict[float, float] = {}
        self._pipe, self._frames, self._samples = _Pipe(), 0, 0
        self._file = av.open(self._pipe, "w", format="webm", options={"live": "1", "cluster_time_limit": "200"})  # type: ignore[arg-type]
        self._video = self._file.add_stream("libvpx", rate=FPS)
        self._video.width = self._video.height = SIDE_PX
        self._video.pix_fmt, self._video.bit_rate = "yuv420p", 1_500_000
        self._video.codec_context.time_base = Fraction(1, 1000)
        self._video.codec_context.thread_count = 1  # threads wait for one another by spinning: 90 ms a frame of a busy machine, 2 ms alone
        self._video.options = {"deadline": "realtime", "cpu-used": "-8", "lag-in-frames": "0"}
        self._audio = self._file.add_stream("libopus", rate=48_000)
        self._audio.layout = "mono"
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=48_000, frame_size=960)

    def _framed(self, picture: np.ndarray) -> np.ndarray:
        """The picture from a camera that stands a little nearer, and to a side."""
        nearer = cv2.getRotationMatrix2D((SIDE_PX / 2, SIDE_PX / 2), self._noise.uniform(-2, 2), self._noise.uniform(1.0, 1.1))
        nearer[:, 2] += self._noise.uniform(-16, 16, 2)
        return cv2.warpAffine(picture, nearer, (SIDE_PX, SIDE_PX), borderMode=cv2.BORDER_REPLICATE)

    def see(self, step: dict[str, Any], at_us: int) -> None:
        self.seen.append(step | {"at_us": at_us})
        if step["do"] == "light":
            self._light = at_us / 1e6, physically(self._seat, DIM, tuple(step["what"]))
            return
        self.acting.respond(step["do"], step["what"], at_us / 1e6 + max(0.25, self._chance.gauss(*self._react)))

    def film(self, until_us: int) -> bytes:
        sound = self._sound(round(until_us / 1e6 * SOUND_HZ))
        began_s = time.monotonic()
        while self._frames * 1_000_000 // FPS < until_us:
            t, late = self._frames / FPS, time.monotonic() - began_s > BUDGET_S
            if late and self._light is None and (self._frames + 1) * 1_000_000 // FPS < until_us:
                self._frames += 1
                continue
            frame = av.VideoFrame.from_ndarray(self._frame(t), format="bgr24")
            frame.pts, frame.time_base = round(t * 1000 + self._noise.normal(0, 3)) + 20, Fraction(1, 1000)
            self._file.mux(self._video.encode(frame))
            self._frames += 1
        part = av.AudioFrame.from_ndarray(sound[None], format="flt", layout="mono")
        part.sample_rate, part.pts = SOUND_HZ, self._samples
        self._samples += len(sound)
        for resampled in self._resampler.resample(part):
            self._file.mux(self._audio.encode(resampled))
        return self._pipe.take()

    def _frame(self, t: float) -> np.ndarray:
        picture = self._moving(t) if self._light is None or t < self._light[0] else self._sitting_lit(t)
        grain = self._grain[self._frames % len(self._grain)]
        return np.clip(picture + np.roll(grain, int(self._noise.integers(SIDE_PX)), axis=1), 0, 255).astype(np.uint8)

    def _moving(self, t: float) -> np.ndarray:
        yaw, pitch, roll = sway(t, self._phase)
        part = {"closer": 0.0, "blink": 0.0, "smile": 0.0}
        for moving in self.acting.motions:
            amount = moving.amount(t)
            if moving.kind in part:
                part[moving.kind] = max(part[moving.kind], amount)
                continue
            amount *= self._far.setdefault(moving.start_s, self._chance.uniform(0.88, 1.12)) if self._anew else 1.0
            yaw, pitch = yaw + HEIGHT[moving.kind][0] * amount, pitch + HEIGHT[moving.kind][1] * amount
        loud = min(1.0, 6 * float(np.sqrt(np.mean(self._speech(round(t * SOUND_HZ), SOUND_HZ // FPS) ** 2))))
        blink = max(blink_at(t % 3.1, (2.4,)), min(1.0, 2 * part["blink"]))
        gap = 0.13 * loud if loud > 0.05 else 0.05 * part["smile"] or None
        person = self._head.frame(Motion(yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll, gap=gap, width=SMILE * part["smile"], blink=blink))
        if part["closer"]:
            nearer = cv2.getRotationMatrix2D((SIDE_PX / 2, SIDE_PX / 2), 0, 1 + CLOSER * part["closer"])
            person = cv2.warpAffine(person, nearer, (SIDE_PX, SIDE_PX))
        return person[:, :, :3] + self._wall * (1 - person[:, :, 3:] / 255)

    def _sitting_lit(self, t: float) -> np.ndarray:
        """The actor, keeping still under the screen's colours; drawn once a colour."""
        assert self._light is not None
        began_s, relight = self._light
        slot = int((t - LATE_S - began_s) * 1e6 // SLOT_US)
        if slot not in self._lit:
            seen = relight(self._sitting, 0, slot * SLOT_US + SLOT_US // 2)
            coded = np.where(seen <= 0.0031308, seen * 12.92, 1.055 * np.maximum(seen, 1e-6) ** (1 / 2.4) - 0.055)
            self._lit[slot] = (255 * coded[:, :, ::-1]).astype(np.float32)
        return self._lit[slot]

    def _sound(self, until: int) -> np.ndarray:
        count = until - self._samples
        room = self._noise.normal(0, 0.0015, count)
        return (room + self._speech(self._samples, count)).astype(np.float32)

    def _speech(self, start: int, count: int) -> np.ndarray:
        """The words that sound in those samples, each where it is said."""
        mixed = np.zeros(count, np.float32)
        for word, begin_s in self.acting.words:
            begin = round(begin_s * SOUND_HZ)
            if begin >= start + count or begin + 2 * SOUND_HZ <= start:
                continue
            if word not in self._said:
                self._said[word] = self._speaker.say(word, self._voice, PHRASE_SPEED).samples
            a, b = max(start, begin), min(start + count, begin + len(self._said[word]))
            if a < b:
                mixed[a - start : b - start] += self._said[word][a - begin : b - begin]
        return mixed
