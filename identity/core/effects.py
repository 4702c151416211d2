"""Owns what a failed check leads to, code by code. Does not measure, and does not decide: that is assessment's."""

from enum import StrEnum
from typing import Final


class Effect(StrEnum):
    """What failing means where the check's number decides in the profile."""

    REFUSE = "refuse"
    """The recording is refused."""
    REVIEW = "review"
    """A person looks at it; never refused for this alone."""
    NOTE = "note"
    """Written down, and read by the fused probability alone."""


EFFECTS: Final[dict[str, Effect]] = {
    "face.jumped": Effect.REVIEW,
    "review.guardian": Effect.REVIEW,
    "review.person_in_thing": Effect.REVIEW,
    "face.known": Effect.REVIEW,
    "face.unsure": Effect.REVIEW,
    "face.not_compared": Effect.REVIEW,
    "light.unmeasured": Effect.REVIEW,
    "live.slow": Effect.REVIEW,
}
"""Codes that do not refuse. Whatever is not listed here does."""


def effect_of(code: str) -> Effect:
    """Tell what failing with this code leads to."""
    return EFFECTS.get(code, Effect.REFUSE)
