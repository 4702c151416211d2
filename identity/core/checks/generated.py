"""Owns signs, within check 11, of a face that a program drew: its spectrum, its flicker, its regularity. Weak, every one."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.core.assessment import CheckResult, Polarity, Profile, measured
from identity.core.checks.solid import closed_lids
from identity.core.features import FaceTrack, Features
from identity.core.picture import SPECTRUM_PX, PictureFacts

MIN_SLOPE: Final = -5.5
MIN_FINE: Final = -2.3
MIN_FLICKER: Final = 0.15
MIN_RHYTHM: Final = 0.12
"""Noted only, every one: real faces and drawn ones overlap (docs/identity.md, "Picture"), and one clip by a generator is no sample.
The rhythm is that of blinks: .06-.08 where a program set them evenly, .2-1.2 of people."""
_DOC: Final = 'docs/identity.md, "Picture"'
_FY, _FX = np.meshgrid(np.fft.fftfreq(SPECTRUM_PX), np.fft.rfftfreq(SPECTRUM_PX), indexing="ij")
_RADIUS: Final = np.hypot(_FX, _FY)


def check(features: Features, profile: Profile) -> tuple[CheckResult, ...]:
    """Tell each sign that can be read."""
    facts = features.picture
    if facts is None or not len(facts.look_rows):
        return ()
    read = (
        ("generated.slope", spectrum_slope(facts), MIN_SLOPE),
        ("generated.fine", fine_part(facts), MIN_FINE),
        ("generated.flicker", detail_flicker(facts), MIN_FLICKER),
        ("generated.rhythm", blink_regularity(features.face), MIN_RHYTHM),
    )
    higher = Polarity.HIGHER_IS_LIVE
    return tuple(
        measured(11, code, score, limit, _DOC, profile=profile, polarity=higher) for code, score, limit in read if np.isfinite(score)
    )


def spectrum_slope(facts: PictureFacts) -> float:
    """Slope of the log of power over the log of frequency between .04 and .2 cycles a pixel: near -2.5 of cameras' pictures."""
    hertz, power = _radial(facts)
    use = (hertz > 0.04) & (hertz < 0.2) & (power > 0)
    return float(np.polyfit(np.log10(hertz[use]), np.log10(power[use]), 1)[0]) if use.sum() > 4 else float("nan")


def fine_part(facts: PictureFacts) -> float:
    """Decades between the power above .3 cycles a pixel and what lies between .1 and .2: generators and upscaling leave little."""
    hertz, power = _radial(facts)
    fine, middle = power[(hertz > 0.3) & (hertz < 0.48)], power[(hertz > 0.1) & (hertz < 0.2)]
    return float(np.log10(max(float(fine.mean()), 1e-9) / max(float(middle.mean()), 1e-9))) if len(fine) else float("nan")


def detail_flicker(facts: PictureFacts) -> float:
    """What changes in fine detail from one frame to the next over the detail itself, in the face's own coordinates."""
    change = (facts.next_patches - facts.patches)[:, :, 4:-4, 4:-4].std(axis=(2, 3)) / np.sqrt(2)
    detail = facts.patches[:, :, 4:-4, 4:-4].std(axis=(2, 3))
    ratio = (change / np.maximum(detail, 0.2))[np.isfinite(change).all(axis=1)]
    return float(np.median(ratio)) if ratio.size else float("nan")


def blink_regularity(track: FaceTrack) -> float:
    """Spread of the pauses between closings over their mean; nan with fewer than four closings."""
    closed = closed_lids(track) if len(track.times_us) >= 10 else np.zeros(0, bool)
    starts = track.times_us[1:][closed[1:] & ~closed[:-1]] if len(closed) else np.zeros(0)
    pauses = np.diff(starts)
    return float(pauses.std() / pauses.mean()) if len(pauses) >= 3 else float("nan")


def _radial(facts: PictureFacts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rings = (_RADIUS * SPECTRUM_PX).astype(int)
    count = int(0.5 * SPECTRUM_PX)
    power = np.asarray([np.median(facts.spectrum[rings == r]) for r in range(1, count)], np.float64)
    return (np.arange(1, count) + 0.5) / SPECTRUM_PX, power
