"""Owns reading a rule in its owner's words: what it forbids, lets be, and leaves unclear. Does not hold anything against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from serving.core.judging.clauses import JOINING, JOINING_KO, STOP, UNCLEAR, UNCLEAR_KO, WEAK_VERBS, Clause, clauses, nouns_ko, quoted
from serving.core.judging.english import forms
from serving.core.judging.normal import fold, words
from serving.core.judging.words import Lexicon, Rule

TAKEN = "_"
_STOP = frozenset(form for word in STOP for form in (word, *forms(word)))
_WEAK = frozenset(form for word in WEAK_VERBS for form in forms(word))
_UNCLEAR = frozenset(form for word in UNCLEAR for form in forms(word))


@dataclass(frozen=True, slots=True)
class Understanding:
    """How a rule was read: what it is about, the words looked for, whether sentences are also compared by meaning.

    `not_understood`: nothing to look for was found, or not in all of it: then the subject reviews every draft.
    `words_only`: words that are known in no other form or language; where they do not stand as they are, the subject reviews.
    """

    categories: tuple[str, ...]
    keywords: tuple[str, ...]
    by_meaning: bool
    not_understood: bool
    words_only: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What was gathered of a rule so far."""

    concepts: set[str] = field(default_factory=set)
    keywords: set[str] = field(default_factory=set)
    near: set[str] = field(default_factory=set)
    near_words: set[str] = field(default_factory=set)
    exempt: set[str] = field(default_factory=set)
    together: list[frozenset[str]] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    whole: bool = True


def understand(rule: str, lexicon: Lexicon) -> Rule:
    """Read a rule ("no politics", 'never "pineapple"', "뱀 나오는 거 싫어")."""
    said, rest = quoted(rule)
    reading = _Reading()
    for clause in clauses(fold(rest)):
        _take(clause, reading, lexicon)
    literal = frozenset(" ".join(fold(one).split()) for one in said if words(fold(one)))
    if literal and not reading.concepts:  # what stands around a quotation says how, not what
        reading = _Reading(whole=reading.whole)
    exempt = reading.exempt
    categories = {name for name in reading.concepts if lexicon.concepts[name].category}
    korean = any("가" <= word[0] <= "힣" for word in reading.unknown)
    return Rule(
        categories=frozenset(categories),
        keywords=frozenset(reading.keywords) | literal,
        whole=reading.whole,
        things=frozenset(reading.concepts - categories),
        near=frozenset(reading.near - reading.concepts),
        near_words=frozenset(reading.near_words),
        exempt=frozenset(exempt),
        together=tuple(reading.together),
        topics=tuple(dict.fromkeys(reading.topics)),
        read_in=None if not reading.unknown else frozenset() if korean else frozenset({"en"}),
    )


def understood_as(rule: Rule, lexicon: Lexicon) -> Understanding:
    """Put a rule into what a person is told of it."""
    compared = bool(rule.topics) or any(lexicon.concepts[name].topic or lexicon.concepts[name].examples for name in rule.concepts)
    return Understanding(
        categories=tuple(sorted(rule.categories)),
        keywords=tuple(sorted(rule.things | rule.keywords | {" + ".join(sorted(words)) for words in rule.together})),
        by_meaning=compared,
        not_understood=not rule.understood,
        words_only=tuple(sorted(rule.keywords.union(*rule.together))) if rule.read_in is not None else (),
    )


def known(categories: Iterable[str], lexicon: Lexicon) -> Rule:
    """Make a rule of categories named elsewhere; one that the lexicon lacks leaves the rule not understood."""
    wanted = frozenset(categories)
    return Rule(wanted if wanted <= lexicon.concepts.keys() else frozenset())


