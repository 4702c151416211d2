"""Owns the spectrum of the middle of a face. Does not say what a peak in it means."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from identity.core.features import Floats
from identity.core.picture import SPECTRUM_PX

_HALF: Final = SPECTRUM_PX // 2
_WINDOW: Final = np.outer(np.hanning(SPECTRUM_PX), np.hanning(SPECTRUM_PX)).astype(np.float32)
_FY, _FX = np.meshgrid(np.fft.fftfreq(SPECTRUM_PX), np.fft.rfftfreq(SPECTRUM_PX), indexing="ij")
_RADIUS: Final = np.hypot(_FX, _FY)
_RING: Final = np.minimum((_RADIUS * SPECTRUM_PX).astype(np.int32), 90)
_LOW: Final = 0.09
"""Below this, in cycles a pixel, eyes, brows and nostrils have their own strong and narrow parts."""
_GRID_LINES: Final = (np.abs(_FX * 8 - np.round(_FX * 8)) < 0.07) & (np.abs(_FY) < 0.02) | (
    (np.abs(_FY * 8 - np.round(_FY * 8)) < 0.07) & (np.abs(_FX) < 0.02)
)
"""Where an encoder's blocks of 8 and 16 pixels put power."""
BAND: Final = (_RADIUS >= _LOW) & (_RADIUS < 0.5) & ~_GRID_LINES


def power_of(grey: NDArray[np.uint8], points: Floats) -> Floats:
    """Power of 128x128 pixels at the face's middle, at the picture's own scale: (128, 65)."""
    middle = points[:468, :2].mean(axis=0)
    height, width = grey.shape
    x = int(np.clip(middle[0] - _HALF, 0, max(0, width - SPECTRUM_PX)))
    y = int(np.clip(middle[1] - _HALF, 0, max(0, height - SPECTRUM_PX)))
    crop = grey[y : y + SPECTRUM_PX, x : x + SPECTRUM_PX].astype(np.float32)
    if crop.shape != (SPECTRUM_PX, SPECTRUM_PX):
        down, right = SPECTRUM_PX - crop.shape[0], SPECTRUM_PX - crop.shape[1]
        crop = cv2.copyMakeBorder(crop, 0, down, 0, right, cv2.BORDER_REFLECT)
    return (np.abs(np.fft.rfft2((crop - crop.mean()) * _WINDOW)) ** 2).astype(np.float32)


def peak_of(power: Floats) -> tuple[float, float, float]:
    """The strongest place above the median of its ring, smoothed over neighbours: decades, and its frequencies x and y."""
    smooth = cv2.blur(power, (3, 3))
    log = np.log10(smooth + 1.0)
    medians = np.asarray([np.median(log[ring == _RING]) for ring in range(int(_RING[BAND].max()) + 1)], np.float32)
    above = np.where(BAND, log - medians[np.minimum(_RING, len(medians) - 1)], -9.0)
    place = np.unravel_index(int(above.argmax()), above.shape)
    return float(above[place]), float(_FX[place]), float(_FY[place])
