"""Owns who answers live steps by rule: how fast people and attackers are, and how what they do and say goes on. Judges nothing."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

WORD_S: Final = 0.6
RISE_S, HOLD_S = 0.5, 0.35
HEIGHT: Final[dict[str, tuple[float, float]]] = {"left": (27, 0), "right": (-27, 0), "up": (0, 20), "down": (0, -18)}


@dataclass(frozen=True)
class Answerer:
    """Who answers: `react` draws seconds from seeing a step to beginning its answer; the ways there and back; a recorder's chunk.

    `jitter_s`: how much the way back varies, in order. `rate`: how fast the recording's clock goes. `turn_round_s`: what making the
    picture takes besides. `dated_back_s`: how much earlier than they were all but PROMPT_FRAMES at either end say they were recorded.
    """

    react: Callable[[random.Random], float]
    down_s: float = 0.04
    up_s: float = 0.04
    chunk_s: float = 0.25
    jitter_s: float = 0.02
    rate: float = 1.0
    turn_round_s: float = 0.0
    dated_back_s: float = 0.0
    obeys: bool = True
    """Whether what breaks a step off is seen at all."""


def person(median_s: float = 0.65, spread: float = 0.25) -> Answerer:
    """A person: lognormal reactions."""
    return Answerer(lambda chance: math.exp(chance.gauss(math.log(median_s), spread)))


def jittery(median_s: float = 0.65) -> Answerer:
    """A person whose way back takes 100-300 ms, with a recorder's chunks of 250 ms."""
    return replace(person(median_s), up_s=0.1, jitter_s=0.2)


def attacker(turn_round_ms: int, dated_back_s: float = 0.0) -> Answerer:
    """A machine that sees a step at once, whose answer leaves it a turn-round later, varied by what keeps it from being too even.

    One that dates back sends small chunks, for its own waiting is seen too.
    """
    chunk_s = 0.125 if dated_back_s else 0.25
    return Answerer(lambda chance: chance.uniform(0.0, 0.2), chunk_s=chunk_s, turn_round_s=turn_round_ms / 1000, dated_back_s=dated_back_s)


@dataclass
class Moving:
    """One movement: begun then, and perhaps broken off."""

    kind: str
    start_s: float
    dropped_s: float = math.inf

    def amount(self, t: float) -> float:
        """How far it is on its way at `t`, 0..1."""
        end = self.start_s + RISE_S + HOLD_S
        if t <= self.dropped_s:
            return _rise((t - self.start_s) / RISE_S) - _rise((t - end) / RISE_S)
        return self.amount(self.dropped_s) * (1 - _rise((t - self.dropped_s) / RISE_S))


@dataclass
class Acting:
    """What an answerer does and says, in the recording's seconds: `motions`, and `words` with when each begins."""

    word_s: float = WORD_S
    motions: list[Moving] = field(default_factory=list[Moving])
    words: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    _asks: str = "hold"

    def respond(self, do: str, what: Sequence[str], begin_s: float) -> None:
        """Do what a step asks from `begin_s` on; a stop is about what the step before it asked."""
        stop, self._asks = do == "stop", self._asks if do == "stop" else do
        if self._asks == "move":
            if stop:
                self._drop(begin_s)
            self.motions.append(Moving(what[0], begin_s))
        elif self._asks == "say" and stop:
            at_s = self.words[-1][1]
            if at_s > begin_s:
                self.words.pop()
            self.words.append((what[0], at_s if at_s > begin_s else max(begin_s, at_s + self.word_s)))
        elif self._asks == "say":
            self.words += [(word, begin_s + i * self.word_s) for i, word in enumerate(what)]

    def _drop(self, at_s: float) -> None:
        """Break off what is under way; what was not begun yet is not begun."""
        begun = self.motions[-1]
        if begun.start_s >= at_s:
            self.motions.pop()
        else:
            begun.dropped_s = at_s


def _rise(x: float) -> float:
    x = min(max(x, 0.0), 1.0)
    return x * x * (3 - 2 * x)
