"""Owns the checks of a recording of an animal or a thing: it can be seen, and no person is its subject. Does not tell what it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from identity.core.assessment import CheckResult, Polarity, measured
from identity.core.features import MediaFacts
from identity.core.profiles import Profile

MAX_FACE_PART: Final = 0.01
"""Part of the picture's area that a human face may fill. Ten pictures of scikit-image: a portrait .037, a man standing with a camera
.018, a cat, a cup, a horse and five others 0 (no face found). So small a set separates; it is no error rate."""
MAX_FACE_FRAMES: Final = 0.10
"""Part of looked-at frames that may show a larger one: a passer-by. A choice, unmeasured."""
DOUBTFUL_FRAMES: Final = 0.02
"""From here on a person looks: somebody is in the picture at times."""
MIN_SECONDS: Final = 2.0
MIN_SHARPNESS: Final = 15.0
"""Variance of the Laplacian of the whole picture at 128 px; fur and wood have little. Unmeasured."""
_CHOICE: Final = "a choice, unmeasured"


@dataclass(frozen=True)
class ThingSeen:
    """One looked-at frame: the part of its area that the largest human face fills (0: none), and how sharp it is."""

    face_part: float
    sharpness: float


def check(media: MediaFacts, seen: Sequence[ThingSeen], profile: Profile) -> tuple[CheckResult, ...]:
    """Judge whether this is a recording of something that is no person."""
    faces = sum(one.face_part > MAX_FACE_PART for one in seen) / max(len(seen), 1)
    sharp = float(np.median([one.sharpness for one in seen])) if seen else float("nan")
    low = Polarity.LOWER_IS_LIVE
    return (
        measured(1, "media.too_short", media.duration_us / 1e6, MIN_SECONDS, _CHOICE, profile=profile),
        measured(1, "quality.blurred", sharp, MIN_SHARPNESS, _CHOICE, profile=profile),
        measured(9, "thing.is_a_person", faces, MAX_FACE_FRAMES, _CHOICE, profile=profile, polarity=low),
        measured(9, "review.person_in_thing", faces, DOUBTFUL_FRAMES, _CHOICE, profile=profile, polarity=low),
    )
