"""Owns what the checks found and the decision on it. Does not measure anything.

Nothing here is a float: scores are whole millionths, so that an assessment may go into an event and the
decision on it can be repeated to the same answer anywhere.
"""

import math
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NoReturn

import msgspec

from identity.core import fusion
from identity.core.effects import Effect, effect_of
from identity.core.fingerprint import Fingerprint
from identity.core.profiles import LEAST, Level, Profile, reaches

MICRO: Final = 1_000_000


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
    7: "lips",
    8: "voice",
    9: "one_face",
    10: "known_face",
    11: "injection",
    12: "light",
    13: "live",
}
"""The design's numbers, and two of our own: light from the screen, and the steps of a live challenge."""

_ALWAYS: Final = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
_SANDBOX: Final = _ALWAYS - {5, 7, 10, 11}
"""Sandbox media may be synthetic, and several accounts may play with one actor."""


def needed(profile: Profile, level: Level, without: Iterable[str] = ()) -> frozenset[int]:
    """Tell which checks must be there and decide, for a profile, for how the recording was made, and for what a person cannot do.

    What is left out because a person cannot do it takes a reviewer's eye in its place (`decide`).
    """
    numbers = set(_SANDBOX if profile is Profile.SANDBOX else _ALWAYS)
    if reaches(level, Level.STEPWISE):
        numbers.add(13)
    if level is Level.LIGHT:
        numbers.add(12)
    left_out = set(without)
    if "speech" in left_out:
        numbers -= {6, 7, 8}
    if "turn" in left_out:
        numbers -= {4}
    return frozenset(numbers)


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
    """Everything that the checks found in one recording.

    `template`: the face, 128 little-endian float32 of unit length; empty: none was seen. `heard`: what was said, as it was
    recognised, a line a recogniser. Neither is written down in clear.
    """

    results: tuple[CheckResult, ...]
    media_sha256: str
    challenge_id: str
    profile: Profile
    models: tuple[ModelVersion, ...]
    fingerprint: Fingerprint
    level: Level = Level.UPLOAD
    without: tuple[str, ...] = ()
    attack_micro: int = 0
    template: bytes = b""
    heard: str = ""


class _Answer(msgspec.Struct, frozen=True):
    def __bool__(self) -> NoReturn:
        raise TypeError("a decision has no truth value: match on its class")


class Activated(_Answer, frozen=True, tag="activated"):
    """Every decisive check passed and the profile lets a machine say so."""


class NeedsReview(_Answer, frozen=True, tag="needs_review"):
    """Nothing refuses; a person must look before the cameo becomes active. `codes`: why, for reviewers."""

    codes: tuple[str, ...] = ("review.required",)


class Refused(_Answer, frozen=True, tag="refused"):
    """At least one decisive check failed or is missing. `codes` are distinct and in order of the checks."""

    codes: tuple[str, ...]


Decision = Activated | NeedsReview | Refused


def decide(assessment: Assessment, profile: Profile, *, refuse_micro: int | None = None, review_micro: int | None = None) -> Decision:
    """Decide on what was found, for this profile: hard stops, then what is missing, then the fused probability, then review.

    The tables alone say what decides: the `decisive` noted in a result is a copy for readers. The sandbox does not ask the
    fused probability, for its media may be synthetic. The limits are the published model's unless they are given.
    """
    numbers = needed(profile, assessment.level, assessment.without)
    deciding = sorted((r for r in assessment.results if r.number in numbers), key=lambda r: r.number)
    failed = [r.code for r in deciding if not r.passed]
    refusing = _distinct(code for code in failed if effect_of(code) is Effect.REFUSE)
    if refusing:
        return Refused(refusing)
    if assessment.profile is not profile or numbers - {r.number for r in deciding}:
        return Refused(("check.missing",))
    review = [code for code in failed if effect_of(code) is Effect.REVIEW]
    if profile is not Profile.SANDBOX:
        model = fusion.published()
        if assessment.attack_micro >= (model.refuse_micro if refuse_micro is None else refuse_micro):
            return Refused(("attack.likely",))
        if assessment.attack_micro >= (model.review_micro if review_micro is None else review_micro):
            review.append("review.doubtful")
        if assessment.without and set(assessment.without) - {"light", "sight"}:
            review.append("review.accessible")
    least = LEAST[profile]
    if not reaches(assessment.level, least):
        review.append("review.required" if least is Level.REVIEWED else "review.level")
    return NeedsReview(_distinct(review)) if review else Activated()


def _distinct(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


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
        decisive=number in needed(profile, Level.LIGHT) and effect_of(code) is Effect.REFUSE,
        threshold_source=source,
    )
