"""A person sees how a rule is understood and tries sentences before it is saved."""

import pytest

from serving.core.reasons import Reason
from serving.judge.blocks import UNREADABLE, block_names, block_words, told
from serving.judge.trying import RULE_MAX_CHARS, SENTENCES_MAX, classifier_version, try_rule, understanding


def test_a_rule_tells_how_it_was_understood():
    said = understanding('no politics, never "pineapple"')
    assert (said.categories, said.keywords, said.not_understood) == (("politics",), ("pineapple",), False)
    assert understanding("nothing that would embarrass me").not_understood


def test_each_sentence_is_tried_and_told_why():
    tried = try_rule('no politics, never "pineapple"', ["She wins the election", "a pineapple", "walking the dog"])
    assert [(one.finding, one.why) for one in tried][:2] == [("refused", ("category:politics",)), ("refused", ("keyword:pineapple",))]


def test_what_is_too_long_is_not_read():
    with pytest.raises(ValueError, match="500"):
        understanding("a" * (RULE_MAX_CHARS + 1))
    with pytest.raises(ValueError, match="sentences"):
        try_rule("no politics", ["x"] * (SENTENCES_MAX + 1))


def test_the_version_is_the_classifiers():
    assert classifier_version()


@pytest.mark.parametrize("locale", ["en", "ko"])
def test_a_hard_block_has_words_in_both_languages(locale):
    words = block_words("sexualised_minor", locale)
    assert all(words[part] for part in ("title", "why", "remedy"))


def test_every_block_says_in_both_languages_what_it_is_why_and_what_to_do():
    for name in block_names():
        for locale in ("en", "ko"):
            words = block_words(name, locale)
            assert words["name"] == name
            assert all(words[part] for part in ("title", "why", "remedy"))
            assert words["title"] != block_words("of_an_older_version", locale)["title"]


def test_a_blocked_request_is_told_which_block_and_another_refusal_stays_as_it_is():
    blocked = Reason(code="content.blocked", message="m", remedy="r", ko="k")
    other = Reason(code="consent.required", message="m", remedy="r", ko="k")
    said = told([other, blocked], ["election_deception", UNREADABLE])
    assert [one["code"] for one in said] == ["consent.required", "content.blocked", "content.blocked"]
    assert said[0] == other
    assert "election" in said[1]["message"]
    assert told([blocked], []) == [blocked]
