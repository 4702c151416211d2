"""What of an assessment its person is told: never what would tell a fake which sign gave it away, nor that a face is known."""

from __future__ import annotations

import itertools
from typing import Any, Literal

import msgspec
import pytest

from identity.core.assessment import NeedsReview, Profile, decide, measured
from identity.core.codes import CODES
from identity.core.effects import EFFECTS, Effect
from identity.core.profiles import Level
from schemas.cameo import EnrolmentHeld
from streams.core.telling import UNTOLD, answered_as, held_as, noticed
from tests.unit.identity.test_decision import assessment

SIGNS = ("injection.", "still.", "screen.", "generated.", "attack.")


def check(code: str, number: int, *, passed: bool = False) -> dict[str, Any]:
    return {"number": number, "code": code, "passed": passed, "score_micro": 1, "threshold_micro": 2}


CHECKS = [
    check("solid.flat", 4), check("texture.not_live", 5), check("words.more_said", 6), check("voice.synthetic", 8), check("voice.narrow", 8),
    check("face.known", 10), check("still.shading", 11), check("still.noise", 11), check("injection.timing", 11), check("quality.light", 1, passed=True),
]  # fmt: skip


def test_what_only_was_noted_and_what_only_makes_a_person_look_at_signs_of_a_fake_is_not_told() -> None:
    told = noticed({"profile": "basic", "level": "upload", "checks": CHECKS}, ())
    assert told == ("solid.flat", "texture.not_live", "words.more_said", "voice.narrow", "injection.timing")


def test_in_the_sandbox_nothing_is_told_beside_the_reasons() -> None:
    assert noticed({"profile": "sandbox", "level": "stepwise", "checks": CHECKS}, ()) == ()


def test_what_a_person_cannot_do_is_not_held_against_them() -> None:
    told = noticed({"profile": "basic", "level": "upload", "checks": CHECKS}, ("speech", "turn"))
    assert told == ("texture.not_live", "injection.timing")


def test_checks_of_steps_and_light_are_told_only_where_there_were_any() -> None:
    checks = [check("light.unmeasured", 12), check("live.words_apart", 13)]
    levels = {level: noticed({"profile": "verified", "level": level, "checks": checks}, ()) for level in ("upload", "stepwise", "light")}
    assert levels == {"upload": (), "stepwise": ("live.words_apart",), "light": ("light.unmeasured", "live.words_apart")}


def test_an_assessment_of_before_there_were_levels_is_an_uploads() -> None:
    assert noticed({"profile": "basic", "checks": [check("live.words_apart", 13), check("solid.flat", 4)]}, ()) == ("solid.flat",)


def test_no_sign_of_a_fake_that_only_makes_a_person_look_is_ever_told() -> None:
    looked_at = {code for code, effect in EFFECTS.items() if effect is Effect.REVIEW and code.startswith(SIGNS)}
    assert looked_at <= UNTOLD
    assert {"face.known", "review.doubtful"} <= UNTOLD


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        (("face.known",), ("review.doubtful",)),
        (("live.slow",), ("review.doubtful",)),
        (("injection.doubled",), ("review.doubtful",)),
        (("review.doubtful",), ("review.doubtful",)),
        (("face.known", "review.doubtful", "still.shading"), ("review.doubtful",)),
        (("face.known", "review.level"), ("review.level",)),
        (("still.shading", "review.doubtful", "review.level"), ("review.level",)),
        (("face.known", "words.unmeasured_language"), ("words.unmeasured_language",)),
        (("face.known", "review.required"), ("review.required",)),
        (("voice.narrow", "voice.changed"), ("voice.narrow", "voice.changed")),
    ],
)
def test_what_is_held_is_told_by_reasons_that_others_have_too(codes: tuple[str, ...], told: tuple[str, ...]) -> None:
    assert held_as(codes) == told


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        ((), ()),
        (("still.shading",), ("review.doubtful",)),
        (("still.shading", "injection.repeated", "review.doubtful"), ("review.doubtful",)),
        (("still.shading", "live.slow"), ("live.slow",)),
        (("face.unsure",), ("face.unsure",)),
        (("texture.not_live", "solid.flat"), ("texture.not_live", "solid.flat")),
    ],
)
def test_an_answer_to_a_question_tells_no_sign_of_a_fake_that_refuses_nobody(codes: tuple[str, ...], told: tuple[str, ...]) -> None:
    assert answered_as(codes) == told


PROFILES, LEVELS = ("basic", "verified"), ("upload", "stepwise", "light")
ALONE = (("words.unmeasured_language", 6), ("review.age", 9), ("words.more_said", 6), None)
"""Why else an enrolment is held: a phrase in Korean, a young face, more said than asked, nothing."""


@pytest.mark.parametrize(("profile", "level", "beside"), itertools.product(PROFILES, LEVELS, ALONE))
def test_a_known_face_is_told_as_another_common_cause_is(
    profile: Literal["basic", "verified"], level: str, beside: tuple[str, int] | None
) -> None:
    """In every profile and way: the same codes with a known face as without one, or as with an answer slower than most."""

    def told(*failing: tuple[str, int]) -> tuple[str, ...] | None:
        wanted = Profile(profile)
        found = assessment(wanted)
        extra = tuple(measured(number, code, 0.0, 1.0, "t", profile=wanted) for code, number in failing)
        match decide(msgspec.structs.replace(found, results=(*found.results, *extra), level=Level(level)), wanted):
            case NeedsReview(codes=codes):
                return held_as(codes)
            case _:
                return None

    others = [beside] if beside else []
    known = told(*others, ("face.known", 10))
    slow = told(*others, ("live.slow", 13) if level != "upload" else ("injection.doubled", 11))
    assert known is not None
    assert known == slow
    assert "face.known" not in known
    assert set(known) <= set(CODES)


def test_what_is_told_in_place_of_the_others_says_what_can_be_done_in_both_languages() -> None:
    assert EnrolmentHeld(enrolment="e", codes=held_as(("face.known",))).codes == ("review.doubtful",)
    assert "light" in CODES["review.doubtful"].en
    assert "빛" in CODES["review.doubtful"].ko
