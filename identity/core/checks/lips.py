"""Owns check 7: the mouth moves with the voice. Does not read either: see core.lipsync."""

from typing import Final

from identity.core.assessment import CheckResult, Profile, measured
from identity.core.sound import LipFacts

LEAST_SPEECH_S: Final = 2.5
"""Below this nothing can be said of lips, and a reviewer looks (docs/identity.md, Sound)."""
LEAST_Z: Final = 1.5
"""Own speech below it: 3 of 13 stretches of 3 s, 0 of 8 of 4 s, 0 of 7 of 5 s; another voice's not
below it: 34 of 230, 16 of 132, 12 of 100."""
_SOURCE: Final = "docs/identity.md, Sound: lips"


def check(lips: LipFacts, profile: Profile) -> tuple[CheckResult, ...]:
    """Score: how many standard deviations mouth and voice agree better than the same two do when moved apart.

    Sends to a reviewer, never refuses (`core.effects`): one real person and one generated face were there to measure it.
    """
    if not lips.speech_s >= LEAST_SPEECH_S:
        return (measured(7, "lips.unread", lips.speech_s, LEAST_SPEECH_S, _SOURCE, profile=profile),)
    return (measured(7, "lips.not_with_voice", lips.z, LEAST_Z, _SOURCE, profile=profile),)
