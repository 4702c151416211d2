"""Owns telling a person how a rule was understood, and what it would do to a sentence, before it is saved.

Does not save anything and writes no verdict: the judge does, with the same classifier (`classifier_version`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from serving.core.judging import Meaning, Tried, Understanding, classifier, try_sentence, understand, understood_as
from serving.judge.lexicon import installed
from serving.judge.meaning import meaning_of

RULE_MAX_CHARS = 500
SENTENCES_MAX = 20
SENTENCE_MAX_CHARS = 1000
MODELS_VARIABLE = "CAMEO_MODELS"


def understanding(text: str) -> Understanding:
    """Tell how a rule in its owner's words is read. Raises ValueError for a text over 500 characters."""
    return understood_as(understand(_bounded(text, RULE_MAX_CHARS), installed()), installed())


def try_rule(text: str, sentences: Sequence[str]) -> list[Tried]:
    """Tell for each sentence (20 at most, 1,000 characters each) what the rule would do to it, and why. Raises ValueError."""
    if len(sentences) > SENTENCES_MAX:
        message = f"at most {SENTENCES_MAX} sentences at once"
        raise ValueError(message)
    rule = understand(_bounded(text, RULE_MAX_CHARS), installed())
    return [try_sentence(rule, _bounded(sentence, SENTENCE_MAX_CHARS), installed(), sentence_model()) for sentence in sentences]


def classifier_version() -> str:
    """Name the classifier that every verdict of this installation names."""
    return classifier(installed(), sentence_model())


@cache
def sentence_model() -> Meaning | None:
    """Load the sentence model of this process's CAMEO_MODELS at its first use; None without one: then rules by meaning are uncertain."""
    folder = os.environ.get(MODELS_VARIABLE)
    return meaning_of(Path(folder)) if folder else None


def _bounded(text: str, most: int) -> str:
    if len(text) > most:
        message = f"at most {most} characters"
        raise ValueError(message)
    return text
