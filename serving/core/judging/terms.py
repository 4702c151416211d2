"""Owns looking for many words and phrases at once. Knows no language's rules itself: see english and korean.

A term is words in order. English: each in any of its forms, `*` stands for up to three words between. Korean: nouns as they
are, verbs in their dictionary form (`죽이다`), up to two words between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from serving.core.judging import normal
from serving.core.judging.english import family, forms
from serving.core.judging.korean import is_verb, jamo, noun_in, stems, verb_in
from serving.core.judging.normal import Sentence

GAP = "*"
_MANY = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a term."""

    word: str
    forms: frozenset[str]
    stems: tuple[str, ...]
    short: bool
    reach: int
    """How many words may stand before it, after the part before."""

    def is_in(self, token: str) -> bool:
        """Tell whether a token is this word."""
        if self.forms:
            return token in self.forms
        return verb_in(self.stems, jamo(token), short=self.short) if self.stems else noun_in(self.word, token)


@lru_cache(maxsize=16384)
def parts_of(term: str, *, spoken: bool = False) -> tuple[Part, ...]:
    """Compile a term; one that somebody spoke may itself be in another form than the dictionary's."""
    made: list[Part] = []
    reach = 0
    for piece in normal.fold(term).split():
        if piece == GAP:
            reach = _MANY
            continue
        for word in normal.words(piece):
            korean = "가" <= word[0] <= "힣"
            verb = korean and is_verb(word)
            english = frozenset[str]() if korean else family(word) if spoken else forms(word)
            made.append(Part(word, english, stems(word) if verb else (), len(word) <= 2, max(reach, 2 * korean)))
            reach = 0
    return tuple(made)


def found_in(term: str, sentence: Sentence) -> bool:
    """Tell whether a term that somebody spoke stands in a sentence, in any reading."""
    parts = parts_of(term, spoken=True)
    return bool(parts) and any(
        _follows(parts, tokens, at) for tokens in sentence.readings for at, token in enumerate(tokens) if parts[0].is_in(token)
    )


class Index:
    """Finds which of many keys' terms stand in a sentence; made once, asked often."""

    def __init__(self, terms: Mapping[str, Iterable[str]]) -> None:
        self._forms: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._korean: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for key, ones in terms.items():
            for term in dict.fromkeys(ones):
                parts = parts_of(term)
                for form in parts[0].forms:
                    self._forms[form].append((key, term))
                for stem in parts[0].stems:
                    self._korean[stem].append((key, term))
                if not parts[0].forms and not parts[0].stems:
                    self._korean[jamo(parts[0].word)].append((key, term))

    def spans(self, tokens: tuple[str, ...]) -> Iterable[tuple[str, str, int, int]]:
        """Give every (key, term, first token, after the last token) of one reading."""
        for at, token in enumerate(tokens):
            found: list[tuple[str, str, int, int]] = []
            for key, term in self._candidates(token):
                parts = parts_of(term)
                end = _follows(parts, tokens, at) if parts[0].is_in(token) else 0
                if end:
                    found.append((key, term, at, end))
            yield from _longest(found)

    def find(self, readings: Iterable[tuple[str, ...]]) -> dict[str, set[str]]:
        """Give the terms found by key, over all readings."""
        found: dict[str, set[str]] = {}
        for tokens in readings:
            for key, term, _, _ in self.spans(tokens):
                found.setdefault(key, set()).add(term)
        return found

    def _candidates(self, token: str) -> set[tuple[str, str]]:
        if not "가" <= token[0] <= "힣":
            return set(self._forms.get(token, ()))
        decomposed = [jamo(token[at:]) for at in range(len(token))]
        pieces = {whole[:end] for whole in decomposed for end in range(2, len(whole) + 1)}
        return {found for piece in pieces for found in self._korean.get(piece, ())}


def _longest(found: list[tuple[str, str, int, int]]) -> list[tuple[str, str, int, int]]:
    """Take out Korean words that only stand inside a longer one of the same token: no 고기 in 물고기."""
    words = {term for _, term, at, end in found if end - at == 1 and "가" <= term[0] <= "힣"}
    inside = {short for short in words if any(short != long and short in long for long in words)}
    return [one for one in found if one[1] not in inside]


def _follows(parts: tuple[Part, ...], tokens: tuple[str, ...], at: int) -> int:
    """Tell where a term ends whose first word is at `at`; 0 where it does not stand there."""
    end = at + 1
    for part in parts[1:]:
        near = range(end, min(len(tokens), end + part.reach + 1))
        place = next((place for place in near if part.is_in(tokens[place])), None)
        if place is None:
            return 0
        end = place + 1
    return end
