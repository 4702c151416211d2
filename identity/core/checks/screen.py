"""Owns signs, within check 5, of a picture of a picture: moiré, a frame around the face, flicker, eyes behind holes."""

from typing import Final

import numpy as np

from identity.core.features import FaceTrack, Floats
from identity.core.picture import PictureFacts

_UPRIGHT_DEG: Final = 20.0
_FACE_MOVED: Final = 0.12
"""In face widths: a frame that moves with the face is told from the room's lines only when the face moved."""


def moire(facts: PictureFacts) -> float:
    """Median over the looks of the strongest narrow peak of the face's spectrum, decades above its ring."""
    return float(np.median(facts.peaks[:, 0])) if len(facts.peaks) else float("nan")


def bezel(facts: PictureFacts) -> float:
    """Part of looks in which straight edges stand on two sides of the face at one distance from it, 0..1."""
    lines = facts.lines
    looks = np.unique(lines.look)
    total = (len(facts.look_rows) + 1) // 2
    if total < 4 or not len(looks):
        return 0.0
    return _side(lines, total, upright=True) + _side(lines, total, upright=False)


def _side(lines, total: int, *, upright: bool) -> float:  # noqa: ANN001
    tilt = np.minimum(lines.angle_deg, 180 - lines.angle_deg)
    chosen = (tilt < _UPRIGHT_DEG) if upright else (tilt > 90 - _UPRIGHT_DEG)
    best: list[float] = []
    for sign in (-1, 1):
        side = chosen & (np.sign(lines.offset) == sign) & (np.abs(lines.offset) > 0.45) & (lines.length > 1.2)
        offsets, looks = lines.offset[side], lines.look[side]
        counts = [len(np.unique(looks[np.abs(offsets - o) < 0.08 * max(1.0, abs(o))])) for o in offsets]
        best.append(max(counts, default=0) / total)
    return min(best) / 2


def flicker(facts: PictureFacts) -> float:
    """Strongest line of the change of the picture's rows over time above the median, in decades, weighed by its size in parts."""
    if len(facts.times_us) < 48:
        return float("nan")
    rows = facts.grid.mean(axis=2)
    rows = np.log(np.maximum(rows, 4.0))
    step = float(np.median(np.diff(facts.times_us))) / 1e6
    even = np.arange(facts.times_us[0], facts.times_us[-1], step * 1e6)
    series = np.stack([np.interp(even, facts.times_us, rows[:, k]) for k in range(rows.shape[1])], axis=1)
    series = series - _trend(series, max(3, round(0.5 / step)))
    window = np.hanning(len(series))[:, None]
    power = np.abs(np.fft.rfft(series * window, axis=0)) ** 2
    hertz = np.fft.rfftfreq(len(series), step)
    band = hertz > 1.5
    mean = power[band].mean(axis=1)
    if not len(mean) or not mean.max() > 0:
        return 0.0
    return float(np.log10(mean.max() / max(float(np.median(mean)), 1e-12)))


def eyes_apart(facts: PictureFacts) -> float:
    """How much more the skin around the eyes changes its brightness against the rest than the rest does within itself."""
    if len(facts.rows_us) < 15:
        return float("nan")
    skin, rings = np.log(np.maximum(facts.skin, 2.0)), np.log(np.maximum(facts.rings, 2.0))
    level = np.median(skin, axis=1, keepdims=True)
    inner = np.median(np.std(skin - level, axis=0))
    around = np.median(np.std(rings - level, axis=0))
    return float(around / max(float(inner), 1e-4))


def _trend(values: Floats, width: int) -> Floats:
    padded = np.pad(values, ((width // 2, width - 1 - width // 2), (0, 0)), mode="edge")
    sums = np.cumsum(np.concatenate([np.zeros((1, values.shape[1])), padded]), axis=0)
    return (sums[width:] - sums[:-width]) / width


def face_moved(track: FaceTrack) -> float:
    """How far the face's middle went, in face widths."""
    middle = track.landmarks[:, :468, :2].mean(axis=1)
    wide = float(np.median(np.ptp(track.landmarks[:, :468, 0], axis=1)))
    low, high = np.percentile(middle, (5, 95), axis=0)
    return float(np.hypot(*(high - low)) / max(wide, 1e-6))
