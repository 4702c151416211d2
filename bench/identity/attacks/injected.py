"""Owns films put together rather than taken: frozen, doubled, interpolated or repeated frames, another face in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np

from bench.identity.clips.film import Film, Picture, Pictures, Stage

Trick = Literal["frozen", "doubled", "interpolated", "repeated", "none"]
TRICKS: Final[tuple[Trick, ...]] = ("frozen", "doubled", "interpolated", "repeated")


@dataclass(frozen=True)
class Injected:
    """A film of somebody, edited. `none`: only its container is."""

    of: Pictures
    trick: Trick

    def film(self, stage: Stage) -> Film:
        film = self.of.film(stage)
        frames = list(film.frames)
        if self.trick == "doubled":
            return Film([frame for frame in frames[::2] for _ in range(2)][: len(frames)], film.fps)
        if self.trick == "interpolated":
            return Film(_between(frames[::2])[: len(frames)], film.fps)
        if self.trick == "frozen":
            middle, held = len(frames) // 2, round(1.4 * film.fps)
            return Film([*frames[:middle], *([frames[middle]] * held), *frames[middle:]][: max(len(frames), middle + held)], film.fps)
        if self.trick == "repeated":
            part = frames[: round(1.5 * film.fps)]
            return Film([*frames, *part[::-1], *part], film.fps)
        return Film(frames, film.fps)


@dataclass(frozen=True)
class Swapped:
    """One person's film that goes on as another's."""

    first: Pictures
    second: Pictures

    def film(self, stage: Stage) -> Film:
        one, other = self.first.film(stage), self.second.film(stage)
        begin, end = list(one.frames), list(other.frames)
        height, width = begin[0].shape[:2]
        return Film([*begin, *(_fitted(frame, height, width) for frame in end)], one.fps)


def _fitted(frame: Picture, height: int, width: int) -> Picture:
    scale = max(height / frame.shape[0], width / frame.shape[1])
    large = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    top, left = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
    return np.ascontiguousarray(large[top : top + height, left : left + width])


def _between(frames: list[Picture]) -> list[Picture]:
    out: list[Picture] = []
    for one, other in zip(frames, [*frames[1:], frames[-1]], strict=True):
        out += [one, cv2.addWeighted(one, 0.5, other, 0.5, 0)]
    return out
