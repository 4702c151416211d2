"""What a text is held against: rules in their owners' words, hard blocks, meaning, and admitting not to know."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from serving.core.judging import Rule, Ruled, judge, known, try_sentence, understand
from serving.judge.lexicon import categories_of, installed

CAMEO = "cameo-" + "b" * 32


class Alike:
    """Finds every sentence as alike to one topic, or to everything, as it was told; else like harmless ones."""

    version = "alike"

    def __init__(self, cosine: float = 0.0, to: str | None = None) -> None:
        self._cosine = cosine
        self._to = to

    def alike(self, topics: Sequence[str], sentences: Sequence[str]) -> list[list[float]]:
        harmless = installed().harmless[0] if self._cosine == 0.0 else None
        told = [self._cosine if self._to in {None, topic} else 0.0 for topic in topics]
        return [[0.5 if topic == harmless else cosine for _ in sentences] for topic, cosine in zip(topics, told, strict=True)]


NOTHING = Alike()


def judged(prompt, *rules, meaning=NOTHING):
    return judge("0" * 64, [prompt], [Ruled(CAMEO, 7, rules)], installed(), meaning)


def verdict(prompt, *rules, meaning=NOTHING):
    return judged(prompt, *rules, meaning=meaning).verdicts[0]


def rule(words: str) -> Rule:
    return understand(words, installed())


@pytest.mark.parametrize(
    ("words", "prompt"),
    [
        ("no politics", "giving a speech to win the election"),
        ("never make me eat meat", "eating fried chicken"),
        ("정치는 안 돼요", "국회에서 연설하는 모습"),
        ('nothing with "pineapple"', "a pineapple pizza"),
        ("don't put me on a motorcycle", "she rode two motorcycles"),
        ("뱀 나오는 거 싫어", "뱀들이 기어간다"),
        ("뱀 나오는 거 싫어", "a python in the grass"),
        ("no kayaks", "he paddles a kayak"),
        ("no kazoo solos", "she plays kazoo solos"),
    ],
)
def test_a_rule_in_the_owners_words_refuses_what_it_names(words, prompt):
    assert verdict(prompt, rule(words)).finding == "refused"


@pytest.mark.parametrize("words", ["no politics", "정치 금지", "no kayaks", "beer is fine but no wine"])
def test_a_rule_lets_through_what_it_does_not_name(words):
    found = verdict("walking on a beach", rule(words))
    assert (found.finding, found.categories, found.restrictions_revision) == ("allowed", (), 7)


@pytest.mark.parametrize(
    "words", ["nothing that would embarrass me", "only formal clothes", "창피한 건 싫어요", "be kind to nobody's dignity"]
)
def test_a_rule_that_was_not_understood_leaves_the_finding_uncertain(words):
    assert verdict("walking on a beach", rule(words)).finding == "uncertain"


def test_a_category_that_nobody_knows_leaves_the_finding_uncertain():
    assert verdict("walking on a beach", known(("unheard_of",), installed())).finding == "uncertain"


def test_what_is_refused_is_refused_whatever_else_is_uncertain():
    assert verdict("a political rally", Rule(), rule("no politics")).finding == "refused"


def test_a_hint_alone_leaves_the_finding_uncertain():
    assert verdict("she shakes a placard", rule("no politics")).finding == "uncertain"


def test_an_exception_makes_a_hit_uncertain_where_it_is_named():
    words = "no alcohol except wine"
    assert verdict("a glass of wine", rule(words)).finding == "uncertain"
    assert verdict("a glass of vodka", rule(words)).finding == "refused"


@pytest.mark.parametrize(
    ("words", "prompt"), [("everything is fine except snakes", "a cobra"), ("뱀만 빼고 다 괜찮아요", "코브라를 만난다")]
)
def test_what_is_excepted_from_a_permission_is_forbidden(words, prompt):
    assert verdict(prompt, rule(words)).finding == "refused"


def test_a_korean_word_that_no_concept_knows_lets_nothing_through_unseen():
    words = rule("팽이 금지")
    assert verdict("팽이를 돌린다", words).finding == "refused"
    assert verdict("나무 장난감을 돌린다", words).finding == "uncertain"


def test_an_english_word_that_no_concept_knows_is_not_looked_for_in_korean():
    assert verdict("나무 장난감을 돌린다", rule("no kayaks")).finding == "uncertain"


def test_meaning_refuses_or_doubts_by_its_thresholds():
    at = installed().thresholds
    words = rule("no kayaks")
    assert verdict("a small boat", words, meaning=Alike(at.rule_refuse - at.topic_bonus, "kayaks")).finding == "refused"
    assert verdict("a small boat", words, meaning=Alike(at.rule_doubt - at.topic_bonus, "kayaks")).finding == "uncertain"
    assert verdict("a small boat", words, meaning=Alike(0.0, "kayaks")).finding == "allowed"


def test_without_a_sentence_model_what_english_means_is_uncertain():
    assert verdict("walking on a beach", rule("no politics"), meaning=None).finding == "uncertain"
    assert verdict("walking on a beach", meaning=None).finding == "uncertain"
    assert verdict("해변을 걷는다", rule("정치 금지"), meaning=None).finding == "allowed"


@pytest.mark.parametrize("prompt", ["она идёт по берегу моря", "她在海边走路", "a" * 30_000])
def test_what_nobody_here_can_read_is_uncertain_even_without_rules(prompt):
    assert verdict(prompt).finding == "uncertain"


def test_without_rules_everything_but_a_hard_block_is_allowed():
    assert verdict("a sexy swimsuit show").finding == "allowed"
    assert judged("a nude schoolgirl, sexy").hard_blocks == ("sexual_content_of_a_real_person", "sexualised_minor")


def test_a_hard_blocks_exception_is_looked_at_by_a_person():
    found = judged("A nurse explains what a nude body looks like to a cancer patient")
    assert (found.hard_blocks, found.verdicts[0].finding) == ((), "uncertain")


def test_groups_of_a_block_that_meet_across_sentences_are_looked_at_by_a_person():
    found = judged("A schoolgirl walks by. The model wears lingerie.")
    assert (found.hard_blocks, found.verdicts[0].finding) == ((), "uncertain")


def test_meaning_finds_a_hard_block_unless_a_harmless_sentence_is_as_near():
    example, at = installed().blocks[0].examples[0], installed().thresholds
    assert judged("one two three", meaning=Alike(0.9, example)).hard_blocks == (installed().blocks[0].name,)
    assert judged("one two three", meaning=Alike(at.block_refuse)).hard_blocks == ()


def test_a_verdict_names_the_words_and_the_model_that_gave_it():
    assert judged("walking").classifier == installed().version + "+alike"
    assert judged("walking", meaning=None).classifier == installed().version + "+no-meaning"


def test_a_verdict_tells_categories_but_not_an_owners_words():
    assert verdict("a glass of wine and a kayak", rule("no alcohol"), rule("no kayaks")).categories == ("alcohol", "keyword")


def test_a_sentence_is_tried_and_told_why():
    tried = try_sentence(rule("no snakes, no politics"), "the president holds a cobra", installed(), Alike())
    assert (tried.finding, tried.why) == ("refused", ("category:politics", "keyword:snake"))


def test_a_rules_categories_are_told_sorted_and_empty_where_unknown():
    assert categories_of("no politics, no meat") == ("meat", "politics")
    assert categories_of("be kind") == ()
