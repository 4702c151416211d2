"""Owns check 9: one and the same face throughout. Does not compare with anybody else's."""

import numpy as np

from identity.core.assessment import CheckResult, Profile, measured
from identity.core.features import FaceSample

FRONTAL_DEG = 15.0
"""Embeddings are compared only within this: SFace falls off beyond it (facts: same actor .94 at 10, .77 at 30 degrees)."""
MIN_FRONTAL_SAMPLES = 3
"""Fewer say nothing about "throughout". A choice, unmeasured."""
MIN_SIMILARITY = 0.50
"""32 same pairs of photographs give .54 and more, 88 different ones .34 and less; within 7 recordings the least to the
central sample is .53-.83, across them the most is .45. docs/identity.md, table "one face"."""


def check(samples: tuple[FaceSample, ...], profile: Profile) -> tuple[CheckResult, ...]:
    """Judge the frontal samples against the one that is most like all the others."""
    vectors = [s.embedding for s in samples if s.embedding is not None]
    frontal = measured(
        9,
        "face.not_frontal",
        float(len(vectors)),
        float(MIN_FRONTAL_SAMPLES),
        "a choice, unmeasured",
        profile=profile,
    )
    if not frontal.passed:
        return (frontal,)
    similarity = np.stack(vectors) @ np.stack(vectors).T
    centre = int(similarity.mean(axis=1).argmax())
    least = float(similarity[centre].min())
    same = measured(9, "face.changed", least, MIN_SIMILARITY, 'docs/identity.md, table "one face"', profile=profile)
    return frontal, same
