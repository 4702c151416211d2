"""Ports of the agents: what an agent is, how far it came, whose turn it is, what knows faces. Does not run or store anything."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from identity.core.context import FaceMatch
from schemas.envelope import Envelope
from schemas.ids import StreamKind
from streams.core.changes import Change
from streams.ports import Append, Outcome


class Standing(NamedTuple):
    """Where an agent stands in a stream: the last revision applied, and failed attempts at the next (0: none, not parked)."""

    applied: int
    attempts: int

    @property
    def parked(self) -> bool:
        """Whether the stream waits behind a failed event."""
        return self.attempts > 0


class Agent(Protocol):
    """Something that follows from events."""

    @property
    def name(self) -> str:
        """A name that is never reused: it keys what was applied."""
        ...

    @property
    def kinds(self) -> frozenset[StreamKind]:
        """The kinds of stream it follows. Of those it sees every event, in order of revision."""
        ...

    def handle(self, envelope: Envelope) -> Sequence[Change]:
        """Do what follows from one event, and tell the rows to write in the transaction that moves the cursor.

        May be called again for the same event after a crash: effects outside those rows must be idempotent. Whatever it
        raises parks the event and all that follows in its stream.
        """
        ...


class AgentState(Protocol):
    """Where one agent keeps how far it came. Every method raises StateUnavailableError when the store cannot be reached."""

    def standing(self, stream: str) -> Standing:
        """Tell where the agent stands in a stream."""
        ...

    def advance(self, stream: str, revision: int, changes: Sequence[Change]) -> bool:
        """Write the rows and move the cursor from `revision` - 1, unparking the stream; all or nothing, durable.

        False, with nothing written, when the cursor stood elsewhere. Raises RowRefusedError for rows that do not fit.
        """
        ...

    def park(self, envelope: Envelope, error: str, attempts: int, now_us: int, retry_at_us: int) -> None:
        """Park a stream at this event; durable when it returns. A stream parked before keeps its first time."""
        ...

    def behind(self, partitions: frozenset[int], now_us: int) -> Sequence[str]:
        """Find streams whose head is above the cursor and which are not parked, or whose retry is due."""
        ...

    def due(self, partitions: frozenset[int], now_us: int) -> Sequence[str]:
        """Find parked streams whose retry is due: cheap enough to ask every second."""
        ...


class Turn(Protocol):
    """What its holder alone may do."""

    def append(self, append: Append) -> Outcome:
        """Append, while the turn is this one's: durable when it returns Appended, and seen by whoever has the next turn.

        Raises LedgerUnavailableError where the turn was lost meanwhile.
        """
        ...


class Turns(Protocol):
    """One at a time, over all workers: to read all that is committed, search in it, decide, and append what follows.

    Whoever searches, and appends what the next search has to find, does both in one turn; then of two at the same moment one sees the
    other. Whoever only appends (recordings of things, reviewers' refusals, erasures) needs none: it is found by every search that
    begins later, and searched for nothing itself.
    """

    def take(self) -> AbstractContextManager[Turn]:
        """Wait for the turn, bounded; it is given back at the end, and when its holder dies, after the append that it had begun.

        Nothing slow belongs inside; nobody takes it twice at once. Raises StateUnavailableError where it does not come: ask again.
        """
        ...


class KnownSearch(Protocol):
    """Looks among known faces."""

    def search(self, template: bytes, cameo: str) -> tuple[FaceMatch, ...] | None:
        """Find known faces that this one resembles, without `cameo` itself; None when it cannot be searched now."""
        ...
