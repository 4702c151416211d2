"""Owns what the server noted of a challenge that was handed out step by step. Does not hand out steps, and does not judge.

Times are UTC microseconds of the server's clock; bytes count from the recording's start.
"""

from typing import Literal

import msgspec

StepKind = Literal["say", "move", "hold", "light", "stop"]


class Step(msgspec.Struct, frozen=True):
    """One step: `what` are words, a movement or colours. `done_at_us`: when frames of its answer had arrived."""

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
