"""Owns check 13: the steps were answered when they were asked, as fast as people are. Does not tell who answered.

What it is for: recordings made before, attackers whose pictures take seconds to make, and whoever lies about time. It does not
stop who animates a face within a person's own reaction time: docs/identity.md, "Step by step".
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from identity.core.assessment import CheckResult, Polarity, measured
from identity.core.context import Asked
from identity.core.features import Features
from identity.core.live import LiveTrace, asked_movements, asked_words
from identity.core.live_plan import READ_ALOUD_US
from identity.core.pacing import said_in_steps, slowest_s
from identity.core.profiles import Profile
from identity.core.reactions import MediaClock, Reaction, begun_after_stop_us, reactions
from identity.core.sound import HeardWord

EARLIEST_US: Final = 120_000
"""Nobody reacts faster by moving a head: sprinters' mean to a shot is 160 ms and rarely below 100 (Pain & Hibbs 2007, 9 athletes:
85 ms at least), a finger to a light 213 ms (Woods et al. 2015, 1469 people, doi:10.3389/fnhum.2015.00131)."""
SLOW_US: Final = 1_150_000
"""Median over the movements, network and the first fifth of the way included: from here on a person looks. An animator that needs
a second is there; so are slow people (bench/identity/stepwise.py: both by rule). Unmeasured on people."""
WAITED_US: Final = 225_000
"""What an answer may wait for its chunk and its network beyond the quickest before that counts as slowness: the middle of a chunk of
250 ms and of a network that varies by 200. More nobody gains by dating frames back. A choice: bench/identity/stepwise.py."""
DATED_BACK_US: Final = 500_000
"""Half of all frames later than this beyond the quickest: a person looks. Chunks of 250 ms on a network that varies by 200 give
180-195 (simulated); networks of people are unmeasured."""
CONSTANT_US: Final = 25_000
"""Standard deviation over the movements. People's reactions vary by a sixth of their mean and more; frames of 24 a second alone
give 12 ms. Lognormal reactions of .65 s with a spread of a quarter, four of them: 13 of 20,000 are this even (simulated)."""
LEAST_REACTIONS: Final = 3
BREAK_OFF_US: Final = 1_500_000
"""Until when after a stop what it breaks off may still begin: who takes 1.2 s to begin is as slow to see the stop. Unmeasured."""
MAX_DRIFT: Final = 0.02
"""A device's clock runs within .0001; networks that change add .007 over 15 s. A choice, unmeasured."""
MAX_DELAY_US: Final = 1_000_000
"""Nine frames of ten come within this of the quickest: a recorder's chunk of 250 ms, and a network. A choice, unmeasured."""
LEAST_IN_STEPS: Final = 0.75
"""Of the words: a person looks where more were said before their step was shown, or .8 s after the next one. A choice."""
MOST_BETWEEN_WORDS_S: Final = 1.5
"""From the end of one word to the end of the next. Read speech .78 at most (14 recordings), spliced digits .92 where all were heard,
synthetic voices .90 (40 sounds): half as much again. Who stutters is looked at; unmeasured."""
_DOC: Final = 'docs/identity.md, "Step by step"'


def check(features: Features, asked: Asked, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge a challenge that was handed out step by step; of a single upload nothing is said."""
    live, challenge = asked.live, asked.challenge
    if live is None:
        return ()
    lower = Polarity.LOWER_IS_LIVE
    clock = MediaClock(features.frames, live)
    whole = clock.told and _whole(live, challenge.movements, challenge.phrase)
    results = [
        measured(13, "live.broken", float(whole), 1.0, "rule: every step was handed out, and frames came after each", profile=profile)
    ]
    if not whole:
        return tuple(results)
    found = reactions(features.face, features.sound.words if features.sound else (), live, clock, challenge.language)
    results += [
        measured(13, "live.clock", clock.drift(), MAX_DRIFT, _DOC, profile=profile, polarity=lower),
        measured(
            13, "live.clock", float(np.percentile(clock.delays_us, 90)) / 1e6, MAX_DELAY_US / 1e6, _DOC, profile=profile, polarity=lower
        ),
        measured(13, "live.slow", float(np.median(clock.delays_us)) / 1e6, DATED_BACK_US / 1e6, _DOC, profile=profile, polarity=lower),
        measured(13, "live.not_obeyed", _obeyed(found, begun_after_stop_us(features.face, live, clock)), 1.0, _DOC, profile=profile),
    ]
    results += _times(found, READ_ALOUD_US if "sight" in challenge.without else 0, profile)
    return (*results, *_paced(features.sound.words if features.sound else (), live, clock, challenge.language, profile))


def _paced(words: Sequence[HeardWord], live: LiveTrace, clock: MediaClock, language: str, profile: Profile) -> list[CheckResult]:
    """Judge whether the words were said when they were asked for, and as quickly as people read; nothing where none was heard."""
    inside, slowest = said_in_steps(words, live, clock, language), slowest_s(words, live, clock, language)
    code, lower = "live.words_apart", Polarity.LOWER_IS_LIVE
    found = (
        measured(13, code, inside, LEAST_IN_STEPS, _DOC, profile=profile),
        measured(13, code, slowest, MOST_BETWEEN_WORDS_S, _DOC, profile=profile, polarity=lower),
    )
    return [one for one, value in zip(found, (inside, slowest), strict=True) if np.isfinite(value)]


def _whole(live: LiveTrace, movements: Sequence[str], phrase: Sequence[str]) -> bool:
    done = bool(live.steps) and all(step.done_at_us is not None for step in live.steps)
    return done and asked_movements(live.steps) == tuple(map(str, movements)) and asked_words(live.steps) == tuple(phrase)


def _obeyed(found: Sequence[Reaction], begun_after_stop: float) -> float:
    """Part of the steps that were answered, early or late; 0 where a movement was begun long after it was broken off."""
    if not found or begun_after_stop > BREAK_OFF_US:
        return 0.0
    return sum(one.answered != "none" for one in found) / len(found)


def _times(found: Sequence[Reaction], slower_us: int, profile: Profile) -> list[CheckResult]:
    lower = Polarity.LOWER_IS_LIVE
    early = sum(one.answered == "before" or one.reaction_us < EARLIEST_US for one in found)
    late = sum(one.late_us > 0 for one in found)
    moved = [one.reaction_us for one in found if one.asks == "move" and one.answered == "begun"]
    results = [
        measured(13, "live.early", float(early), 0.0, _DOC, profile=profile, polarity=lower),
        measured(13, "live.late", float(late), 0.0, _DOC, profile=profile, polarity=lower),
    ]
    if len(moved) >= LEAST_REACTIONS:
        median_s, spread_s = slowness_s(found), float(np.std(moved, ddof=1)) / 1e6
        results += [
            measured(13, "live.slow", median_s, (SLOW_US + slower_us) / 1e6, _DOC, profile=profile, polarity=lower),
            measured(13, "live.constant", spread_s, CONSTANT_US / 1e6, _DOC, profile=profile),
        ]
    return results


def slowness_s(found: Sequence[Reaction]) -> float:
    """Median over the movements, in seconds: by the recording's times, or by arrival less WAITED_US, whichever is more.

    The recording's times are laid on the quickest fiftieth of the frames. Who sends those at once and dates all others back is
    as quick as they like by the first, and by the second no quicker than what the server saw.
    """
    slow_us = [max(one.reaction_us, one.seen_us - WAITED_US) for one in found if one.asks == "move" and one.answered == "begun"]
    return float(np.median(slow_us)) / 1e6