def _take(clause: Clause, reading: _Reading, lexicon: Lexicon) -> None:
    """Add one clause to the reading."""
    tokens = words(clause.text)
    if clause.stance == "only":
        reading.whole = False
        return
    if clause.stance == "permits":
        reading.exempt |= {token for token in tokens if token not in _STOP and not nouns_only(token)}
        return
    named, of, rest = _concepts(tokens, lexicon)
    if clause.stance == "says":
        reading.near |= named | {name for name, _ in of}
        return
    reading.concepts |= named
    reading.near |= {name for name, _ in of}
    reading.keywords |= {term for _, term in of}
    reading.topics += [term for _, term in of if term.isascii()]
    reading.exempt |= {token for token in words(clause.exempt) if token not in _STOP}
    if any(token in _UNCLEAR for token in rest) or UNCLEAR_KO.search(clause.text):
        reading.whole = False
    _unknown(rest, reading, alone=not named and not of)


def nouns_only(token: str) -> bool:
    """Tell whether a Korean token of a rule names nothing."""
    return "가" <= token[0] <= "힣" and not nouns_ko(token)


def _concepts(tokens: tuple[str, ...], lexicon: Lexicon) -> tuple[set[str], set[tuple[str, str]], list[str]]:
    """Find the concepts that are named, the (concept, word) of those that a word belongs to, and the tokens left over.

    The longest phrase counts where several begin within it; a word that names one concept does not also belong to another.
    """
    spans = sorted(lexicon.spoken.spans(tokens), key=lambda span: _weight(*span, lexicon), reverse=True)
    taken: dict[int, str] = {}
    named: set[str] = set()
    of: set[tuple[str, str]] = set()
    for key, term, at, end in spans:
        if any(taken.get(place, term) != term for place in range(at, end)):
            continue
        taken |= dict.fromkeys(range(at, end), term)
        if term in lexicon.concepts[key].names:
            named.add(key)
        else:
            of.add((key, term))
    names = {term for key in named for term in lexicon.concepts[key].names}
    of = {one for one in of if one[1] not in names}
    strong = {key for key in named if not lexicon.concepts[key].weak} or (set[str]() if of else named)
    rest = [TAKEN if place in taken else token for place, token in enumerate(tokens)]
    return strong, of, rest


def _weight(key: str, term: str, at: int, end: int, lexicon: Lexicon) -> tuple[int, bool, int]:
    """Longer phrases first, then what names a concept, then longer words."""
    return end - at, term in lexicon.concepts[key].names, len(term)


def _unknown(rest: list[str], reading: _Reading, *, alone: bool) -> None:
    """Make keywords of what no concept covers.

    What `or` and `and` join is looked for one by one; what else stands in one clause (`jokes about neighbours`) only together.
    Beside a concept that was named it only hints, unless it is joined to it.
    """
    groups: list[list[str]] = [[]]
    joined = alone
    for run, alternative in _runs(rest, alone=alone):
        if alternative:
            groups.append([])
            joined = True
        groups[-1] += run
    for words_of in (group for group in groups if group):
        if not joined:
            reading.near_words |= set(words_of)
            continue
        reading.unknown |= set(words_of)
        reading.topics += [word for word in [" ".join(words_of)] if word.isascii()]
        if len(words_of) == 1:
            reading.keywords |= set(words_of)
            reading.near_words |= {word.split()[-1] for word in words_of if " " in word}
        else:
            reading.together.append(frozenset(words_of))
            reading.near_words |= set(words_of)


def _runs(rest: list[str], *, alone: bool) -> Iterable[tuple[list[str], bool]]:
    """Give the phrases and nouns left over in a clause, and whether each is joined to what stands before it by `or` or `and`."""
    content = [token for token in rest if token != TAKEN and token not in _STOP and not nouns_only(token)]
    only_weak = alone and all(token in _WEAK for token in content)
    run: list[str] = []
    alternative = False
    for token in [*rest, TAKEN]:
        korean = "가" <= token[0] <= "힣"
        noun = nouns_ko(token) if korean else ""
        if not korean and token != TAKEN and token not in _STOP and token not in _UNCLEAR and (only_weak or token not in _WEAK):
            run.append(token)
            continue
        if run:
            yield [" ".join(run)], alternative
            run, alternative = [], False
        if noun:
            yield [noun], alternative
            alternative = False
        alternative = alternative or token in JOINING or (korean and token.endswith(JOINING_KO))
