"""Owns comparing sentences by meaning, given something that embeds them. Loads no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from serving.core.judging.blocks import Blocked
from serving.core.judging.normal import COMPARED_MAX

if TYPE_CHECKING:
    from serving.core.judging.normal import Text
    from serving.core.judging.words import Lexicon, Rule


class Meaning(Protocol):
    """Compares English sentences."""

    @property
    def version(self) -> str:
        """Name the model; part of the classifier's version."""
        ...

    def alike(self, topics: Sequence[str], sentences: Sequence[str]) -> Sequence[Sequence[float]]:
        """Give cosines, a row for each topic, a column for each sentence; texts may be embedded once and kept."""
        ...


def compared(rule: Rule, sentence: str, lexicon: Lexicon, meaning: Meaning) -> tuple[bool, bool]:
    """Compare one English sentence with what a rule is about: (refused, doubtful)."""
    at = lexicon.thresholds
    topics = [*rule.topics, *(topic for name in sorted(rule.concepts) if (topic := lexicon.concepts[name].topic))]
    examples, near = _examples(rule.concepts, lexicon), _examples(rule.near, lexicon)
    if not topics and not examples and not near:
        return False, False
    other = at.harmless_weight * nearest(lexicon.harmless, sentence, meaning)
    score = max(nearest(examples, sentence, meaning), nearest(topics, sentence, meaning) + at.topic_bonus) - other
    hinted = nearest(near, sentence, meaning) - other
    return score >= at.rule_refuse, score >= at.rule_doubt or hinted >= at.rule_refuse


def _examples(concepts: frozenset[str], lexicon: Lexicon) -> list[str]:
    return [one for name in sorted(concepts) for one in lexicon.concepts[name].examples]


def blocked(text: Text, lexicon: Lexicon, meaning: Meaning) -> Blocked:
    """Find the hard blocks whose examples an English sentence is like, more than it is like a harmless one.

    A word of an exception makes it doubtful, as it does for the block's words.
    """
    certain: set[str] = set()
    doubtful: set[str] = set()
    for sentence in text.sentences[:COMPARED_MAX]:
        if not sentence.comparable:
            continue
        groups = lexicon.grouped.find(sentence.readings).keys()
        other = lexicon.thresholds.harmless_weight * nearest(lexicon.harmless, sentence.written, meaning)
        for block in lexicon.blocks:
            score = nearest(block.examples, sentence.written, meaning) - other
            excepted = any(group in groups for when in block.when for group in when.unless)
            if score >= lexicon.thresholds.block_refuse and not excepted:
                certain.add(block.name)
            elif score >= lexicon.thresholds.block_doubt:
                doubtful.add(block.name)
    return Blocked(frozenset(certain), frozenset(doubtful - certain))


def nearest(topics: Sequence[str], sentence: str, meaning: Meaning) -> float:
    """Give the highest cosine; -1 without topics."""
    return max((row[0] for row in meaning.alike(topics, [sentence])), default=-1.0) if topics else -1.0
