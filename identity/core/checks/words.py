"""Owns check 6: the words are those asked, and were said as people say words. Does not recognise speech."""

from collections.abc import Sequence
from typing import Final

from identity.core.assessment import CheckResult, Profile, measured
from identity.core.challenge import Challenge
from identity.core.spoken import distance, normalised

_EXACT: Final = "rule: exact after normalisation by one recogniser at least (docs/identity.md, Sound)"
UNMEASURED: Final = frozenset({"ko"})
"""Languages whose recognition was not measured on people."""


def check(
    heard: str | Sequence[str], challenge: Challenge, profile: Profile, ways: Sequence[tuple[str, ...]] = ()
) -> tuple[CheckResult, ...]:
    """Judge what each recogniser wrote. Score: 1 when word for word as asked by one of them, else 0.

    `ways`: every phrase that obeys, where a word was replaced (identity.core.live); empty: the challenge's own.
    Nothing heard has a code of its own. Where the language is unmeasured, a person listens.
    """
    texts = (heard,) if isinstance(heard, str) else tuple(heard)
    language = getattr(challenge, "language", "en")
    asked = [normalised(" ".join(way), language) for way in ways or (challenge.phrase,)]
    said = [words for words in (normalised(text, language) for text in texts) if words]
    if not said:
        return (measured(6, "words.not_heard", 0.0, 1.0, _EXACT, profile=profile),)
    apart = [distance(words, way) for words in said for way in asked]
    results = [measured(6, "words.not_as_asked", float(min(apart) == 0), 1.0, _EXACT, profile=profile)]
    if language in UNMEASURED:
        rule = "rule: no speech of people was there to measure it on"
        results.append(measured(6, "words.unmeasured_language", 0.0, 1.0, rule, profile=profile))
    return tuple(results)
