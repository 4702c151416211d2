"""Owns what the platform would have answered to a case: the product's own checks and decision, at each level. Makes nothing.

What the bench cannot know is given to the attacker: for attacks whose voice is the attacker's own, the checks of words and voice
count as passed and say nothing to the fused probability; where face and voice are of two recordings, the same of the lips.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from bench.identity.attacks.listing import READ_AS_DONE
from bench.identity.cases import Case
from bench.identity.living import as_received, slow, trace_of
from bench.identity.making import Made
from identity.core.assessment import Activated, Assessment, CheckResult, NeedsReview, Refused, decide
from identity.core.challenge import Challenge, Movement
from identity.core.checks.movements import movements
from identity.core.context import Asked
from identity.core.enrolment import Submission
from identity.core.features import Features
from identity.core.fingerprint import Fingerprint
from identity.core.fusion import attack_probability
from identity.core.profiles import Level, Profile
from identity.handlers import fingerprint_of, level_of, run_checks

ACCOUNT: Final = "account-" + "0" * 32
ISSUED_US: Final = 1_800_000_000_000_000
LIFETIME_US: Final = 120_000_000
BY_RULE: Final = frozenset({"review.level", "review.required", "review.accessible"})
"""Reviews that the rules ask for, whatever was seen: no sign against the recording."""
OF_THE_VOICE: Final = frozenset({6, 8})
OF_THE_LIPS: Final = frozenset({7})

Way = Literal["upload", "stepwise"]
Outcome = Literal["activated", "clear", "doubted", "refused"]
"""activated: by machine alone · clear: a reviewer by rule, nothing seen against it · doubted: a reviewer, because of what was
seen · refused."""


@dataclass(frozen=True)
class Judged:
    """A case's answer one way: what was decided, why, and every score."""

    case: Case
    way: Way
    outcome: Outcome
    codes: tuple[str, ...]
    results: tuple[CheckResult, ...]
    attack_micro: int
    turn_round_ms: int = 0

    @property
    def passed(self) -> bool:
        """Nothing was seen against it."""
        return self.outcome in ("activated", "clear")


def judge(one: Made, way: Way, earlier: Mapping[str, Fingerprint], profile: Profile = Profile.BASIC, turn_round_ms: int = 0) -> Judged:
    """Judge a case as an upload, or as answered step by step by somebody who takes so long to make each answer."""
    case = one.case
    if one.features is None:
        return Judged(case, way, "refused", (one.code,), (), 0, turn_round_ms)
    done = done_in(case, one.features)
    features = as_received(one.features, done) if way == "stepwise" else one.features
    asked = asked_of(case, done, features, way, earlier, turn_round_ms)
    fingerprint = fingerprint_of(one.sha256, features)
    found = (*run_checks(features, fingerprint, asked, profile), *slow(features, asked, profile))
    return decided(case, way, asked, found, fingerprint, profile, turn_round_ms)


def decided(
    case: Case, way: Way, asked: Asked, found: Sequence[CheckResult], fingerprint: Fingerprint, profile: Profile, turn_round_ms: int
) -> Judged:
    """Decide on results, with what is given to the attacker."""
    free = given(case)
    results = tuple(msgspec.structs.replace(r, passed=True) if r.number in free else r for r in found)
    attack = attack_probability(r for r in results if r.number not in free)
    whole = Assessment(
        results, fingerprint.sha256, asked.challenge.challenge_id, profile, (), fingerprint,
        level=level_of(asked), without=asked.challenge.without, attack_micro=attack,
    )  # fmt: skip
    answer = decide(whole, profile)
    codes = () if isinstance(answer, Activated) else answer.codes
    return Judged(case, way, _outcome(answer, codes), codes, results, attack, turn_round_ms)


def given(case: Case) -> frozenset[int]:
    """Numbers of checks that count as passed for a case."""
    return (OF_THE_VOICE if case.own_voice else frozenset()) | (frozenset() if case.lips else OF_THE_LIPS) | set(case.free)


def done_in(case: Case, features: Features) -> tuple[str, ...]:
    """The movements that the challenge of a case asks for."""
    if case.movements != READ_AS_DONE:
        return case.movements
    return tuple(m for m in movements(features.face) if m != "closer") or ("left",)


def asked_of(
    case: Case, done: tuple[str, ...], features: Features, way: Way, earlier: Mapping[str, Fingerprint], turn_round_ms: int
) -> Asked:
    """What the case answers."""
    challenge = Challenge(
        challenge_id="bench", account=ACCOUNT, phrase=case.phrase, movements=tuple(Movement(m) for m in done),
        issued_at_us=ISSUED_US, expires_at_us=ISSUED_US + LIFETIME_US, way=way, without=case.without,
    )  # fmt: skip
    received_us = ISSUED_US + (LIFETIME_US + 1_000_000 if case.late else LIFETIME_US // 2)
    before = (earlier[case.replays],) if case.replays in earlier else ()
    return Asked(
        challenge, Submission(ACCOUNT, received_us, camera_label=case.label), before,
        live=trace_of(case, challenge, features, turn_round_ms) if way == "stepwise" else None, matches=(),
    )  # fmt: skip


def earlier_of(all_made: Sequence[Made]) -> dict[str, Fingerprint]:
    """Fingerprints by case, for those that are replayed."""
    wanted = {one.case.replays for one in all_made if one.case.replays}
    return {one.case.name: fingerprint_of(one.sha256, one.features) for one in all_made if one.case.name in wanted and one.features}


def _outcome(answer: Activated | NeedsReview | Refused, codes: tuple[str, ...]) -> Outcome:
    if isinstance(answer, Activated):
        return "activated"
    if isinstance(answer, Refused):
        return "refused"
    return "clear" if set(codes) <= BY_RULE else "doubted"


LEVELS: Final[dict[Way, Level]] = {"upload": Level.UPLOAD, "stepwise": Level.STEPWISE}
