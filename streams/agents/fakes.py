"""InMemoryAgentState and InMemoryTurns: the agents' ports without a database. They pass the same contracts as those in Postgres."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from schemas.envelope import Envelope
from schemas.ids import partition_of
from streams.agents.errors import StateUnavailableError
from streams.agents.ports import Standing, Turn
from streams.core.changes import Change


class InMemoryAgentState:
    """Cursors, parked streams and the changes that were written, in order."""

    def __init__(self, heads: Callable[[], dict[str, int]]) -> None:
        """`heads`: tells each stream's last revision."""
        self.applied: dict[str, int] = {}
        self.parked: dict[str, tuple[int, int, str]] = {}
        self.written: list[Change] = []
        self._heads = heads

    def standing(self, stream: str) -> Standing:
        """Tell where the agent stands in a stream."""
        return Standing(self.applied.get(stream, 0), self.parked.get(stream, (0, 0, ""))[0])

    def advance(self, stream: str, revision: int, changes: Sequence[Change]) -> bool:
        """Write and move the cursor."""
        if self.applied.get(stream, 0) != revision - 1:
            return False
        self.applied[stream] = revision
        self.parked.pop(stream, None)
        self.written.extend(changes)
        return True

    def park(self, envelope: Envelope, error: str, attempts: int, now_us: int, retry_at_us: int) -> None:
        """Park a stream."""
        del now_us
        self.parked[envelope.stream] = (attempts, retry_at_us, error)

    def behind(self, partitions: frozenset[int], now_us: int) -> Sequence[str]:
        """Find what is behind and not parked, or due."""
        return [
            stream
            for stream, revision in sorted(self._heads().items())
            if partition_of(stream) in partitions
            and self.applied.get(stream, 0) < revision
            and self.parked.get(stream, (0, 0, ""))[1] <= now_us
        ]

    def due(self, partitions: frozenset[int], now_us: int) -> Sequence[str]:
        """Find parked streams whose retry is due."""
        return [
            stream
            for stream, (_, retry_at_us, _) in sorted(self.parked.items())
            if partition_of(stream) in partitions and retry_at_us <= now_us
        ]


class InMemoryTurns:
    """Turns of the threads of one process, over a ledger in memory."""

    def __init__(self, store: Turn, lock: threading.Lock | None = None, wait_s: float = 10.0) -> None:
        """`store`: what appends. `lock`: the ledger's, where several workers' turns are of one; left out, a new one."""
        self._store = store
        self._wait_s = wait_s
        self._lock = lock or threading.Lock()

    @contextmanager
    def take(self) -> Iterator[Turn]:
        """Wait for the turn."""
        if not self._lock.acquire(timeout=self._wait_s):
            raise StateUnavailableError("no turn to search and append")
        try:
            yield self._store
        finally:
            self._lock.release()
