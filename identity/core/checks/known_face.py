"""Owns check 10: the face is not another account's cameo, nor protected, nor one that attacked before. Does not search: see FaceIndex."""

from typing import Final

import msgspec

from identity.core.assessment import Assessment, CheckResult, Polarity, measured
from identity.core.context import FaceMatch
from identity.core.fusion import attack_probability
from identity.core.profiles import Profile

NUMBER: Final = 10
MOST_ALIKE: Final = 0.40
"""A cosine from here on sends to a reviewer, never refuses. Of 300 labelled pairs one person reads .56 and more, two .35 and less."""
_SOURCE: Final = "300 labelled pairs (docs/identity.md)"


def check(matches: tuple[FaceMatch, ...] | None, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge the nearest known face, of any kind. Without a search there is no result, and a profile that needs one refuses."""
    if matches is None:
        return ()
    nearest = max((match.similarity_micro for match in matches), default=0) / 1e6
    return (measured(NUMBER, "face.known", nearest, MOST_ALIKE, _SOURCE, profile=profile, polarity=Polarity.LOWER_IS_LIVE),)


def searched(assessment: Assessment, matches: tuple[FaceMatch, ...] | None) -> Assessment:
    """Add what a search among known faces found, in place of an earlier search. None: nobody could search, and nothing stands for it."""
    others = tuple(result for result in assessment.results if result.number != NUMBER)
    results = (*others, *check(matches, assessment.profile))
    return msgspec.structs.replace(assessment, results=results, attack_micro=attack_probability(results))
