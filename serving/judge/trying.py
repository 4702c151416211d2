"""Owns telling a person how a rule was understood, and what it would do to a sentence, before it is saved.

Does not save anything and writes no verdict: the judge does, with the same classifier (`classifier_version`).
"""

from __future__ import annotations

from collections.abc import Sequence

from serving.core.judging import Tried, Understanding, try_sentence, understand, understood_as
from serving.judge.lexicon import installed

RULE_MAX_CHARS = 500
SENTENCES_MAX = 20
SENTENCE_MAX_CHARS = 1000


def understanding(text: str) -> Understanding:
    """Tell how a rule in its owner's words is read. Pure given the installation; raises ValueError for a text over 500 characters."""
    return understood_as(understand(_bounded(text, RULE_MAX_CHARS), installed()))


def try_rule(text: str, sentences: Sequence[str]) -> list[Tried]:
    """Tell for each sentence (20 at most, 1,000 characters each) what the rule would do to it, and why. Raises ValueError."""
    if len(sentences) > SENTENCES_MAX:
        message = f"at most {SENTENCES_MAX} sentences at once"
        raise ValueError(message)
    rule = understand(_bounded(text, RULE_MAX_CHARS), installed())
    return [try_sentence(rule, _bounded(sentence, SENTENCE_MAX_CHARS), installed()) for sentence in sentences]


def classifier_version() -> str:
    """Name the classifier that every verdict of this installation names."""
    return installed().version


def _bounded(text: str, most: int) -> str:
    if len(text) > most:
        message = f"at most {most} characters"
        raise ValueError(message)
    return text
