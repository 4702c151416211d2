"""Owns check 10: the face is not another account's cameo, nor protected, nor one that attacked before. Does not search: see FaceIndex."""

from typing import Final

import msgspec

from identity.core.assessment import Assessment, CheckResult, Polarity, measured
from identity.core.faces import LEAST_ALIKE, FaceMatch
from identity.core.fusion import attack_probability
from identity.core.profiles import Profile

NUMBER: Final = 10
_SOURCE: Final = 'docs/identity.md, "Known faces"'


def check(matches: tuple[FaceMatch, ...] | None, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge the nearest known face, of any kind: a hit sends to a reviewer, it never refuses.

    `matches` hold what the search told, which asks for more likeness the more faces it knows (identity.core.faces.floor_of);
    the person's own cameo is not among them. None: nobody searched, there is no result, and a profile that needs one refuses.
    """
    if matches is None:
        return ()
    nearest = max((match.similarity_micro for match in matches), default=0) / 1e6
    return (measured(NUMBER, "face.known", nearest, LEAST_ALIKE, _SOURCE, profile=profile, polarity=Polarity.LOWER_IS_LIVE),)


def searched(assessment: Assessment, matches: tuple[FaceMatch, ...] | None) -> Assessment:
    """Add what a search among known faces found, in place of an earlier search. None: nobody could search, and nothing stands for it."""
    others = tuple(result for result in assessment.results if result.number != NUMBER)
    results = (*others, *check(matches, assessment.profile))
    return msgspec.structs.replace(assessment, results=results, attack_micro=attack_probability(results))
