"""Owns looking at every frame for what the picture checks want. Keeps no frame, and judges nothing.

Every frame: a coarse grid and the grey at some skin landmarks. Five times a second: patches of skin, the spectrum of the
face, its noise. Twice a second: straight lines.
"""

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from identity.core.features import Floats
from identity.core.picture import EYE_RINGS, GRID, PATCH_PX, PATCHES, SKIN, SPECTRUM_PX, PictureFacts
from identity.pattern import FixedPattern
from identity.ports import FaceReading, Frame, Picture
from identity.spectrum import peak_of, power_of
from identity.straight import StraightLines

LOOK_EVERY_US: Final = 200_000
_CORNERS: Final = {
    "right_cheek": (117, 126, 207),
    "left_cheek": (346, 355, 427),
    "forehead": (104, 333, 9),
    "chin": (140, 369, 18),
}
"""Three landmarks a patch, taken to three corners of it."""
_TARGET: Final = np.asarray([(4, 4), (PATCH_PX - 4, 4), (PATCH_PX / 2, PATCH_PX - 4)], np.float32)


@dataclass
class Looking:
    """A FrameObserver; one a recording."""

    _times: list[int] = field(default_factory=list)
    _grid: list[Floats] = field(default_factory=list)
    _rows: list[int] = field(default_factory=list)
    _skin: list[Floats] = field(default_factory=list)
    _rings: list[Floats] = field(default_factory=list)
    _look_rows: list[int] = field(default_factory=list)
    _patches: list[Floats] = field(default_factory=list)
    _next: list[Floats | None] = field(default_factory=list)
    _levels: list[float] = field(default_factory=list)
    _still: list[float] = field(default_factory=list)
    _peaks: list[tuple[float, float, float]] = field(default_factory=list)
    _face_px: list[float] = field(default_factory=list)
    _power: Floats = field(default_factory=lambda: np.zeros((SPECTRUM_PX, SPECTRUM_PX // 2 + 1), np.float32))
    _lines: StraightLines = field(default_factory=StraightLines)
    _pattern: FixedPattern = field(default_factory=FixedPattern)
    _before: tuple[Picture, Floats] | None = None
    _next_look_us: int = 0

    def see(self, frame: Frame, reading: FaceReading | None) -> None:
        """Look at one frame; times rise."""
        grey: Picture = np.asarray(cv2.cvtColor(frame.picture, cv2.COLOR_BGR2GRAY), np.uint8)
        self._times.append(frame.time_us)
        self._grid.append(cv2.resize(grey, (GRID, GRID), interpolation=cv2.INTER_AREA).astype(np.float32))
        if self._before is not None:
            self._compare(grey, reading)
        if reading is None:
            return
        soft: Picture = np.asarray(cv2.blur(grey, (5, 5)), np.uint8)
        self._rows.append(frame.time_us)
        self._skin.append(_at(soft, reading.landmarks[list(SKIN), :2]))
        self._rings.append(_at(soft, reading.landmarks[list(EYE_RINGS), :2]))
        if frame.time_us >= self._next_look_us:
            self._next_look_us = frame.time_us + LOOK_EVERY_US
            self._look(grey, reading)

    def facts(self) -> PictureFacts:
        """What was seen, once the recording is over."""
        looks = len(self._look_rows)
        shape = (-1, len(PATCHES), PATCH_PX, PATCH_PX)
        nothing = np.full(shape[1:], np.nan, np.float32)
        after = [nothing if one is None else one for one in [*self._next, *[None] * (looks - len(self._next))]]
        pattern, pixels = self._pattern.correlation()
        return PictureFacts(
            times_us=np.asarray(self._times, np.int64),
            grid=np.asarray(self._grid, np.float32).reshape(-1, GRID, GRID),
            rows_us=np.asarray(self._rows, np.int64),
            skin=np.asarray(self._skin, np.float32).reshape(-1, len(SKIN)),
            rings=np.asarray(self._rings, np.float32).reshape(-1, len(EYE_RINGS)),
            look_rows=np.asarray(self._look_rows, np.int32),
            patches=np.asarray(self._patches, np.float32).reshape(shape),
            next_patches=np.asarray(after, np.float32).reshape(shape),
            level=np.asarray(self._levels, np.float32),
            still_noise=np.asarray([*self._still, *[float("nan")] * (looks - len(self._still))], np.float32),
            spectrum=(self._power / max(looks, 1)).astype(np.float32),
            peaks=np.asarray(self._peaks, np.float32).reshape(-1, 3),
            face_px=np.asarray(self._face_px, np.float32),
            lines=self._lines.lines(),
            fixed_pattern=pattern,
            fixed_pixels=pixels,
        )

    def _look(self, grey: Picture, reading: FaceReading) -> None:
        points = reading.landmarks
        patches, level = _patches(grey, points)
        power = power_of(grey, points)
        self._look_rows.append(len(self._rows) - 1)
        self._patches.append(patches)
        self._levels.append(level)
        self._power += power
        self._peaks.append(peak_of(power))
        self._face_px.append(float(np.ptp(points[:468, 0])))
        self._pattern.add(grey, points, reading.yaw_deg, reading.pitch_deg)
        if len(self._look_rows) % 2:
            self._lines.add(grey, points, len(self._look_rows) - 1)
        self._before = (grey, points)

    def _compare(self, grey: Picture, reading: FaceReading | None) -> None:
        """Complete the last look with the frame after it."""
        assert self._before is not None
        before, points = self._before
        self._before = None
        self._next.append(None if reading is None else _patches(grey, reading.landmarks)[0])
        self._still.append(_still_noise(before, grey, points))


def _at(picture: Picture, points: Floats) -> Floats:
    """Grey at points, between pixels: (n,)."""
    values = cv2.remap(picture, points[None, :, 0], points[None, :, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return values[0].astype(np.float32)


def _patches(grey: Picture, points: Floats) -> tuple[Floats, float]:
    """Skin in the face's own coordinates, high-passed: (4, 32, 32); and the mean grey before."""
    made: list[Floats] = []
    level = 0.0
    for name in PATCHES:
        matrix = cv2.getAffineTransform(np.ascontiguousarray(points[list(_CORNERS[name]), :2], np.float32), _TARGET)
        patch = cv2.warpAffine(grey, matrix, (PATCH_PX, PATCH_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(
            np.float32
        )
        level += float(patch.mean()) / len(PATCHES)
        made.append(patch - cv2.GaussianBlur(patch, (0, 0), 2.0))
    return np.stack(made), level


def _still_noise(before: Picture, after: Picture, points: Floats) -> float:
    """What changes at fixed places outside the face, finer than movement: a robust standard deviation in grey levels."""
    low, high = points[:468, :2].min(axis=0), points[:468, :2].max(axis=0)
    width = float(high[0] - low[0])
    rows = slice(0, max(8, int(high[1] + 0.1 * width)))
    left, right = max(0, int(low[0] - 0.45 * width)), min(before.shape[1], int(high[0] + 0.45 * width))
    kept: list[Floats] = []
    for columns in (slice(0, left), slice(right, before.shape[1])):
        if columns.stop - columns.start < 16:
            continue
        change = after[rows, columns].astype(np.float32) - before[rows, columns]
        kept.append((change - cv2.blur(change, (5, 5))).ravel()[::3])
    if not kept:
        return float("nan")
    values = np.concatenate(kept)
    return float(np.percentile(np.abs(values), 68.3) / np.sqrt(2))
