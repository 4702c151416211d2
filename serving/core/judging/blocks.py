"""Owns the hard blocks: what no owner can permit, as groups of words that meet in a sentence. Words and reasons are data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serving.core.judging.normal import Text
    from serving.core.judging.words import Lexicon


@dataclass(frozen=True, slots=True)
class When:
    """One way to meet a block: every group of `all` in one sentence; a group of `unless` in it makes that uncertain.

    `look`: it is never more than a reason to look, and none where a group of `unless` is there.
    """

    all: tuple[str, ...]
    unless: tuple[str, ...] = ()
    look: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One hard block. `said` is what people read, by language: title, why, remedy. `examples` are English, for meaning."""

    name: str
    said: Mapping[str, Mapping[str, str]]
    when: tuple[When, ...]
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blocked:
    """Blocks that are met for certain, and those that a person should look at."""

    certain: frozenset[str]
    doubtful: frozenset[str]


def blocks_in(text: Text, lexicon: Lexicon) -> Blocked:
    """Find the blocks that the words meet; groups that meet only across sentences are doubtful."""
    groups = [frozenset(lexicon.grouped.find(sentence.readings)) for sentence in text.sentences]
    whole = frozenset[str]().union(*groups)
    certain: set[str] = set()
    doubtful: set[str] = set()
    for block in lexicon.blocks:
        for when in block.when:
            needed = frozenset(when.all)
            met = [found for found in groups if needed <= found]
            plainly = any(found.isdisjoint(when.unless) for found in met)
            if when.look:
                doubtful |= {block.name} if plainly else set()
            elif plainly:
                certain.add(block.name)
            elif met or needed <= whole:
                doubtful.add(block.name)
    return Blocked(frozenset(certain), frozenset(doubtful - certain))
