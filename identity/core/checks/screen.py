"""Owns signs, within check 5, of a picture of a picture: moiré, a frame around the face, flicker, eyes behind holes.

None decides alone: each sends to a reviewer or is noted.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.core.assessment import CheckResult, Polarity, Profile, measured
from identity.core.picture import Lines, PictureFacts

MAX_MOIRE: Final = 2.9
"""Decades; between the fitting half's real faces and the simulated screens that show moiré. docs/identity.md, "Picture"."""
MAX_BEZEL: Final = 0.2
"""As MAX_MOIRE; the rooms of the corpus hold few straight edges near a face. docs/identity.md, "Picture"."""
MAX_FLICKER: Final = 3.5
"""Decades; no sign read here told screens from faces: noted only."""
MAX_EYES: Final = 4.0
"""Real .7-3.0, masks with holes 3.1-20: close together, and expressions move it. Noted only."""
_DOC: Final = 'docs/identity.md, "Picture"'
_UPRIGHT_DEG: Final = 20.0


def check(facts: PictureFacts | None, profile: Profile) -> tuple[CheckResult, ...]:
    """Tell each sign that can be read."""
    if facts is None or not len(facts.rows_us):
        return ()
    read = (
        ("screen.moire", moire(facts), MAX_MOIRE),
        ("screen.bezel", bezel(facts), MAX_BEZEL),
        ("screen.flicker", flicker(facts), MAX_FLICKER),
        ("screen.eyes", eyes_apart(facts), MAX_EYES),
    )
    lower = Polarity.LOWER_IS_LIVE
    return tuple(
        measured(5, code, score, limit, _DOC, profile=profile, polarity=lower) for code, score, limit in read if np.isfinite(score)
    )


def moire(facts: PictureFacts) -> float:
    """Median over the looks of the strongest narrow peak of the face's spectrum, decades above its ring.

    A screen's stripes beat with the sensor's pixels: a peak that stands above its ring whatever the face does, at a frequency that
    follows the distance. A face's own detail has none.
    """
    return float(np.median(facts.peaks[:, 0])) if len(facts.peaks) else float("nan")


def bezel(facts: PictureFacts) -> float:
    """How often straight edges stand on both sides of the face at one distance from it, 0..1: upright and level ones count half."""
    total = (len(facts.look_rows) + 1) // 2
    return _sides(facts.lines, total, upright=True) + _sides(facts.lines, total, upright=False) if total >= 4 else float("nan")


def _sides(lines: Lines, total: int, *, upright: bool) -> float:
    tilt = np.minimum(lines.angle_deg, 180 - lines.angle_deg)
    chosen = (tilt < _UPRIGHT_DEG) if upright else (tilt > 90 - _UPRIGHT_DEG)
    often: list[float] = []
    for sign in (-1, 1):
        side = chosen & (np.sign(lines.offset) == sign) & (np.abs(lines.offset) > 0.45) & (lines.length > 1.2)
        offsets, looks = lines.offset[side], lines.look[side]
        counts = [len(np.unique(looks[np.abs(offsets - one) < 0.08 * max(1.0, abs(float(one)))])) for one in offsets]
        often.append(max(counts, default=0) / total)
    return min(often) / 2


def flicker(facts: PictureFacts) -> float:
    """Strongest line of the change of the picture's rows over time, decades above the median; nan below two seconds.

    A screen's refresh beats with the frame rate. So does a lamp's.
    """
    times = facts.times_us / 1e6
    if len(times) < 48 or times[-1] - times[0] < 2:
        return float("nan")
    rows: NDArray[np.float64] = np.log(np.maximum(facts.grid.mean(axis=2).astype(np.float64), 4.0))
    step = max(float(np.median(np.diff(times))), 1e-3)
    even = np.arange(float(times[0]), float(times[-1]), step)
    columns: list[NDArray[np.float64]] = [np.interp(even, times, rows[:, k]) for k in range(rows.shape[1])]
    series: NDArray[np.float64] = np.stack(columns, axis=1)
    series = series - _trend(series, max(3, round(0.5 / step)))
    power = (np.abs(np.fft.rfft(series * np.hanning(len(series))[:, None], axis=0)) ** 2).mean(axis=1)
    band = power[np.fft.rfftfreq(len(series), step) > 1.5]
    return float(np.log10(max(float(band.max()), 1e-12) / max(float(np.median(band)), 1e-12))) if len(band) else float("nan")


def eyes_apart(facts: PictureFacts) -> float:
    """How much more the skin around the eyes changes its brightness against the face's than the rest of the skin does.

    Behind a mask with holes the lids are another's: they move and are lit by themselves.
    """
    if len(facts.rows_us) < 15:
        return float("nan")
    skin, rings = np.log(np.maximum(facts.skin, 2.0)), np.log(np.maximum(facts.rings, 2.0))
    level = np.median(skin, axis=1, keepdims=True)
    within, around = float(np.median((skin - level).std(axis=0))), float(np.median((rings - level).std(axis=0)))
    return around / max(within, 1e-4)


def _trend(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    padded = np.pad(values, ((width // 2, width - 1 - width // 2), (0, 0)), mode="edge")
    sums = np.cumsum(np.concatenate([np.zeros((1, values.shape[1])), padded]), axis=0)
    return (sums[width:] - sums[:-width]) / width
