"""Owns which codes of an assessment its person is told. Does not say what they mean, nor what reviewers and operators see: all of it.

A refusal counts to the lock and is told whole, so that an honest person can mend it. What only sends to a reviewer does not count, and a
recording that waits may be given up for the next: told sign by sign, a fake could be tuned on it. So signs of one, and that a face is
known, are told by the code that anybody else who waits may have (`review.doubtful`), or not at all beside another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from identity.core.assessment import needed
from identity.core.effects import Effect, effect_of
from identity.core.profiles import Level, Profile

DOUBTFUL: Final = "review.doubtful"
SIGNS: Final = frozenset(
    {
        "face.jumped", "lips.not_with_voice", "screen.moire", "screen.bezel", "still.shading", "injection.client",
        "injection.doubled", "injection.blended", "injection.repeated", "injection.reversed", "injection.frozen", "injection.sound_apart",
        "injection.sound_clock", "injection.sound_repeats", "injection.sound_silence",
    }
)  # fmt: skip
"""Codes of what gives a fake away and refuses nobody by itself."""
UNTOLD: Final = SIGNS | {DOUBTFUL, "face.known", "live.slow"}
"""Codes that only reviewers read of an enrolment: they say what gave a fake away, or hint at somebody else. An answer slower than most is
among them because it is common, and tells an animator how near it came."""


def held_as(codes: Iterable[str]) -> tuple[str, ...]:
    """Tell the codes of an enrolment that waits for a reviewer; never none."""
    return tuple(code for code in codes if code not in UNTOLD) or (DOUBTFUL,)


def answered_as(codes: Iterable[str]) -> tuple[str, ...]:
    """Tell the codes of an answer to a re-verification; none where it passed.

    No face is searched for there and nobody looks at it, so that it was slow is told: without it an honest person could do nothing.
    """
    given = tuple(codes)
    return tuple(code for code in given if code not in SIGNS) or ((DOUBTFUL,) if given else ())


def noticed(assessed: Mapping[str, Any], without: Iterable[str]) -> tuple[str, ...]:
    """Tell which checks did not pass, of those that decide in the profile; in the sandbox none, for there anybody may try anything.

    `assessed`: the data of `enrolment.assessed`; `without`: what its person could not do.
    """
    profile = Profile(assessed["profile"])
    if profile is Profile.SANDBOX:
        return ()
    numbers = needed(profile, Level(assessed.get("level", Level.UPLOAD)), without)
    failed = (check["code"] for check in assessed["checks"] if check["number"] in numbers and not check["passed"])
    return tuple(dict.fromkeys(code for code in failed if code not in UNTOLD and effect_of(code) is not Effect.NOTE))
