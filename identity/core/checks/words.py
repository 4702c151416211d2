"""Owns check 6: the words are those asked, and were said as people say words. Does not recognise speech."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from identity.core.assessment import CheckResult, Profile, measured
from identity.core.challenge import Challenge
from identity.core.sound import HeardWord
from identity.core.spoken import distance, normalised

_EXACT: Final = "rule: exact after normalisation by one recogniser at least (docs/identity.md, Sound)"
MOST_APART: Final = 2
"""Words in which the recogniser that heard something else may differ before it is noted."""
UNMEASURED: Final = frozenset({"ko"})
"""Languages whose recognition was not measured on people."""


def check(
    heard: str | Sequence[str], challenge: Challenge, profile: Profile, ways: Sequence[tuple[str, ...]] = ()
) -> tuple[CheckResult, ...]:
    """Judge what each recogniser wrote. Score: 1 when word for word as asked by one of them, else 0.

    `ways`: every phrase that obeys, where a word was replaced (identity.core.live); empty: the challenge's own.
    Nothing heard has a code of its own. Where the language is unmeasured a person listens, but in the sandbox.
    """
    texts = (heard,) if isinstance(heard, str) else tuple(heard)
    language = challenge.language
    asked = [normalised(" ".join(way), language) for way in ways or (challenge.phrase,)]
    said = [words for words in (normalised(text, language) for text in texts) if words]
    if not said:
        return (measured(6, "words.not_heard", 0.0, 1.0, _EXACT, profile=profile),)
    apart = [min(distance(words, way) for way in asked) for words in said]
    results = [measured(6, "words.not_as_asked", float(min(apart) == 0), 1.0, _EXACT, profile=profile)]
    if min(apart) == 0 and len(said) > 1:
        results.append(measured(6, "words.doubtful", float(-max(apart)), float(-MOST_APART), "docs/identity.md, Sound", profile=profile))
    if language in UNMEASURED and profile is not Profile.SANDBOX:
        rule = "rule: no speech of people was there to measure it on"
        results.append(measured(6, "words.unmeasured_language", 0.0, 1.0, rule, profile=profile))
    return tuple(results)


def word_times(words: Sequence[HeardWord], asked: Sequence[str], language: str = "en") -> tuple[HeardWord | None, ...]:
    """Find when each asked word was said: one entry a word of `normalised(asked)`, None where it was not heard."""
    wanted = normalised(" ".join(asked), language)
    found: list[HeardWord | None] = [None] * len(wanted)
    matcher = SequenceMatcher(None, wanted, [word.text for word in words], autojunk=False)
    for block in matcher.get_matching_blocks():
        for k in range(block.size):
            found[block.a + k] = words[block.b + k]
    return tuple(found)


def said_within(words: Sequence[HeardWord], asked: Sequence[str], from_us: int, to_us: int, language: str = "en") -> float:
    """Share of the asked words, of those that were heard, whose end lies within a stretch of the recording; nan when none was heard.

    Ends, for a pause before a word counts to it (an aligned word begins where the one before it ended).
    """
    heard = [word for word in word_times(words, asked, language) if word is not None]
    return sum(from_us <= word.end_us <= to_us for word in heard) / len(heard) if heard else float("nan")
