"""Owns examples of English text becoming phonemes."""

import pytest

from serving.engines.portrait.pronounce import number_words, phonemes_of, romanised, spelt, words_of

LIST = {"river": "ɹˈɪvəɹ", "read": {"DEFAULT": "ɹˈid", "VBD": "ɹˈɛd"}, "Paris": "pˈɛɹəs", "window": "wˈɪndO"}


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("7", "seven"),
        ("13", "thirteen"),
        ("40", "forty"),
        ("42", "forty two"),
        ("305", "three hundred five"),
        ("2026", "two thousand twenty six"),
        ("007", "zero zero seven"),
        ("123456", "one two three four five six"),
    ],
)
def test_numbers_are_said_in_words(digits, said):
    assert " ".join(number_words(digits)) == said


def test_text_becomes_words_and_pauses_without_losing_any():
    assert words_of("Hello, 2 rivers — it's Mina’s!") == ("Hello", ",", "two", "rivers", ",", "it's", "Mina's", "!")


def test_a_word_is_looked_up_whatever_its_case_and_its_plural_follows_its_stem():
    assert phonemes_of("River", LIST) == "ɹˈɪvəɹ"
    assert phonemes_of("paris", LIST) == "pˈɛɹəs"
    assert phonemes_of("read", LIST) == "ɹˈid"
    assert phonemes_of("windows", LIST) == "wˈɪndOz"


def test_the_first_list_wins_and_an_unknown_word_is_spelt_by_rule():
    assert phonemes_of("river", {"river": "x"}, LIST) == "x"
    assert phonemes_of("shoop", LIST) == spelt("shoop") == "ʃˈup"


@pytest.mark.parametrize(("hangul", "latin"), [("민아", "mina"), ("안녕", "annyeong"), ("한국", "hanguk")])
def test_hangul_is_romanised_before_it_is_spelt(hangul, latin):
    assert romanised(hangul) == latin
    assert words_of(hangul) == (latin,)
