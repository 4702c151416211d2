"""Owns check 7: the mouth moves with the voice. Does not read either: see core.lipsync."""

from typing import Final

from identity.core.assessment import CheckResult, Profile, measured
from identity.core.sound import LipFacts

LEAST_SPEECH_S: Final = 2.5
"""Below this nothing is said of lips: with 3 s some honest stretches were missed, with 5 s none (docs/identity.md, Sound)."""
LEAST_Z: Final = 1.0
_SOURCE: Final = "docs/identity.md, Sound: lips"


def check(lips: LipFacts, profile: Profile) -> tuple[CheckResult, ...]:
    """Score: how many standard deviations mouth and voice agree better than the same two do when moved apart.

    Sends to a reviewer, never refuses (`core.effects`): one real person and one generated face were there to measure it.
    """
    if not lips.speech_s >= LEAST_SPEECH_S:
        return (measured(7, "lips.unread", lips.speech_s, LEAST_SPEECH_S, _SOURCE, profile=profile),)
    return (measured(7, "lips.not_with_voice", lips.z, LEAST_Z, _SOURCE, profile=profile),)
