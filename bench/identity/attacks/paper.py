"""Owns printed photographs held before a camera and swung as the challenge asks: flat, curved, bent, with the eyes cut out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np

from bench.identity.attacks.moving import held, seconds_of
from bench.identity.attacks.stills import CLOSE, Shown, picture_of
from bench.identity.clips.film import FPS, SIDE_PX, Film, Picture, Stage
from bench.identity.clips.taken import stretch

Shape = Literal["flat", "curved", "bent", "eyes_cut_out"]
SHAPES: Final[tuple[Shape, ...]] = ("flat", "curved", "bent", "eyes_cut_out")
SWING_DEG: Final = 38.0
NOD_DEG: Final = 34.0
_STRIPS: Final = 16
_FAR: Final = 2.4
_EYES: Final = ((33, 133), (362, 263))
_EYES_BEHIND: Final = ("bona_fide/driving_d9.mp4", 0.0, 6.0)


@dataclass(frozen=True)
class Paper:
    """One print: of whom, bent how, swung by which movements."""

    of: Shown
    shape: Shape
    movements: tuple[str, ...]
    seed: int

    def film(self, stage: Stage) -> Film:
        return Film(self._frames(stage), FPS)

    def _frames(self, stage: Stage) -> Iterator[Picture]:
        photo = _printed(picture_of(self.of, stage, room=CLOSE))
        eyes = _Eyes(photo, stage) if self.shape == "eyes_cut_out" else None
        chance = np.random.default_rng(self.seed)
        phase = chance.uniform(0, 2 * np.pi, 4)
        wall = np.full((SIDE_PX, SIDE_PX, 3), chance.uniform(90, 190, 3), np.float32)
        still = chance.uniform(0.7, 1.1) if self.shape == "curved" else 0.0
        for i in range(round(seconds_of(self.movements) * FPS)):
            t = i / FPS
            yaw, pitch = held(self.movements, t)
            bend = still + (yaw * 1.1 if self.shape == "bent" else 0.0) + 0.02 * np.sin(1.3 * t + phase[0])
            shown = photo if eyes is None else eyes.see(i)
            angles = (np.radians(SWING_DEG * yaw + 1.5 * np.sin(1.1 * t + phase[1])), np.radians(-NOD_DEG * pitch))
            sway = (3.0 * np.sin(1.7 * t + phase[2]), 2.0 * np.sin(1.2 * t + phase[3]))
            picture = _hold(shown, wall, angles, float(bend), sway)
            grain = np.empty(picture.shape, np.float32)
            cv2.setRNGSeed(self.seed * 1000 + i)
            cv2.randn(grain, 0.0, 2.0)
            yield np.clip(picture + grain, 0, 255).astype(np.uint8)


def _printed(picture: Picture) -> np.ndarray:
    """Ink on paper: less contrast, a little blur, paper's own grain."""
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 0.7)
    paper = np.empty(soft.shape, np.float32)
    cv2.setRNGSeed(11)
    cv2.randn(paper, 0.0, 1.2)
    return 18 + soft * 0.86 + paper


def _hold(photo: np.ndarray, wall: np.ndarray, angles: tuple[float, float], bend: float, sway: tuple[float, float]) -> np.ndarray:
    """See a sheet bent round its upright axis by `bend` (radians from edge to middle) and turned, by a camera near it."""
    side = photo.shape[0]
    canvas = wall.copy()
    u = np.linspace(-1, 1, _STRIPS + 1)
    flat = abs(bend) < 1e-3
    x, z = (u, np.zeros_like(u)) if flat else (np.sin(bend * u) / bend, (1 - np.cos(bend * u)) / bend)
    yaw, pitch = angles
    points = np.stack([np.stack([x, np.full_like(x, v), z], axis=1) for v in (-1.0, 1.0)])
    turned = _turn(points, yaw, pitch)
    scale = _FAR / (_FAR + turned[..., 2])
    seen = turned[..., :2] * scale[..., None] * side * 0.46 + side / 2 + np.asarray(sway)
    edges = np.linspace(0, side - 1, _STRIPS + 1)
    for k in np.argsort(-turned[:, :, 2].mean(axis=0)[:-1]):
        source = np.asarray([(edges[k], 0), (edges[k + 1], 0), (edges[k + 1], side - 1), (edges[k], side - 1)], np.float32)
        target = np.asarray([seen[0, k], seen[0, k + 1], seen[1, k + 1], seen[1, k]], np.float32)
        _paste(canvas, photo, source, target)
    return canvas


