"""Owns whether words were said while their step was on the screen. Does not judge it, and does not say whether they were right."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from identity.core.checks.words import said_within, word_times
from identity.core.live import LiveTrace
from identity.core.reactions import AFTER_US, MediaClock
from identity.core.sound import HeardWord

EARLY_US: Final = 100_000
"""A word may seem to end so much before its step was shown: times of words are good to some hundredths of a second."""


def said_in_steps(words: Sequence[HeardWord], live: LiveTrace, clock: MediaClock, language: str = "en") -> float:
    """Share of the words of all steps, of those heard, that ended while their step was on the screen or .8 s after; nan without any.

    A word that was replaced while it may have been said already is asked of nobody.
    """
    inside = count = 0.0
    for asked, from_us, until_us in _asked(live, clock):
        heard = sum(word is not None for word in word_times(words, asked, language))
        share = said_within(words, asked, round(from_us), round(until_us), language)
        inside, count = inside + (0.0 if math.isnan(share) else share * heard), count + heard
    return inside / count if count else math.nan


def slowest_s(words: Sequence[HeardWord], live: LiveTrace, clock: MediaClock, language: str = "en") -> float:
    """Longest time from the end of a word to the end of the next one of the same step; nan where no two were heard."""
    ends = [[word.end_us for word in word_times(words, asked, language) if word is not None] for asked, _, _ in _asked(live, clock)]
    return max((later - end for of in ends for end, later in pairwise(of)), default=math.nan) / 1e6


def _asked(live: LiveTrace, clock: MediaClock) -> Iterator[tuple[tuple[str, ...], float, float]]:
    """The words that each step still asks for, and between which times of the recording they belong."""
    says = False
    for i, step in enumerate(live.steps):
        says = step.kind == "say" or (step.kind == "stop" and says)
        if not says:
            continue
        later = live.steps[i + 1 :]
        words = step.what[:-1] if later and later[0].kind == "stop" else step.what
        following = next((one for one in later if one.kind != "stop"), None)
        ends_at_us = following.issued_at_us if following else step.done_at_us
        until_us = 2**53 if following is None or ends_at_us is None else clock.media_us(ends_at_us) + AFTER_US
        if words:
            yield words, clock.media_us(step.issued_at_us) - EARLY_US, until_us
