"""Words are found in their forms and behind evasions, and not inside other words."""

import pytest

from serving.core.judging.english import forms
from serving.core.judging.korean import jamo, noun_in, stems, verb_in
from serving.core.judging.normal import COMPARED_MAX, Text, fold, readings
from serving.core.judging.terms import Index, found_in
from serving.judge.lexicon import installed


def categories(text):
    lexicon = installed()
    found = [lexicon.spoken.find(one.readings) for one in lexicon.without_innocent(Text.of(text)).sentences]
    return {name for one in found for name in one if lexicon.concepts[name].category}


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("He is voting at the ELECTIONS", "politics"),
        ("대통령선거에 나간다", "politics"),
        ("grilling two steaks outside", "meat"),
        ("삼겹살을 굽는다", "meat"),
        ("she swims in bikinis", "swimwear"),
        ("술을 마신다", "alcohol"),
        ("they were fighting with knives and guns", "violence"),
        ("그를 죽였다", "violence"),
        ("she undressed", "sexual"),
    ],
)
def test_a_category_is_found_in_its_words_and_their_forms(text, category):
    assert category in categories(text)


@pytest.mark.parametrize(
    "text",
    [
        "예술은 길다",
        "a devoted voyager",
        "hamster in a garden",
        "standing on a sunny beach",
        "커피 한 잔",
        "visible to the naked eye",
        "경기도에 산다",
        "staring at stars",
    ],
)
def test_a_word_inside_another_word_or_a_set_phrase_is_not_that_word(text):
    assert categories(text) == set()


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("a n u d e picture", "nude"),
        ("n.u.d.e", "nude"),
        ("n-u-d-e", "nude"),
        ("nu\u200bde", "nude"),
        ("nudé", "nude"),
        ("\uff4e\uff55\uff44\uff45", "nude"),
        ("n\u03c5d\u0435", "nude"),
        ("nuuuude", "nude"),
        ("s3xy", "sexy"),
        ("$exy", "sexy"),
        ("f*ck", "fuck"),
        ("po-rn", "porn"),
        ("포 르 노", "포르노"),
        ("포.르.노", "포르노"),
        ("포1르노", "포르노"),
        ("ㅍㅗㄹㅡㄴㅗ", "포르노"),
        ("ㅅㅣㄱㄷㅏㅇ", "식당"),
    ],
)
def test_evasions_are_undone(written, word):
    assert any(word in reading for reading in readings(written))


def test_forms_of_english_words():
    assert {"votes", "voted", "voting"} <= forms("vote")
    assert {"parties"} <= forms("party")
    assert {"stabbed", "stabbing"} <= forms("stab")
    assert {"swam", "swum", "swimming", "swims"} <= forms("swim")
    assert {"knives"} <= forms("knife")
    assert not {"stared", "staring"} & forms("star")


@pytest.mark.parametrize(
    ("verb", "token"),
    [
        ("죽이다", "죽인다"),
        ("죽이다", "죽여서"),
        ("유혹하다", "유혹했다"),
        ("싸우다", "싸워"),
        ("울다", "운다"),
        ("울다", "우는"),
        ("눕다", "누워"),
        ("부르다", "불렀다"),
        ("끄다", "껐다"),
        ("걷다", "걸어"),
        ("짓다", "지어"),
        ("쏘다", "쏜다"),
        ("보다", "봤다"),
    ],
)
def test_a_korean_verb_is_found_in_its_conjugations(verb, token):
    assert verb_in(stems(verb), jamo(token), short=len(verb) <= 2)


def test_a_short_korean_stem_must_be_followed_by_an_ending():
    assert not verb_in(stems("쏘다"), jamo("쏘가리"), short=True)


@pytest.mark.parametrize(
    ("noun", "token", "is_there"),
    [
        ("술", "술을", True),
        ("술", "예술", False),
        ("술", "술래잡기", False),
        ("선거", "대통령선거에", True),
        ("총리", "총리께서", True),
        ("의사", "주치의사항목", False),
    ],
)
def test_a_korean_noun_is_found_with_what_is_attached(noun, token, is_there):
    assert noun_in(noun, token) is is_there


def test_a_phrase_may_have_a_gap():
    (sentence,) = Text.of("he takes off all her clothes").sentences
    assert found_in("take off * clothes", sentence)
    assert not found_in("take off clothes", sentence)
    (korean,) = Text.of("옷을 하나씩 천천히 벗는다").sentences
    assert found_in("옷 벗다", korean)


def test_many_terms_are_found_at_once():
    index = Index({"a": ["red car", "바다"], "b": ["red"]})
    assert index.find(Text.of("two red cars").sentences[0].readings) == {"a": {"red car"}, "b": {"red"}}
    assert index.find(Text.of("바다에 간다").sentences[0].readings) == {"a": {"바다"}}


def test_sentences_are_told_apart_and_read_once():
    assert [one.written for one in Text.of("One. Two!", "One.").sentences] == ["One.", "Two!"]
    assert fold("ＡＢ") == "ab"


def test_a_long_sentence_is_read_in_pieces_and_too_many_sentences_not_to_the_end():
    long = Text.of("word " * 200)
    assert len(long.sentences) > 1
    assert not long.strange
    assert Text.of(". ".join(f"sentence {number}" for number in range(COMPARED_MAX + 1))).strange
    assert all(len(token) <= 64 for reading in Text.of("a1" * 500).sentences[0].readings for token in reading)
