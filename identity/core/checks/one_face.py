"""Owns check 9: one and the same face throughout. Does not compare with anybody else's."""

import math

import numpy as np

from identity.core.assessment import CheckResult, Polarity, Profile, measured
from identity.core.continuity import largest_jump
from identity.core.features import FaceSample, Floats
from identity.core.picture import PictureFacts

FRONTAL_DEG = 15.0
"""Embeddings are compared with other recordings' only within this: SFace falls off beyond it (facts: same actor .94 at 10, .77 at
30 degrees)."""
TURNED_DEG = 40.0
"""Within one recording faces turned so far are compared too, with a threshold of their own: else another face could do the turns."""
MIN_FRONTAL_SAMPLES = 3
"""Fewer say nothing about "throughout". A choice, unmeasured."""
MIN_SIMILARITY = 0.50
"""32 same pairs of photographs give .54 and more, 88 different ones .34 and less; within 7 recordings the least to the
central sample is .53-.83, across them the most is .45. docs/identity.md, table "one face"."""
MIN_TURNED_SIMILARITY = 0.45
"""Samples turned 15-40 degrees to the middle of their own recording: .64 and more (54 samples, 5 people); to those of the 6 other
recordings .36 and less (324 pairs). docs/identity.md, "Picture"."""
MAX_JUMP = 1.6
"""Recordings of one face .48-1.12; another face laid over for .4 or 1 s: docs/identity.md, "Picture"."""
_DOC = 'docs/identity.md, table "one face"'
_PICTURE = 'docs/identity.md, "Picture"'


def check(samples: tuple[FaceSample, ...], profile: Profile, picture: PictureFacts | None = None) -> tuple[CheckResult, ...]:
    """Judge the frontal samples against the one most like all the others, turned ones against their mean, and steps between frames."""
    vectors = [s.embedding for s in samples if s.embedding is not None]
    frontal = measured(9, "face.not_frontal", float(len(vectors)), float(MIN_FRONTAL_SAMPLES), "a choice, unmeasured", profile=profile)
    if not frontal.passed:
        return (frontal,)
    similarity = np.stack(vectors) @ np.stack(vectors).T
    centre = int(similarity.mean(axis=1).argmax())
    results = [frontal, measured(9, "face.changed", float(similarity[centre].min()), MIN_SIMILARITY, _DOC, profile=profile)]
    least = turned_similarity(samples)
    if least is not None:
        results.append(measured(9, "face.changed_turning", least, MIN_TURNED_SIMILARITY, _PICTURE, profile=profile))
    if picture is not None:
        jump, _ = largest_jump(picture)
        if math.isfinite(jump):
            lower = Polarity.LOWER_IS_LIVE
            results.append(measured(9, "face.jumped", jump, MAX_JUMP, _PICTURE, profile=profile, polarity=lower))
    return tuple(results)


def turned_similarity(samples: tuple[FaceSample, ...]) -> float | None:
    """The least cosine of a turned sample to the mean of the frontal ones; None without either."""
    frontal = [s.embedding for s in samples if s.embedding is not None]
    turned = [s.turned_embedding for s in samples if s.turned_embedding is not None]
    if not frontal or not turned:
        return None
    mean: Floats = np.mean(np.stack(frontal), axis=0)
    return float((np.stack(turned) @ (mean / max(float(np.linalg.norm(mean)), 1e-9))).min())
