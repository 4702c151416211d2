"""Owns check 2: this challenge, in time, once, and nothing seen before. Does not look at what was said or moved."""

from identity.core.assessment import CheckResult, Polarity, Profile, measured
from identity.core.context import Asked
from identity.core.enrolment import challenge_codes, replay_codes
from identity.core.fingerprint import Fingerprint

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
    return tuple(
        measured(
            2,
            code,
            float(code in against),
            0.0,
            _RULE if code.startswith("challenge.") else 'docs/identity.md, table "replay"',
            profile=profile,
            polarity=Polarity.LOWER_IS_LIVE,
        )
        for code in _CODES
    )
