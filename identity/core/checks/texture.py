"""Owns check 5: the skin's texture is that of a live face. Does not stop an injected picture."""

import math

import numpy as np

from identity.core.assessment import CheckResult, Profile, measured
from identity.core.features import FaceSample

MIN_LIVE = 0.85
"""Median over the samples of the mean of both MiniFASNet models. Seven live recordings give .989-1.0, four prints and
screens 0-.76, one generated talking head .92, which this check lets through. docs/identity.md, table "texture"."""


def check(samples: tuple[FaceSample, ...], profile: Profile) -> tuple[CheckResult, ...]:
    """Judge the median, so that single frames decide neither way. No sample fails."""
    live = [s.live_probability for s in samples if math.isfinite(s.live_probability)]
    score = float(np.median(live)) if live else float("nan")
    return (measured(5, "texture.not_live", score, MIN_LIVE, 'docs/identity.md, table "texture"', profile=profile),)
