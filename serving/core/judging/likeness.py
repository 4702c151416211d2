"""Owns comparing sentences by meaning, given something that embeds them. Loads no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from serving.core.judging.blocks import Blocked

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


def english(text: Text) -> list[str]:
    """List the sentences that can be compared."""
    return [sentence.written for sentence in text.sentences if sentence.english]


def compared(rule: Rule, sentence: str, lexicon: Lexicon, meaning: Meaning) -> tuple[bool, bool]:
    """Compare one English sentence with what a rule is about: (refused, doubtful)."""
    at = lexicon.thresholds
    examples = [one for name in sorted(rule.concepts) for one in lexicon.concepts[name].examples]
    near = [one for name in sorted(rule.near) for one in lexicon.concepts[name].examples]
    topics = [*rule.topics, *(topic for name in sorted(rule.concepts) if (topic := lexicon.concepts[name].topic))]
    example, hint, topic = (nearest(one, sentence, meaning) for one in (examples, near, topics))
    other = at.harmless_weight * nearest(lexicon.harmless, sentence, meaning) if examples or near else 0.0
    refused = example - other >= at.example_refuse or topic >= at.topic_refuse
    doubtful = example - other >= at.example_doubt or hint - other >= at.example_refuse or topic >= at.topic_doubt
    return refused, doubtful


def blocked(text: Text, lexicon: Lexicon, meaning: Meaning) -> Blocked:
    """Find the hard blocks whose examples an English sentence is like, more than it is like a harmless one.

    A word of an exception makes it doubtful, as it does for the block's words.
    """
    certain: set[str] = set()
    doubtful: set[str] = set()
    for sentence in text.sentences:
        if not sentence.english:
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
