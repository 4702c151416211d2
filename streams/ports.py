"""Ports of the record: appending with what was held, reading in snapshots and in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from policy.ports import FactReader
from schemas.envelope import Envelope, Sealed
from schemas.registry import Event
from streams.core.carried import Beat, Carried
from streams.core.feed import Place, Reached


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append. The event id is drawn by the caller, because sealed fields are bound to it."""

    stream: str
    event: Event
    event_id: str
    sealed: Mapping[str, Sealed] = field(default_factory=dict[str, Sealed])


@dataclass(frozen=True, slots=True)
class Append:
    """One append: all of it or nothing.

    `expected`: stream → revision that must be its last (0: must not exist). A written stream that is not named there
    is appended to wherever it stands (how consent is narrowed). `holding`: stream → consent revision that must stand.
    Facts, use counters and outbox rows follow from the events by policy.core.facts.
    """

    actor: str
    events: Sequence[NewEvent]
    correlation: str
    expected: Mapping[str, int] = field(default_factory=dict[str, int])
    holding: Mapping[str, int] = field(default_factory=dict[str, int])
    not_after_us: int | None = None
    idempotency_key: str | None = None
    acting_as: str | None = None
    app: str | None = None
    causation: str | None = None
    request_sha256: str | None = None
    """What an idempotency key stands for, in hex: give it where event data are drawn anew on a retry (salts, ids);
    without it the events' streams and clear data stand for the request."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Committed and durable. `envelopes` as stored."""

    envelopes: tuple[Envelope, ...]


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """The idempotency key was used before by the same actor for the same request: these positions were written then."""

    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A stream moved: nothing was written. Decide again."""

    stream: str
    held: int
    found: int


@dataclass(frozen=True, slots=True)
class Expired:
    """`not_after_us` had come at the commit: nothing was written."""

    not_after_us: int
    now_us: int


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A grant had no use left: nothing was written."""

    cameo: str
    grant: str


@dataclass(frozen=True, slots=True)
class ClockAstray:
    """The database's clock is more than 100 ms behind a head's time: nothing was written."""

    head_time_us: int
    now_us: int


Outcome = Appended | AlreadyDone | Conflict | Expired | Exhausted | ClockAstray


@dataclass(frozen=True, slots=True)
class Logged:
    """An event with its place in the log: `index` gap-free from 0, `partition_seq` gap-free from 1 in its partition."""

    index: int
    partition: int
    partition_seq: int
    leaf_hash: bytes
    envelope: Envelope


class EventStore(Protocol):
    """The ledger. An unknown outcome (connection lost) is settled inside by idempotency key, else raises."""

    def append(self, append: Append) -> Outcome:
        """Append; durable when it returns Appended. May be called again with the same idempotency key."""
        ...

    def snapshot(self) -> AbstractContextManager[FactReader]:
        """Read facts and heads in one REPEATABLE READ snapshot. Never call the policy inside."""
        ...

    def read(self, stream: str, after: int = 0) -> Sequence[Envelope]:
        """Read a stream's events above a revision, in order."""
        ...

    def read_positions(self, positions: Sequence[int]) -> Sequence[Envelope]:
        """Read the events at these positions, in order of position (what an AlreadyDone wrote)."""
        ...

    def read_all(self, after: int = 0, limit: int = 1000) -> Iterator[Envelope]:
        """Read events in order of position above one; pages of `limit` inside.

        Not a feed: an append that is still committing may take its place below what was read. Follow `read_log`.
        """
        ...

    def read_numbered(self, after: int = 0, limit: int = 1000) -> Iterator[tuple[int | None, Envelope]]:
        """Read every event above a position with its log index (None: the relay did not number it yet), as read_all does."""
        ...

    def read_log(self, after: int = -1, limit: int = 1000) -> Sequence[Logged]:
        """Read at most `limit` log entries above an index, in order and without gaps: what the relay numbered."""
        ...


class ViewSink(Protocol):
    """The consent view as its feeder sees it: facts and beat are applied in one transaction."""

    def reached(self) -> Reached:
        """Tell how far the view is; an empty one has applied nothing."""
        ...

    def place(self) -> Place:
        """Tell which event of which log was applied last."""
        ...

    def offsets(self) -> Mapping[int, int]:
        """Tell where Kafka goes on, by partition held; without a partition where that is not known."""
        ...

    def apply(self, events: Sequence[Carried], beat: Beat | None, offsets: Mapping[int, int] | None = None) -> None:
        """Apply events that continue their partitions, and the newest beat; all or nothing, durable enough to resume.

        `offsets`: where Kafka goes on after all that was handed over so far. Raises ViewFullError.
        """
        ...

    def reset(self) -> None:
        """Forget everything: the ledger is not the one that was applied. Readers are told feed.rewound until a beat is covered."""
        ...

    def close(self) -> None:
        """Let another write it."""
        ...
