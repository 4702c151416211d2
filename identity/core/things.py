"""Owns the decision on a recording of an animal or a thing, and how its likeness is written down. Does not look at recordings.

Nobody's identity is at stake as long as no person is the subject, so an upload is enough in every profile but `verified`, which
always takes people. A face that is the subject refuses.
"""

from typing import Final

import msgspec

from identity.core.assessment import Activated, Assessment, Decision, NeedsReview, Refused
from identity.core.effects import Effect, effect_of
from identity.core.profiles import Profile

FORMAT: Final = 1


class ThingAsset(msgspec.Struct, frozen=True):
    """A calm look at a thing: JPEG frames of the whole picture in order, longest side `side_px`, about `fps` a second."""

    fps: float
    side_px: int
    frames: tuple[bytes, ...]
    format: int = FORMAT


def decide_thing(assessment: Assessment, profile: Profile) -> Decision:
    """Decide on what was found of a thing: what refuses, then what a person must look at."""
    failed = [one.code for one in assessment.results if not one.passed]
    refusing = tuple(dict.fromkeys(code for code in failed if effect_of(code) is Effect.REFUSE))
    if refusing:
        return Refused(refusing)
    if not any(one.code == "thing.is_a_person" for one in assessment.results):
        return Refused(("check.missing",))
    review = [code for code in failed if effect_of(code) is Effect.REVIEW]
    if profile is Profile.VERIFIED:
        review.append("review.required")
    return NeedsReview(tuple(dict.fromkeys(review))) if review else Activated()
