"""Owns the guardian's part of checks 1 and 9: who is beside a minor in the recording. Does not judge the minor, nor anybody's age.

A recording with a guardian always goes to a reviewer: whether they are willing, and who of the two is the minor, a person judges.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from identity.core.assessment import CheckResult, Polarity, measured
from identity.core.checks.same_person import CERTAIN
from identity.core.faces import LEAST_ALIKE, read
from identity.core.features import Floats
from identity.core.profiles import Profile

MIN_PART: Final = 0.5
"""Part of looked-at frames in which the guardian's face is beside the larger one. A choice, unmeasured."""
MAX_MORE_PART: Final = 0.20
"""Part of frames with a third face, as for a second one alone (check 1). Unmeasured."""
_FACES: Final = 'docs/identity.md, "Known faces"'
_CHOICE: Final = "a choice, unmeasured"


@dataclass(frozen=True)
class FacesSeen:
    """The faces of one looked-at frame as vectors of unit length, largest first; those far smaller than it are left out."""

    vectors: tuple[Floats, ...]


def check(seen: Sequence[FacesSeen], guardian: bytes | None, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge whether the guardian (their template, 512 bytes; empty: it was not kept) is beside the subject. None: nobody is asked for."""
    if guardian is None:
        return ()
    wanted = read(guardian) if guardian else None
    shown = [one.vectors for one in seen if one.vectors]
    beside = sum(any(_alike(other, wanted) for other in vectors[1:]) for vectors in shown) / max(len(shown), 1)
    alone = sum(_in_front(vectors, wanted) for vectors in shown) / max(len(shown), 1)
    more = sum(len(vectors) > 2 for vectors in shown) / max(len(shown), 1)
    low = Polarity.LOWER_IS_LIVE
    return (
        measured(1, "quality.several_faces", more, MAX_MORE_PART, _CHOICE, profile=profile, polarity=low),
        measured(9, "guardian.absent", beside, MIN_PART, _FACES, profile=profile),
        measured(9, "guardian.in_front", alone, MIN_PART, _FACES, profile=profile, polarity=low),
        measured(9, "review.guardian", 0.0, 1.0, "rule: a minor's recording is looked at", profile=profile),
    )


def _in_front(vectors: tuple[Floats, ...], wanted: Floats | None) -> bool:
    """Tell whether the largest face is the guardian's: surely, and more than any other. A child is like its parent."""
    if wanted is None:
        return False
    alike = [float(np.dot(vector, wanted)) for vector in vectors]
    return alike[0] >= CERTAIN and alike[0] == max(alike)


def _alike(vector: Floats, wanted: Floats | None) -> bool:
    return wanted is not None and float(np.dot(vector, wanted)) >= LEAST_ALIKE
