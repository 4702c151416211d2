"""Owns replays on a screen, filmed again: pixel grid and its moiré, perspective of a hand, bezel, glare, flicker, the screen's light."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np

from bench.identity.clips.film import Film, Pictures, Stage

Screen = Literal["phone", "tablet", "monitor"]
SCREENS: Final[tuple[Screen, ...]] = ("phone", "tablet", "monitor")
_SHOWN: Final = {"phone": (0.80, 2.4, 0.30), "tablet": (0.97, 2.4, 0.20), "monitor": (1.18, 2.0, 0.28)}
"""Part of the view that the screen takes, screen pixels a shown pixel, how deep the pixel grid is at best focus. Every other
seed is a camera a little out of focus, as a careful attacker's would be: half the grid, twice the blur."""


@dataclass(frozen=True)
class Replay:
    """A film shown on a screen before the camera."""

    of: Pictures
    screen: Screen
    seed: int

    def film(self, stage: Stage) -> Film:
        shown = self.of.film(stage)
        return Film(self._filmed(list(shown.frames), shown.fps), shown.fps)

    def _filmed(self, frames: list[np.ndarray], fps: float) -> Iterator[np.ndarray]:
        part, fine, grid = _SHOWN[self.screen]
        soft = self.seed % 2
        grid, blur = (grid / 2, 1.0) if soft else (grid, 0.5)
        height, width = frames[0].shape[:2]
        chance = np.random.default_rng(self.seed)
        phase = chance.uniform(0, 2 * np.pi, 6)
        room = np.full((height, width, 3), chance.uniform(20, 70, 3), np.float32)
        cells = _cells(height, width, fine, grid)
        glare = _glare(height, width, chance)
        warmth = np.asarray((1.06, 1.0, 0.95), np.float32) if chance.random() < 0.5 else np.asarray((0.97, 1.0, 1.02), np.float32)
        for i, frame in enumerate(frames):
            t = i / fps
            shown = _lit(frame, cells, warmth, 1 + 0.03 * np.sin(2 * np.pi * 8.3 * t + phase[5]))
            corners = _corners(height, width, part, t, phase)
            source = np.asarray([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32) * (shown.shape[1] - 1, shown.shape[0] - 1)
            matrix = cv2.getPerspectiveTransform(source.astype(np.float32), corners)
            seen = room.copy()
            bezel = cv2.convexHull((corners - corners.mean(axis=0)) * 1.05 + corners.mean(axis=0)).astype(np.int32)
            cv2.fillConvexPoly(seen, bezel, (12, 12, 12))
            cv2.warpPerspective(shown, matrix, (width, height), dst=seen, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT)
            seen = cv2.GaussianBlur(seen, (0, 0), blur) * (1 - glare) + 255 * glare
            grain = np.empty(seen.shape, np.float32)
            cv2.setRNGSeed(self.seed * 1000 + i)
            cv2.randn(grain, 0.0, 2.5)
            yield np.clip(seen + grain, 0, 255).astype(np.uint8)


def _cells(height: int, width: int, fine: float, grid: float) -> np.ndarray:
    """Brightness of the screen's own pixels: red, green and blue stripes and the dark between rows, mean 1."""
    rows, columns = round(height * fine / 2) * 2, round(width * fine / 2) * 2
    stripes = np.ones((rows, columns, 3), np.float32)
    for colour in range(3):
        at = (np.arange(columns) % 3) != colour
        stripes[:, at, 2 - colour] *= 1 - grid
    stripes[np.arange(rows) % 3 == 2] *= 1 - grid
    return stripes / stripes.mean(axis=(0, 1))


def _lit(frame: np.ndarray, cells: np.ndarray, warmth: np.ndarray, flicker: float) -> np.ndarray:
    large = cv2.resize(frame, cells.shape[1::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)
    large *= cells
    large *= warmth * np.float32(0.88 * flicker)
    return large + 10


def _corners(height: int, width: int, part: float, t: float, phase: np.ndarray) -> np.ndarray:
    sway = np.asarray([np.sin(1.3 * t + phase[0]) * 3, np.sin(1.9 * t + phase[1]) * 2.5])
    tilt = 0.02 * np.sin(0.7 * t + phase[2]) + 0.03 * np.sin(phase[3])
    lean = 0.03 * np.sin(0.9 * t + phase[4])
    unit = np.asarray([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float64)
    depth = 1 + unit[:, :1] * tilt + unit[:, 1:] * lean
    return (unit * part * depth * (width / 2, height / 2) + (width / 2, height / 2) + sway).astype(np.float32)


def _glare(height: int, width: int, chance: np.random.Generator) -> np.ndarray:
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    middle = chance.uniform((0, 0), (width, height * 0.4))
    far = ((x - middle[0]) / (0.35 * width)) ** 2 + ((y - middle[1]) / (0.25 * height)) ** 2
    return (0.12 * np.exp(-far))[:, :, None].astype(np.float32)
