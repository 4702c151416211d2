"""Owns stretches of the corpus's videos, worn by noise, light, compression or a slow camera. Does not judge what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import av
import cv2
import numpy as np

from bench.identity.clips.film import Film, Picture, Stage
from bench.identity.people import corpus

Wear = Literal["clean", "noise", "dark", "bright", "compressed", "15fps"]
SLOW: Final = frozenset({"dark", "compressed", "15fps"})
"""Worn at 15 frames a second: a dark room and a thin line slow a camera too."""
WEARS: Final[tuple[Wear, ...]] = ("noise", "dark", "compressed", "15fps", "bright")
LONG_SIDE_PX: Final = 512
_LOW_BITS: Final = 220_000


@dataclass(frozen=True)
class Taken:
    """A stretch of a clip. Mirrored and reversed are still that face moving: they change what a challenge would have asked."""

    clip: str
    start_s: float
    end_s: float
    mirrored: bool = False
    reversed: bool = False
    wear: Wear = "clean"
    slow: bool = False

    def film(self, stage: Stage) -> Film:  # noqa: ARG002 -- every recipe is given one
        frames, fps = stretch(self.clip, self.start_s, self.end_s)
        frames = [np.ascontiguousarray(f[:, ::-1]) for f in frames] if self.mirrored else frames
        frames = frames[::-1] if self.reversed else frames
        if self.slow or self.wear in SLOW:
            keep = max(1, round(fps / 15))
            frames, fps = frames[::keep], fps / keep
        seed = int(self.start_s * 1000) + len(frames)
        return Film(worn(frames, self.wear, seed), fps, _LOW_BITS if self.wear == "compressed" else 2_000_000)


def stretch(clip: str, start_s: float, end_s: float) -> tuple[list[Picture], float]:
    """Decode the frames of a stretch, no side longer than 512 px and both even: BGR, and their rate."""
    found: list[Picture] = []
    with av.open(str(corpus() / "face" / clip)) as file:
        fps = float(file.streams.video[0].average_rate or 25)
        for index, frame in enumerate(file.decode(video=0)):
            if index / fps >= end_s:
                break
            if index / fps >= start_s:
                scale = min(1.0, LONG_SIDE_PX / max(frame.width, frame.height))
                width, height = (round(side * scale / 2) * 2 for side in (frame.width, frame.height))
                found.append(frame.to_ndarray(format="bgr24", width=width, height=height, interpolation="AREA"))
    return found, fps


def worn(frames: list[Picture], wear: Wear, seed: int) -> Iterator[Picture]:
    """Wear frames: a noisy sensor (sigma 7), a dark room (a third of the light, gain noise), a window in the face (1.3 times)."""
    if wear not in ("noise", "dark", "bright"):
        yield from frames
        return
    chance = np.random.default_rng(seed)
    cv2.setRNGSeed(seed)
    for frame in frames:
        light = frame.astype(np.float32)
        if wear == "dark":
            light = 255 * (light / 255) ** 1.15 * 0.45
        if wear == "bright":
            light = light * 1.3
        sigma = {"noise": 7.0, "dark": 3.5, "bright": 0.0}[wear]
        if sigma:
            grain = np.empty(frame.shape, np.float32)
            cv2.randn(grain, (0.0,) * 3, (sigma,) * 3)  # a single number would be read as the first colour's alone
            light = light + np.roll(grain, int(chance.integers(97)), axis=1)
        yield np.clip(light, 0, 255).astype(np.uint8)
