"""Owns what a text is about, by categories of words, and whether that meets a rule; reads no prompt and no file itself.

A thin classifier: it finds words, it does not understand sentences. Where it cannot tell what a rule means, the finding is
`uncertain` and the subject reviews the draft. Error rates: unmeasured.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from schemas.generation import Finding, GenerationJudged, Verdict

_WORD = re.compile(r"[a-z0-9']+|[가-힣]+")
_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”|‘([^’]+)’|「([^」]+)」|(?<!\w)\'([^\']+)\'(?!\w)')
_VOWELS = "aeiou"
_PARTICLES = frozenset(
    "은 는 이 가 을 를 의 에 에서 에게 와 과 도 로 으로 만 까지 부터 처럼 이나 나 랑 이랑 하고 한 하는 하며 들 들이 들을 들과".split()  # noqa: SIM905
)
"""What may follow a Korean word of one syllable and leave it that word."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by category; `hard` names what no owner can permit. `version` is the digest of its file."""

    version: str
    categories: Mapping[str, frozenset[str]]
    hard: Mapping[str, tuple[frozenset[str], ...]]
    """Each hard block is met when every one of its groups of words is."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One restriction as understood: categories and single words that must not appear. Neither: not understood.

    `whole`: its owner's words could be opened; else what they named is not all known.
    """

    categories: frozenset[str]
    keywords: frozenset[str]
    whole: bool = True

    @property
    def understood(self) -> bool:
        """Tell whether there is anything to look for, and all of it is known."""
        return self.whole and bool(self.categories or self.keywords)


@dataclass(frozen=True, slots=True)
class Understanding:
    """How a rule was read: what it is about, the single words looked for, whether sentences are compared by meaning.

    `not_understood`: nothing to look for was found, or not in all of it: then the subject reviews every draft.
    """

    categories: tuple[str, ...]
    keywords: tuple[str, ...]
    by_meaning: bool
    not_understood: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """What one rule does to one sentence. `why` are `category:NAME`, `keyword:WORD`, `meaning`, `not_understood`."""

    sentence: str
    finding: Finding
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ruled:
    """One cameo's rules, and the revision of its restrictions that they are."""

    cameo: str
    restrictions_revision: int
    rules: Sequence[Rule]


def judge(plan_digest: str, texts: Iterable[str], ruled: Iterable[Ruled], lexicon: Lexicon) -> GenerationJudged:
    """Judge what is asked for against each cameo's rules."""
    text = Text.of("\n".join(texts))
    found = categories_in(text, lexicon)
    hard = (name for name, groups in lexicon.hard.items() if all(text.has_any(group) for group in groups))
    return GenerationJudged(
        plan_digest=plan_digest,
        classifier=lexicon.version,
        hard_blocks=tuple(sorted(hard)),
        verdicts=tuple(_verdict(cameo, text, found) for cameo in ruled),
    )


def understand(words: str, lexicon: Lexicon) -> Rule:
    """Read a rule in its owner's words ("no politics", 'never "pineapple"'): categories it names, words it quotes."""
    text = Text.of(words)
    named = frozenset(name for name in lexicon.categories if text.has(name.replace("_", " ")))
    quoted = (next(part for part in match.groups() if part is not None) for match in _QUOTED.finditer(words))
    return Rule(named | categories_in(text, lexicon), frozenset(normal(word) for word in quoted if normal(word)))


def understood_as(rule: Rule) -> Understanding:
    """Put a rule into what a person is told of it."""
    return Understanding(
        categories=tuple(sorted(rule.categories)),
        keywords=tuple(sorted(rule.keywords)),
        by_meaning=False,
        not_understood=not rule.understood,
    )


def try_sentence(rule: Rule, sentence: str, lexicon: Lexicon) -> Tried:
    """Hold one sentence against one rule."""
    text = Text.of(sentence)
    why = [f"category:{name}" for name in sorted(rule.categories & categories_in(text, lexicon))]
    why += [f"keyword:{word}" for word in sorted(rule.keywords) if text.has(word)]
    if why:
        return Tried(sentence, "refused", tuple(why))
    if not rule.understood:
        return Tried(sentence, "uncertain", ("not_understood",))
    return Tried(sentence, "allowed", ())


def known(categories: Iterable[str], lexicon: Lexicon) -> Rule:
    """Make a rule of categories named elsewhere; one that the lexicon lacks leaves the rule not understood."""
    wanted = frozenset(categories)
    return Rule(wanted if wanted <= lexicon.categories.keys() else frozenset(), frozenset())


def categories_in(text: Text, lexicon: Lexicon) -> frozenset[str]:
    """Find the categories whose words appear."""
    return frozenset(name for name, words in lexicon.categories.items() if text.has_any(words))


def normal(text: str) -> str:
    """Fold width, case and spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").split())


@dataclass(frozen=True, slots=True)
class Text:
    """A text as words in order, English ones in every form they may be an inflection of."""

    tokens: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Text:
        """Split a text into words."""
        return cls(tuple(_WORD.findall(normal(text))))

    def has_any(self, words: Iterable[str]) -> bool:
        """Tell whether any of these words or phrases appears."""
        return any(self.has(word) for word in words)

    def has(self, phrase: str) -> bool:
        """Tell whether a word or phrase appears, its last word in any inflection."""
        wanted = tuple(_WORD.findall(normal(phrase)))
        if not wanted:
            return False
        span = len(wanted)
        return any(
            self.tokens[at : at + span - 1] == wanted[:-1] and _is(self.tokens[at + span - 1], wanted[-1])
            for at in range(len(self.tokens) - span + 1)
        )


def inflections(word: str) -> frozenset[str]:
    """List the regular forms of an English word: plural, possessive, third person, past, -ing."""
    forms = {word, word + "s", word + "'s", word + "es", word + "ed", word + "ing"}
    if word.endswith("e"):
        forms |= {word + "d", word[:-1] + "ing"}
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        forms |= {word[:-1] + "ies", word[:-1] + "ied"}
    if len(word) > 2 and word[-1] not in _VOWELS + "wxy" and word[-2] in _VOWELS and word[-3] not in _VOWELS:
        forms |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    return frozenset(forms)


def _is(token: str, word: str) -> bool:
    if not "가" <= word[0] <= "힣":
        return token in inflections(word)
    if len(word) == 1:
        return token == word or (token.startswith(word) and token[1:] in _PARTICLES)
    return word in token


def _verdict(ruled: Ruled, text: Text, found: frozenset[str]) -> Verdict:
    met = {name for rule in ruled.rules for name in rule.categories & found}
    spoken = any(text.has_any(rule.keywords) for rule in ruled.rules)
    finding: Finding = "allowed"
    if met or spoken:
        finding = "refused"
    elif any(not rule.understood for rule in ruled.rules):
        finding = "uncertain"
    return Verdict(
        cameo=ruled.cameo,
        restrictions_revision=ruled.restrictions_revision,
        finding=finding,
        categories=tuple(sorted(met | ({"keyword"} if spoken else set()))),
    )
