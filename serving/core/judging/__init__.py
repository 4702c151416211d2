"""Owns judging what is asked for: its words, its rules in people's own words, the hard blocks. Reads no prompt and no file itself.

It finds words and compares sentences; it does not understand them. Where it cannot tell, the finding is `uncertain` and the
subject reviews the draft. Error rates on labelled sentences: docs/policy.md, bench/results/judging.json.
"""

from serving.core.judging.blocks import Block, When, blocks_in
from serving.core.judging.likeness import Meaning
from serving.core.judging.rules import Understanding, known, understand, understood_as
from serving.core.judging.verdict import Ruled, Tried, classifier, judge, try_sentence
from serving.core.judging.words import Concept, Lexicon, Rule, Thresholds

__all__ = [
    "Block",
    "Concept",
    "Lexicon",
    "Meaning",
    "Rule",
    "Ruled",
    "Thresholds",
    "Tried",
    "Understanding",
    "When",
    "blocks_in",
    "classifier",
    "judge",
    "known",
    "try_sentence",
    "understand",
    "understood_as",
]
