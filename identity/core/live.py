"""Owns what the server noted of a challenge that was handed out step by step. Does not hand out steps, and does not judge.

Times are UTC microseconds of the server's clock; bytes count from the recording's start. A `stop` breaks off the step before
it: "stop, now look up" after a movement, "not that word but this one" after words. What was broken off may still have been
begun, so an answer may go more than one way.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

StepKind = Literal["say", "move", "hold", "light", "stop"]


class Step(msgspec.Struct, frozen=True):
    """One step: `what` are words, a movement or colours.

    `deadline_us`: until when the answer must have begun to arrive. `done_at_us`: when so much of the recording had come
    that the answer is in it.
    """

    kind: StepKind
    what: tuple[str, ...]
    issued_at_us: int
    deadline_us: int
    done_at_us: int | None = None


class Arrival(msgspec.Struct, frozen=True):
    """So many bytes had arrived by then."""

    bytes: int
    at_us: int


class LiveTrace(msgspec.Struct, frozen=True):
    """A whole live challenge as the server saw it, steps and arrivals in order."""

    steps: tuple[Step, ...]
    arrivals: tuple[Arrival, ...]


def asked_movements(steps: Sequence[Step]) -> tuple[str, ...]:
    """Tell the movements that had to be made, in order, without what was broken off."""
    return tuple(word for kind, step, dropped in _read(steps) if kind == "move" for word in step.what if not dropped)


def asked_words(steps: Sequence[Step]) -> tuple[str, ...]:
    """Tell the words that had to be said, in order, each replaced word by what replaced it."""
    words: list[str] = []
    for kind, step, dropped in _read(steps):
        if kind == "say":
            words += step.what[:-1] if dropped else step.what
    return tuple(words)


def movement_ways(steps: Sequence[Step]) -> tuple[tuple[str, ...], ...]:
    """Every order of movements that obeys: with and without each that was broken off."""
    ways: list[tuple[str, ...]] = [()]
    for kind, step, dropped in _read(steps):
        if kind == "move":
            ways = [way + more for way in ways for more in (((), step.what) if dropped else (step.what,))]
    return tuple(ways)


def phrase_ways(steps: Sequence[Step]) -> tuple[tuple[str, ...], ...]:
    """Every phrase that obeys: with and without each word that was replaced while it may have been said already."""
    ways: list[tuple[str, ...]] = [()]
    for kind, step, dropped in _read(steps):
        if kind == "say":
            ways = [way + more for way in ways for more in ((step.what[:-1], step.what) if dropped else (step.what,))]
    return tuple(ways)


def _read(steps: Sequence[Step]) -> Iterator[tuple[StepKind, Step, bool]]:
    """Each step with what it asks for (a stop asks for what the step before it did), and whether it was broken off."""
    kind: StepKind = "hold"
    for i, step in enumerate(steps):
        kind = kind if step.kind == "stop" else step.kind
        yield kind, step, i + 1 < len(steps) and steps[i + 1].kind == "stop"