def _paste(canvas: np.ndarray, photo: np.ndarray, source: np.ndarray, target: np.ndarray) -> None:
    low = np.maximum(np.floor(target.min(axis=0)).astype(int) - 1, 0)
    high = np.minimum(np.ceil(target.max(axis=0)).astype(int) + 2, canvas.shape[1::-1])
    if (high <= low).any():
        return
    left, right = max(0, int(source[0, 0]) - 1), min(photo.shape[1], int(source[1, 0]) + 3)
    matrix = cv2.getPerspectiveTransform((source - (left, 0)).astype(np.float32), (target - low).astype(np.float32))
    part = canvas[low[1] : high[1], low[0] : high[0]].copy()
    strip = np.ascontiguousarray(photo[:, left:right])
    warped = cv2.warpPerspective(strip, matrix, part.shape[1::-1], dst=part, borderMode=cv2.BORDER_TRANSPARENT)
    canvas[low[1] : high[1], low[0] : high[0]] = warped


def _turn(points: np.ndarray, yaw: float, pitch: float) -> np.ndarray:
    """Turn about the upright axis, positive to the person's own left, then about the level one, positive downwards."""
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    x, z = x * np.cos(yaw) - z * np.sin(yaw), x * np.sin(yaw) + z * np.cos(yaw)
    y, z = y * np.cos(pitch) - z * np.sin(pitch), y * np.sin(pitch) + z * np.cos(pitch)
    return np.stack([x, y, z], axis=-1)


class _Eyes:
    """Somebody's living eyes behind the holes of a print."""

    def __init__(self, photo: np.ndarray, stage: Stage) -> None:
        frames, _ = stretch(*_EYES_BEHIND)
        self._photo = photo
        behind = stage.faces.landmarks(frames[0])[:, :2]
        mine = stage.faces.landmarks(np.clip(photo, 0, 255).astype(np.uint8))[:, :2]
        self._frames = frames
        self._maps = [_between(behind[list(pair)], mine[list(pair)]) for pair in _EYES]
        self._holes = [_hole(photo.shape[:2], mine[list(pair)]) for pair in _EYES]

    def see(self, i: int) -> np.ndarray:
        frame = self._frames[min(i, len(self._frames) - 1)].astype(np.float32)
        out = self._photo
        for matrix, hole in zip(self._maps, self._holes, strict=True):
            eye = cv2.warpAffine(frame, matrix, out.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
            out = out * (1 - hole) + eye * hole
        return out.astype(np.float32)


def _between(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    a, b = source[1] - source[0], target[1] - target[0]
    scale = float(np.linalg.norm(b) / max(np.linalg.norm(a), 1e-6))
    angle = float(np.arctan2(b[1], b[0]) - np.arctan2(a[1], a[0]))
    turn = scale * np.asarray([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.concatenate([turn, (target[0] - turn @ source[0])[:, None]], axis=1).astype(np.float32)


def _hole(shape: tuple[int, int], corners: np.ndarray) -> np.ndarray:
    middle, width = corners.mean(axis=0), float(np.linalg.norm(corners[1] - corners[0]))
    mask = np.zeros(shape, np.float32)
    tilt = float(np.degrees(np.arctan2(*(corners[1] - corners[0])[::-1])))
    cv2.ellipse(mask, (int(middle[0]), int(middle[1])), (int(width * 0.6), int(width * 0.32)), tilt, 0, 360, 1.0, -1)
    return cv2.GaussianBlur(mask, (0, 0), 1.0)[:, :, None]
