"""Owns check 2: this challenge, in time, once, and nothing seen before. Does not look at what was said or moved."""

from collections.abc import Sequence

import msgspec

from identity.core.assessment import Assessment, CheckResult, Polarity, Profile, measured
from identity.core.context import Asked
from identity.core.enrolment import challenge_codes, replay_codes
from identity.core.fingerprint import Fingerprint
from identity.core.fusion import attack_probability

_RULE = "rule: single use, two minutes, one account (issue 3, section 5)"
_CODES = (
    "challenge.other_account",
    "challenge.used",
    "challenge.changed",
    "challenge.expired",
    "replay.file",
    "replay.audio",
    "replay.video",
)


def check(asked: Asked, fingerprint: Fingerprint, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge whether this may be an answer at all. A score is 0 (nothing against it) or 1."""
    against = {*challenge_codes(asked.challenge, asked.submission), *replay_codes(fingerprint, asked.earlier)}
    return tuple(_result(code, against=code in against, profile=profile) for code in _CODES)


def replayed(assessment: Assessment, earlier: Sequence[Fingerprint]) -> Assessment:
    """Judge a recording that was assessed against more earlier ones: those that an index found among all (identity.ports.ReplayIndex)."""
    seen = replay_codes(assessment.fingerprint, earlier)
    told = {code: _result(code, against=True, profile=assessment.profile) for code in seen}
    results = (*(told.pop(one.code, one) for one in assessment.results), *told.values())
    return msgspec.structs.replace(assessment, results=results, attack_micro=attack_probability(results))


def _result(code: str, *, against: bool, profile: Profile) -> CheckResult:
    source = _RULE if code.startswith("challenge.") else 'docs/identity.md, table "replay"'
    return measured(2, code, float(against), 0.0, source, profile=profile, polarity=Polarity.LOWER_IS_LIVE)
