import pytest

from identity.core.assessment import Profile
from identity.core.challenge import issue
from identity.core.checks.words import check, normalised

CHALLENGE = issue("a", 0, b"\x01" * 32)
SAID = " ".join(CHALLENGE.phrase)


@pytest.mark.parametrize(
    "heard",
    [
        "river four two nine",
        "River, 4 2 9.",
        "river 42 9",
        "river forty-two nine",
        "river 429",
        "River 4:29",
        "river for to nine",
        "RIVER... four, too, nine!",
    ],
)
def test_ways_to_write_digits_are_the_same(heard):
    assert normalised(heard) == ("river", "four", "two", "nine")


@pytest.mark.parametrize(
    "heard",
    ["river four hundred two nine", "rivers four two nine", "river two four nine", "a river four two nine", "river four two nine nine"],
)
def test_other_words_are_other_words(heard):
    assert normalised(heard) != ("river", "four", "two", "nine")


def test_tens_and_teens_are_spoken_digits():
    assert normalised("seventeen sixty") == ("one", "seven", "six", "zero")


def test_the_phrase_asked_passes_in_any_punctuation():
    assert all(r.passed for r in check(SAID.upper().replace(" ", ", "), CHALLENGE, Profile.BASIC))


@pytest.mark.parametrize("change", [lambda p: p[1:], lambda p: p[::-1], lambda p: (*p, p[0]), lambda p: (*p[:-1], "door")])
def test_any_change_of_the_phrase_is_refused(change):
    (result,) = check(" ".join(change(CHALLENGE.phrase)), CHALLENGE, Profile.BASIC)
    assert (result.code, result.passed) == ("words.not_as_asked", False)


def test_silence_has_a_code_of_its_own():
    (result,) = check(" ... ", CHALLENGE, Profile.BASIC)
    assert (result.code, result.passed) == ("words.not_heard", False)
