"""Owns what the judge knows: concepts with their words, groups of words for the hard blocks, thresholds; and a rule as understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from serving.core.judging.blocks import Block
from serving.core.judging.normal import Sentence, Text
from serving.core.judging.terms import Index


@dataclass(frozen=True, slots=True)
class Concept:
    """Something a rule may be about. `names` name all of it, `words` are of it, `hints` only hint at it (then: uncertain).

    `category`: told as a category in facts; else it is a thing, told as a keyword. `topic` and `examples` are English, for
    comparing by meaning; without either it is known by its words alone. `weak`: counts only in a rule that names nothing else.
    """

    names: tuple[str, ...]
    words: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    topic: str = ""
    examples: tuple[str, ...] = ()
    category: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from which an English sentence is uncertain or refused; fixed on `train` and `later` of tests/golden/judge.

    A score is the cosine (all-MiniLM-L6-v2) to the nearest example of what is forbidden, less `harmless_weight` times that to the
    nearest harmless sentence. What a rule names (its own words, or a concept's name) counts as an example, `topic_bonus` nearer.
    By meaning alone, on their 193 English sentences for rules: refused 2 % of what was not forbidden, doubted 15 %, and found 88 % of
    101 that were. On their 154 English prompts: blocked 2 % of 74 innocent ones, doubted 15 %, and found 81 % of 80.
    """

    rule_doubt: float
    rule_refuse: float
    block_doubt: float
    block_refuse: float
    harmless_weight: float
    topic_bonus: float


@dataclass(frozen=True)
class Lexicon:
    """Everything that is looked for. `version` is the digest of its files."""

    version: str
    concepts: Mapping[str, Concept]
    groups: Mapping[str, tuple[str, ...]]
    blocks: tuple[Block, ...]
    innocent: tuple[str, ...]
    harmless: tuple[str, ...]
    thresholds: Thresholds

    @cached_property
    def spoken(self) -> Index:
        """Find concepts that a word names or belongs to."""
        return Index({name: (*one.names, *one.words) for name, one in self.concepts.items()})

    @cached_property
    def hints(self) -> Index:
        """Find concepts that a word hints at."""
        return Index({name: one.hints for name, one in self.concepts.items()})

    @cached_property
    def grouped(self) -> Index:
        """Find groups of the hard blocks."""
        return Index(self.groups)

    @cached_property
    def _harmless(self) -> Index:
        return Index({"": self.innocent})

    def without_innocent(self, text: Text) -> Text:
        """Take out phrases that only look like something: `naked eye`, `경기도`."""
        return Text(tuple(self._cleared(one) for one in text.sentences), text.strange)

    def _cleared(self, sentence: Sentence) -> Sentence:
        return Sentence(sentence.written, tuple(self._blanked(tokens) for tokens in sentence.readings))

    def _blanked(self, tokens: tuple[str, ...]) -> tuple[str, ...]:
        kept = list(tokens)
        for _, _, start, end in self._harmless.spans(tokens):
            kept[start:end] = ["_"] * (end - start)
        return tuple(kept)


@dataclass(frozen=True, slots=True)
class Rule:
    """One restriction as understood.

    categories, things: concepts that must not appear; near: concepts that make it uncertain
    keywords: words and phrases that must not appear; near_words: words that make it uncertain; exempt: words that make a hit uncertain
    together: words of which all of a set must stand in a sentence to refuse it; each alone makes it uncertain
    topics: English phrases compared with English sentences
    whole: False where part of it was not understood, or its owner's words could not be opened
    """

    categories: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()
    whole: bool = True
    things: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()
    near_words: frozenset[str] = frozenset()
    exempt: frozenset[str] = frozenset()
    together: tuple[frozenset[str], ...] = ()
    topics: tuple[str, ...] = ()
    read_in: frozenset[str] | None = None
    """Languages (`en`, `ko`) in which what it names can be told apart; in another its finding is uncertain. None: in all."""

    @property
    def concepts(self) -> frozenset[str]:
        """Every concept that must not appear."""
        return self.categories | self.things

    @property
    def understood(self) -> bool:
        """Tell whether there is anything to look for, and all of it is known."""
        return self.whole and bool(self.concepts or self.keywords or self.together)
