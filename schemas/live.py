"""How a live challenge went, as an event of its recording tells it: steps and arrivals by the server's clock. No events of its own."""

from __future__ import annotations

from typing import Literal

import msgspec

StepKind = Literal["say", "move", "hold", "light", "stop"]


class LiveStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One step of a live challenge: what was asked, when, until when, and when its frames were there. UTC microseconds."""

    kind: StepKind
    what: tuple[str, ...]
    issued_at_us: int
    deadline_us: int
    done_at_us: int | None


class LiveArrival(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """So many bytes of the recording, from its start, had arrived by then (UTC microseconds)."""

    bytes: int
    at_us: int


class LiveTrace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a live challenge went, by the server's clock: its steps and the recording's arrival."""

    steps: tuple[LiveStep, ...]
    arrivals: tuple[LiveArrival, ...]
