"""Owns the noise that stays at its pixels while the face moves over them. Does not say whose sensor it is."""

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from identity.core.features import Floats

_SIDE: Final = 640
_POSE_DEG: Final = 8.0
_LEAST_LOOKS: Final = 4
_CLIP: Final = 12.0
"""Grey levels: stronger residuals are edges, not noise."""
_BLOCK: Final = 16


@dataclass
class FixedPattern:
    """Sums residuals of the face's place apart for three poses: middle, one side, the other. At most 10 MB."""

    _sums: Floats = field(default_factory=lambda: np.zeros((3, _SIDE, _SIDE), np.float32))
    _counts: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((3, _SIDE, _SIDE), np.uint8))
    _first: tuple[float, float] | None = None

    def add(self, grey: NDArray[np.uint8], points: Floats, yaw_deg: float, pitch_deg: float) -> None:
        """Add one frame to the sum of its pose."""
        self._first = self._first or (yaw_deg, pitch_deg)
        turned = yaw_deg - self._first[0]
        pose = 1 if turned > _POSE_DEG else 2 if turned < -_POSE_DEG else 0
        box = _box(points, grey.shape)
        if box is None or self._counts[pose].max(initial=0) > 250:
            return
        rows, columns = box
        part = grey[rows, columns]
        residual = part.astype(np.float32) - cv2.medianBlur(part, 3)
        strong = np.abs(residual) > _CLIP
        residual[strong] = 0
        self._sums[pose][rows, columns] += residual
        self._counts[pose][rows, columns] += ~strong

    def correlation(self) -> tuple[float, int]:
        """The largest correlation between two poses' means, and the pixels it rests on; nan below 2,000 pixels."""
        best, pixels = float("nan"), 0
        for a, b in ((0, 1), (0, 2), (1, 2)):
            both = (self._counts[a] >= _LEAST_LOOKS) & (self._counts[b] >= _LEAST_LOOKS)
            if int(both.sum()) < 2000:
                continue
            one, other = (_unblocked(self._sums[k] / np.maximum(self._counts[k], 1), both) for k in (a, b))
            value = float(np.corrcoef(one[both], other[both])[0, 1])
            if not value <= best:
                best, pixels = value, int(both.sum())
        return best, pixels


def _box(points: Floats, shape: tuple[int, ...]) -> tuple[slice, slice] | None:
    """The face's middle, without hair and background."""
    low, high = points[:468, :2].min(axis=0), points[:468, :2].max(axis=0)
    inset = 0.12 * (high - low)
    x0, y0 = np.maximum(low + inset, 0).astype(int)
    x1, y1 = np.minimum(high - inset, (min(shape[1], _SIDE), min(shape[0], _SIDE))).astype(int)
    return (slice(int(y0), int(y1)), slice(int(x0), int(x1))) if x1 - x0 > 20 and y1 - y0 > 20 else None


def _unblocked(mean: Floats, valid: NDArray[np.bool_]) -> Floats:
    """Take away what an encoder's blocks of 16 pixels leave: the mean of each place within a block."""
    side = _SIDE // _BLOCK
    blocks = np.where(valid, mean, 0).reshape(side, _BLOCK, side, _BLOCK)
    counts = valid.reshape(side, _BLOCK, side, _BLOCK).sum(axis=(0, 2))
    average = blocks.sum(axis=(0, 2)) / np.maximum(counts, 1)
    return (mean - np.tile(average, (side, side))).astype(np.float32)
