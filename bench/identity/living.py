"""Owns how a case would have been answered step by step: by a person, or by an attacker who makes each answer after it is asked.

The film of a case is what the server received. Each step is said to have been handed out so long before its answer begins: a
person's reaction as drawn here, or the attacker's turn-round with a little variation, so that it is not constant. Both get the
words on their screen a network later. No step is broken off, which flatters attackers, who would have to begin anew.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from bench.identity.cases import Case
from identity.core.assessment import CheckResult, Polarity, measured
from identity.core.challenge import Challenge
from identity.core.checks.live import LEAST_REACTIONS, SLOW_US
from identity.core.checks.movements import movements_made
from identity.core.context import Asked
from identity.core.features import Features
from identity.core.live import Arrival, LiveTrace, Step
from identity.core.live_plan import BEGIN_US
from identity.core.profiles import Profile
from identity.core.reactions import MediaClock, reactions
from identity.core.sound import Heard, HeardWord
from identity.core.spoken import normalised

REACTION_S: Final = 0.65
"""Median from the words on the screen to the begin of a movement, spread as a lognormal of .25: choosing among a few answers takes
.3-.6 s (Woods et al. 2015, doi:10.3389/fnhum.2015.00193), reading a step comes on top. Drawn, not measured on people here."""
SPREAD: Final = 0.25
NETWORK_US: Final = 60_000
CHUNK_US: Final = 200_000
BEGUN_US: Final = 120_000
"""A movement is read when it is a fifth of its way: it began about so much earlier."""
VARIED_US: Final = 90_000
AFTER_US: Final = 1_200_000
"""From the end of a movement to the first word after it."""
FRAME_BYTES: Final = 1000
START_US: Final = 1_800_000_000_000_000 + 2_000_000


def trace_of(case: Case, challenge: Challenge, features: Features, turn_round_ms: int) -> LiveTrace:
    """What the server would have noted. `turn_round_ms` 0: answered as a person does."""
    chance = random.Random(f"{case.name} {turn_round_ms}")
    begun = _begun(challenge, features)
    steps = [Step("hold", (), START_US - 1_500_000, START_US + 1_000_000)]
    for kind, what, at_us in begun:
        reaction_us = _turn_round(chance, turn_round_ms) if turn_round_ms else _reaction(chance, len(begun))
        issued = max(steps[-1].issued_at_us + 20_000, START_US + round(at_us - reaction_us) - NETWORK_US)
        steps.append(Step("move" if kind == "move" else "say", what, issued, issued + BEGIN_US["move" if kind == "move" else "say"]))
    last = max(START_US + int(features.frames.times_us[-1]) + NETWORK_US, steps[-1].issued_at_us + 1_000_000)
    done = [min(last, following.issued_at_us) for following in steps[1:]] + [last]
    return LiveTrace(tuple(_done(step, at_us) for step, at_us in zip(steps, done, strict=True)), _arrivals(features, chance))


def as_received(features: Features, movements: Sequence[str]) -> Features:
    """Give frames places in the file, as the trace's arrivals count them, and speech its place after the movements.

    Where a voice lies under somebody who moves, nobody said anything at a time that means something: it is taken as said next.
    """
    offsets = np.arange(len(features.frames.times_us), dtype=np.int64) * FRAME_BYTES
    placed = replace(features, frames=replace(features.frames, offsets=offsets))
    sound = features.sound
    if sound is None or not sound.words:
        return placed
    ends = [one.end_us for one in movements_made(features.face, apart=True) if one.movement in movements]
    by_us = max(0, max(ends, default=0) + AFTER_US - sound.words[0].start_us)
    later = tuple(HeardWord(w.text, w.start_us + by_us, w.end_us + by_us, w.probability) for w in sound.words)
    speech_us = tuple((start + by_us, end + by_us) for start, end in sound.speech_us)
    return replace(placed, sound=replace(sound, heard=(Heard(sound.heard[0].text, later), *sound.heard[1:]), speech_us=speech_us))


def slow(features: Features, asked: Asked, profile: Profile) -> tuple[CheckResult, ...]:
    """Hold the median reaction to the product's limit also where a film has fewer movements than a live challenge, which has four."""
    if asked.live is None:
        return ()
    clock = MediaClock(features.frames, asked.live)
    found = reactions(features.face, features.sound.words if features.sound else (), asked.live, clock) if clock.told else []
    moved = [one.reaction_us for one in found if one.asks == "move" and one.answered == "begun"]
    if not 0 < len(moved) < LEAST_REACTIONS:
        return ()
    source = "the product's limit, over fewer movements"
    median_s = float(np.median(moved)) / 1e6
    return (measured(13, "live.slow", median_s, SLOW_US / 1e6, source, profile=profile, polarity=Polarity.LOWER_IS_LIVE),)


def _begun(challenge: Challenge, features: Features) -> list[tuple[str, tuple[str, ...], float]]:
    """When each answer begins in the film, in the order of the challenge's movements, the phrase where it is spoken."""
    made = list(movements_made(features.face, apart=True))
    events: list[tuple[str, tuple[str, ...], float]] = []
    at_us = 0.0
    for movement in challenge.movements:
        own = [one for one in made if one.movement == str(movement) and one.onset_us >= at_us]
        at_us = float(own[0].onset_us) if own else at_us + 1_000_000
        events.append(("move", (str(movement),), at_us - BEGUN_US))
        at_us = float(own[0].end_us) if own else at_us
    if challenge.phrase:
        words = features.sound.words if features.sound else ()
        first = [w for w in words if normalised(w.text)[:1] == challenge.phrase[:1]] or list(words)
        spoken = (first[0].start_us + first[0].end_us) / 2 if first else 500_000.0
        events.append(("say", challenge.phrase, spoken - BEGUN_US))
    return sorted(events, key=lambda event: event[2])


def _reaction(chance: random.Random, answers: int) -> float:
    """A person's; where a film holds few answers, each stands for the middle of four, as many as a live challenge asks for."""
    drawn = [REACTION_S * math.exp(chance.gauss(0, SPREAD)) * 1e6 for _ in range(4 if answers <= LEAST_REACTIONS else 1)]
    return float(np.median(drawn))


def _turn_round(chance: random.Random, turn_round_ms: int) -> float:
    return turn_round_ms * 1000 + chance.uniform(0, VARIED_US * 2)


def _done(step: Step, at_us: int) -> Step:
    return Step(step.kind, step.what, step.issued_at_us, step.deadline_us, max(at_us, step.issued_at_us))


def _arrivals(features: Features, chance: random.Random) -> tuple[Arrival, ...]:
    """A recorder's chunks, each there when its last frame was taken and a network later."""
    found: list[Arrival] = []
    times = features.frames.times_us
    taken = 0
    for until in range(CHUNK_US, int(times[-1]) + 2 * CHUNK_US, CHUNK_US):
        taken = int(np.searchsorted(times, until))
        found.append(Arrival(taken * FRAME_BYTES, START_US + until + NETWORK_US + round(chance.uniform(0, 8_000))))
    return tuple(found)
