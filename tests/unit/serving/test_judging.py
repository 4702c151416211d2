"""What a text is about, and whether that meets a rule: categories, quoted words, and admitting not to know."""

import pytest

from serving.core.judging import Rule, Ruled, Text, categories_in, inflections, judge, known, understand
from serving.judge.lexicon import categories_of, installed

CAMEO = "cameo-" + "b" * 32


def verdict(prompt, *rules):
    judged = judge("0" * 64, [prompt], [Ruled(CAMEO, 7, rules)], installed())
    return judged.verdicts[0]


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
    ],
)
def test_a_category_is_found_in_its_words_and_their_forms(text, category):
    assert category in categories_in(Text.of(text), installed())


@pytest.mark.parametrize("text", ["예술은 길다", "a devoted voyager", "hamster in a garden", "standing on a sunny beach", "커피 한 잔"])
def test_a_word_inside_another_word_is_not_that_word(text):
    assert categories_in(Text.of(text), installed()) == frozenset()


def test_regular_forms_are_derived():
    assert {"votes", "voted", "voting"} <= inflections("vote")
    assert {"parties"} <= inflections("party")
    assert {"stabbed", "stabbing"} <= inflections("stab")


@pytest.mark.parametrize(
    ("rule", "prompt"),
    [
        ("no politics", "giving a speech to win the election"),
        ("never make me eat meat", "eating fried chicken"),
        ("정치는 안 돼요", "국회에서 연설하는 모습"),
        ('nothing with "pineapple"', "a pineapple pizza"),
    ],
)
def test_a_rule_in_the_owners_words_refuses_what_it_names(rule, prompt):
    assert verdict(prompt, understand(rule, installed())).finding == "refused"


def test_a_rule_lets_through_what_it_does_not_name():
    found = verdict("walking on a beach", understand("no politics", installed()))
    assert (found.finding, found.categories, found.restrictions_revision) == ("allowed", (), 7)


def test_a_rule_that_was_not_understood_leaves_the_finding_uncertain():
    assert verdict("walking on a beach", understand("nothing that would embarrass me", installed())).finding == "uncertain"
    assert verdict("walking on a beach", known(("unheard_of",), installed())).finding == "uncertain"


def test_what_is_refused_is_refused_whatever_else_is_uncertain():
    rules = (Rule(frozenset(), frozenset()), understand("no politics", installed()))
    assert verdict("a political rally", *rules).finding == "refused"


def test_without_rules_everything_but_a_hard_block_is_allowed():
    assert verdict("a sexy swimsuit show").finding == "allowed"
    blocked = judge("0" * 64, ["a nude schoolgirl, sexy"], [], installed())
    assert blocked.hard_blocks == ("sexual_content_of_a_real_person", "sexualised_minor")


def test_a_rules_categories_are_told_sorted_and_empty_where_unknown():
    assert categories_of("no politics, no meat") == ("meat", "politics")
    assert categories_of("be kind") == ()


def test_the_classifiers_version_is_the_digest_of_its_words():
    assert installed().version.startswith("lexicon-")
