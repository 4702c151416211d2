"""Owns what the checks found and the decision on it. Does not measure anything.

Nothing here is a float: scores are whole millionths, so that an assessment may go into an event and the
decision on it can be repeated to the same answer anywhere.
"""

import math
from enum import StrEnum
from typing import Final, NoReturn

import msgspec

from identity.core.fingerprint import Fingerprint

MICRO: Final = 1_000_000


class Profile(StrEnum):
    """The assurance asked for, as the design names it."""

    SANDBOX = "sandbox"
    BASIC = "basic"
    VERIFIED = "verified"


class Polarity(StrEnum):
    """Which way a score points."""

    HIGHER_IS_LIVE = "higher_is_live"
    LOWER_IS_LIVE = "lower_is_live"


CHECK_NAMES: Final[dict[int, str]] = {
    1: "recording",
    2: "answers_challenge",
    3: "movements",
    4: "solid",
    5: "texture",
    6: "words",
    8: "voice",
    9: "one_face",
    11: "injection",
}
"""The design's numbers. 7 (lips and voice) and 10 (another account's face) are not made yet."""

_ALL: Final = frozenset(CHECK_NAMES)
DECISIVE: Final[dict[Profile, frozenset[int]]] = {
    Profile.SANDBOX: _ALL - {5, 11},
    Profile.BASIC: _ALL,
    Profile.VERIFIED: _ALL,
}
"""Checks whose failure refuses, a profile. The others are measured and recorded."""


class CheckResult(msgspec.Struct, frozen=True):
    """One measure of one numbered check. `code` is what failing it is called."""

    number: int
    name: str
    code: str
    score_micro: int
    polarity: Polarity
    threshold_micro: int
    passed: bool
    decisive: bool
    threshold_source: str


class ModelVersion(msgspec.Struct, frozen=True):
    """A model file that took part, by the SHA-256 of its bytes."""

    name: str
    sha256: str


class Assessment(msgspec.Struct, frozen=True):
    """Everything that the checks found in one recording."""

    results: tuple[CheckResult, ...]
    media_sha256: str
    challenge_id: str
    profile: Profile
    models: tuple[ModelVersion, ...]
    fingerprint: Fingerprint


class _Answer(msgspec.Struct, frozen=True):
    def __bool__(self) -> NoReturn:
        raise TypeError("a decision has no truth value: match on its class")


class Activated(_Answer, frozen=True, tag="activated"):
    """Every decisive check passed and the profile lets a machine say so."""


class NeedsReview(_Answer, frozen=True, tag="needs_review"):
    """Every decisive check passed; a person must look before the cameo becomes active."""

    codes: tuple[str, ...] = ("review.required",)


class Refused(_Answer, frozen=True, tag="refused"):
    """At least one decisive check failed or is missing. `codes` are distinct and in order of the checks."""

    codes: tuple[str, ...]


Decision = Activated | NeedsReview | Refused


def decide(assessment: Assessment, profile: Profile) -> Decision:
    """Decide on what was found, for this profile.

    The table alone says what decides: the `decisive` noted in a result is a copy for readers. A check
    that decides and is absent refuses with `check.missing`, unless another code already refuses.
    """
    needed = DECISIVE[profile]
    deciding = sorted((r for r in assessment.results if r.number in needed), key=lambda r: r.number)
    failed = tuple(dict.fromkeys(r.code for r in deciding if not r.passed))
    if failed:
        return Refused(failed)
    if assessment.profile is not profile or needed - {r.number for r in deciding}:
        return Refused(("check.missing",))
    if profile is Profile.VERIFIED:
        return NeedsReview()
    return Activated()


def measured(
    number: int,
    code: str,
    score: float,
    threshold: float,
    source: str,
    *,
    profile: Profile,
    polarity: Polarity = Polarity.HIGHER_IS_LIVE,
) -> CheckResult:
    """Write one measure down in whole millionths and compare it in them.

    A score that is no number (nan, infinite) fails: it is written as the worst value on its side.
    """
    higher = polarity is Polarity.HIGHER_IS_LIVE
    worst = -(2**53) if higher else 2**53
    finite = math.isfinite(score) and abs(score) < 2**53 / MICRO
    score_micro = round(score * MICRO) if finite else worst
    threshold_micro = round(threshold * MICRO)
    passed = score_micro >= threshold_micro if higher else score_micro <= threshold_micro
    return CheckResult(
        number=number,
        name=CHECK_NAMES[number],
        code=code,
        score_micro=score_micro,
        polarity=polarity,
        threshold_micro=threshold_micro,
        passed=passed,
        decisive=number in DECISIVE[profile],
        threshold_source=source,
    )
