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
    "review.age": Effect.REVIEW,
    "review.guardian": Effect.REVIEW,
    "review.person_in_thing": Effect.REVIEW,
    "screen.moire": Effect.REVIEW,
    "screen.bezel": Effect.REVIEW,
    "screen.flicker": Effect.NOTE,
    "screen.eyes": Effect.NOTE,
    "injection.client": Effect.REVIEW,
    "injection.dropped": Effect.NOTE,
    "injection.doubled": Effect.REVIEW,
    "injection.blended": Effect.REVIEW,
    "injection.repeated": Effect.REVIEW,
    "injection.reversed": Effect.REVIEW,
    "injection.frozen": Effect.REVIEW,
    "still.shading": Effect.REVIEW,
    "still.texture": Effect.NOTE,
    "still.background": Effect.NOTE,
    "still.noise": Effect.NOTE,
    "still.pattern": Effect.NOTE,
    "still.light": Effect.NOTE,
    "generated.slope": Effect.NOTE,
    "generated.fine": Effect.NOTE,
    "generated.flicker": Effect.NOTE,
    "generated.rhythm": Effect.NOTE,
    "face.known": Effect.REVIEW,
    "face.unsure": Effect.REVIEW,
    "face.not_compared": Effect.REVIEW,
    "light.unmeasured": Effect.REVIEW,
    "live.slow": Effect.REVIEW,
    "live.words_apart": Effect.REVIEW,
    "injection.sound_apart": Effect.REVIEW,
    "injection.sound_band": Effect.NOTE,
    "injection.sound_clock": Effect.REVIEW,
    "injection.sound_repeats": Effect.REVIEW,
    "injection.sound_silence": Effect.REVIEW,
    "lips.not_with_voice": Effect.REVIEW,
    "lips.unread": Effect.REVIEW,
    "room.changed": Effect.NOTE,
    "room.level_changed": Effect.NOTE,
    "voice.changed": Effect.REVIEW,
    "voice.narrow": Effect.REVIEW,
    "voice.synthetic": Effect.NOTE,
    "words.doubtful": Effect.NOTE,
    "words.more_said": Effect.REVIEW,
    "words.unmeasured_language": Effect.REVIEW,
}
"""Codes that do not refuse. Whatever is not listed here does."""


def effect_of(code: str) -> Effect:
    """Tell what failing with this code leads to."""
    return EFFECTS.get(code, Effect.REFUSE)
