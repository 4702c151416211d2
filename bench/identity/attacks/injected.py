"""Owns films put together rather than taken: frozen, doubled, interpolated or repeated frames, another face in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np

from bench.identity.clips.film import Film, Picture, Pictures, Stage

Trick = Literal["frozen", "doubled", "interpolated", "repeated"]
TRICKS: Final[tuple[Trick, ...]] = ("frozen", "doubled", "interpolated", "repeated")
WAYS: Final = 3
"""Each trick is done so many ways, from the plain one to those that hide it."""


@dataclass(frozen=True)
class Injected:
    """A film of somebody, edited. `way`: which of the trick's ways, 0 to 2."""

    of: Pictures
    trick: Trick
    way: int = 0

    def film(self, stage: Stage) -> Film:
        film = self.of.film(stage)
        edit = {"frozen": frozen, "doubled": doubled, "interpolated": interpolated, "repeated": repeated}[self.trick]
        return Film(edit(list(film.frames), film.fps, self.way), film.fps, film.bit_rate)


def doubled(frames: list[Picture], fps: float, way: int) -> list[Picture]:
    """Each second frame shown twice; each third one three times; twice in the middle half alone."""
    if way == 2:
        first, last = len(frames) // 4, 3 * len(frames) // 4
        return [*frames[:first], *doubled(frames[first:last], fps, 0), *frames[last:]]
    times = 2 + (way == 1)
    return [frame for frame in frames[::times] for _ in range(times)][: len(frames)]


def interpolated(frames: list[Picture], fps: float, way: int) -> list[Picture]:  # noqa: ARG001 -- all tricks are asked alike
    """Each second frame made of its neighbours: half of either; .35 of one; either moved half the way along the optical flow."""
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST) if way == 2 else None
    out: list[Picture] = []
    for one, other in zip(frames[::2], [*frames[2::2], frames[::2][-1]], strict=True):
        part = 0.35 if way == 1 else 0.5
        out += [one, cv2.addWeighted(one, part, other, 1 - part, 0) if flow is None else _midway(flow, one, other)]
    return out[: len(frames)]


def frozen(frames: list[Picture], fps: float, way: int) -> list[Picture]:
    """The picture stands still: 1.4 s in the middle; .8 s there and at the end; the last 1.4 s."""
    middle, held = len(frames) // 2, round((0.8 if way == 1 else 1.4) * fps)
    if way == 2:
        return [*frames[:-held], *([frames[-held]] * held)]
    return [*frames[:middle], *([frames[middle]] * held), *frames[middle:], *([frames[-1]] * (held if way == 1 else 0))]


def repeated(frames: list[Picture], fps: float, way: int) -> list[Picture]:
    """The first 1.5 s come again: backwards, then forwards; forwards, brighter and two pixels aside; the last 2 s backwards."""
    part = frames[: round(1.5 * fps)]
    if way == 0:
        return [*frames, *part[::-1], *part]
    if way == 1:
        return [*frames, *(cv2.convertScaleAbs(np.roll(frame, 2, axis=1), alpha=1.04, beta=3) for frame in part)]
    return [*frames, *frames[: -round(2 * fps) : -1]]


def _midway(flow: cv2.DISOpticalFlow, one: Picture, other: Picture) -> Picture:
    """What lies half way between two frames, each moved along the flow from the first."""
    grey = [cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) for frame in (one, other)]
    moved = flow.calc(grey[0], grey[1], None)  # type: ignore[arg-type] -- None: no flow is known beforehand
    rows, columns = np.mgrid[0 : one.shape[0], 0 : one.shape[1]].astype(np.float32)
    halves = [
        cv2.remap(frame, columns + way * moved[..., 0], rows + way * moved[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for frame, way in ((one, -0.5), (other, 0.5))
    ]
    return cv2.addWeighted(halves[0], 0.5, halves[1], 0.5, 0)


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
