from itertools import combinations, product

import pytest

from identity.core.spoken import distance, distress_heard, normalised
from identity.core.words import DIGITS, WORDS
from identity.core.words_ko import ALSO_DIGIT_KO, DIGITS_KO, SPELT_OTHERWISE_KO, WORDS_KO

NAMES = {"diamond", "forest", "hammer", "lemon", "meadow", "mountain", "orange", "river", "silver", "summer", "velvet", "temple", "castle"}
"""Words of an earlier list that people are called by: in Faker's 61,625 given and family names, or known otherwise."""


@pytest.mark.parametrize(
    "heard",
    [
        "고양이 하나 둘 셋 우산",
        "고양이하나둘셋우산",
        "고양이, 123, 우산.",
        "고양이 일이삼 우산",
        "고양이 1 이 셋 우산",
        "고양이 한둘 세 우산",
    ],
)
def test_korean_is_read_without_its_spaces_and_in_either_numbers(heard):
    assert normalised(heard, "ko") == ("고양이", "하나", "둘", "셋", "우산")


def test_korean_that_is_not_of_the_list_stays_as_it_is():
    assert normalised("고양이랑 하나", "ko") == ("고양이랑하나",)
    assert normalised("고양이 둘 hello 우산", "ko") == ("고양이", "둘", "hello", "우산")


def test_a_misspelling_that_sounds_alike_is_the_word():
    assert normalised("팽귄 콤퓨터", "ko") == ("펭귄", "컴퓨터")


def cuts(run: str, words: set[str]) -> int:
    ways = [1, *([0] * len(run))]
    for end in range(1, len(run) + 1):
        ways[end] = sum(ways[start] for start in range(end) if run[start:end] in words)
    return ways[-1]


def test_any_two_words_written_together_can_be_cut_in_one_way_only():
    spoken = {*WORDS_KO, *DIGITS_KO, *ALSO_DIGIT_KO, *SPELT_OTHERWISE_KO}
    asked = [*WORDS_KO, *DIGITS_KO]
    assert {a + b for a, b in product(asked, asked) if cuts(a + b, spoken) != 1} == set()


def jamo(word: str) -> str:
    out = ""
    for letter in word:
        place = ord(letter) - 0xAC00
        out += chr(place // 588) + chr(100 + place % 588 // 28) + (chr(200 + place % 28) if place % 28 else "")
    return out


def test_no_two_korean_words_are_nearer_than_two_letters():
    assert len(set(WORDS_KO)) == len(WORDS) == len(WORDS_KO) == 64
    near = [(a, b) for a, b in combinations((*WORDS_KO, *DIGITS_KO), 2) if distance(jamo(a), jamo(b)) < 2]
    assert near == [("셋", "넷")], "the digits are given, and these are nearest"


def test_no_word_is_a_name():
    assert not NAMES & set(WORDS)


def test_distance_counts_words():
    assert [distance(said, "abc") for said in ("abc", "ac", "bacd", "")] == [0, 1, 3, 3]


@pytest.mark.parametrize(
    ("heard", "language", "expected"),
    [
        (("ocean four two paper",), "en", False),
        (("ocean four two paper", "ocean Lighthouse, four two paper"), "en", True),
        (("ocean lighthouses four",), "en", False),
        (("바다 등대하나둘",), "ko", True),
        (("",), "en", False),
    ],
)
def test_the_word_for_danger_is_heard_by_either_recogniser(heard, language, expected):
    word = "등대" if language == "ko" else "Lighthouse"
    assert distress_heard(heard, word, language) is expected


def test_an_empty_word_for_danger_is_never_heard():
    assert not distress_heard(("ocean",), " ")


def test_digits_are_ten_in_either_language():
    assert len(DIGITS) == len(DIGITS_KO) == 10
