import msgspec
import pytest

from identity.adapters import limits
from identity.core.assessment import (
    CHECK_NAMES,
    Activated,
    Assessment,
    NeedsReview,
    Polarity,
    Profile,
    Refused,
    decide,
    measured,
    needed,
)
from identity.core.codes import CODES, GROUPS, message
from identity.core.fingerprint import Fingerprint
from identity.core.profiles import Level
from identity.errors import UnknownCodeError


def assessment(profile: Profile, *, failed: tuple[int, ...] = (), absent: tuple[int, ...] = ()) -> Assessment:
    return Assessment(
        results=tuple(measured(n, f"code.{n}", float(n not in failed), 1.0, "-", profile=profile) for n in CHECK_NAMES if n not in absent),
        media_sha256="aa",
        challenge_id="c",
        profile=profile,
        models=(),
        fingerprint=Fingerprint("aa"),
    )


def test_what_synthetic_media_cannot_pass_does_not_decide_in_the_sandbox():
    assert needed(Profile.BASIC, Level.LIGHT) - needed(Profile.SANDBOX, Level.LIGHT) == {5, 7, 10, 11}
    assert needed(Profile.BASIC, Level.LIGHT) == needed(Profile.VERIFIED, Level.LIGHT) <= set(CHECK_NAMES)


def test_steps_and_light_are_needed_where_they_were_asked_for():
    assert needed(Profile.BASIC, Level.STEPWISE) - needed(Profile.BASIC, Level.UPLOAD) == {13}
    assert needed(Profile.BASIC, Level.LIGHT) - needed(Profile.BASIC, Level.STEPWISE) == {12}


def test_a_result_passed_down_from_another_profile_is_missing():
    assert decide(assessment(Profile.SANDBOX), Profile.BASIC) == Refused(("check.missing",))


def test_a_decision_has_no_truth_value():
    for decision in (Activated(), NeedsReview(), Refused(("x",))):
        with pytest.raises(TypeError):
            bool(decision)


def test_an_assessment_holds_no_float_and_survives_its_encoding():
    one = assessment(Profile.BASIC, failed=(3,))
    assert msgspec.json.decode(msgspec.json.encode(one), type=Assessment) == one

    def floats(value) -> list[float]:
        if isinstance(value, dict):
            return [f for v in value.values() for f in floats(v)]
        if isinstance(value, list):
            return [f for v in value for f in floats(v)]
        return [value] if isinstance(value, float) else []

    assert floats(msgspec.json.decode(msgspec.json.encode(one))) == []


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -float("inf"), 1e300])
@pytest.mark.parametrize("polarity", list(Polarity))
def test_a_score_that_is_no_number_fails_on_either_side(score, polarity):
    assert not measured(4, "x", score, 0.0, "-", profile=Profile.BASIC, polarity=polarity).passed


def test_thresholds_are_met_at_equality_on_both_sides():
    assert measured(4, "x", 0.5, 0.5, "-", profile=Profile.BASIC).passed
    assert measured(4, "x", 0.5, 0.5, "-", profile=Profile.BASIC, polarity=Polarity.LOWER_IS_LIVE).passed


def test_every_code_says_what_to_do_in_english_and_korean():
    for code, text in CODES.items():
        assert text.en.endswith("."), code
        assert any("가" <= c <= "힣" for c in text.ko), code
        assert not any(c.isdigit() and f"{c}%" in text.en for c in text.en)
    with pytest.raises(UnknownCodeError):
        message("no.such.code")


def test_whatever_the_decoder_refuses_with_has_words():
    assert set(CODES) >= limits.CODES


def test_a_code_has_its_words_in_one_file_only() -> None:
    assert sum(map(len, GROUPS)) == len(CODES)
