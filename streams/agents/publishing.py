"""Owns carrying the ledger's log into the published tiles. Does not number events, nor shape tiles.

One publisher at a time: it holds a session lock in Postgres while it works; a second worker leaves it alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import psycopg

from schemas.codec import encode
from streams.adapters.tiles import TileWriter
from streams.agents.errors import AgentError, StateUnavailableError
from streams.core.tree import leaf_hash
from streams.ports import Logged

BATCH = 2048
LOCK = "SELECT pg_try_advisory_lock(hashtextextended('agents/tiles', 0))"


class LogMismatchError(AgentError):
    """The ledger's log does not continue what was published, or a leaf is not the hash of its event: publish nothing."""


class LogReader(Protocol):
    """The part of the ledger that publishing needs."""

    def read_log(self, after: int = -1, limit: int = 1000) -> Sequence[Logged]:
        """Read log entries above an index."""
        ...


class Publisher:
    """Publishes what the relay numbered. Used by one thread."""

    def __init__(self, conninfo: str, ledger: LogReader, writer: TileWriter) -> None:
        self._conninfo = conninfo
        self._ledger = ledger
        self._writer = writer
        self._connection: psycopg.Connection[Any] | None = None

    def publish(self) -> int:
        """Publish everything that is numbered; returns the published size, 0 where another worker publishes.

        Raises LogMismatchError, StateUnavailableError, LedgerUnavailableError, OSError; may be called again after any.
        """
        if not self._is_publisher():
            return 0
        size = self._writer.checkpoint().size
        while page := self._ledger.read_log(after=size - 1, limit=BATCH):
            size = self._writer.grow([entry_of(logged, size + number) for number, logged in enumerate(page)]).size
        return size

    def close(self) -> None:
        """Give the lock back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _is_publisher(self) -> bool:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=3)
                row = self._connection.execute(LOCK).fetchone()
                if row is None or not row[0]:
                    self.close()
                    return False
            else:
                self._connection.execute("SELECT 1")
        except psycopg.Error as error:
            self.close()
            raise StateUnavailableError(str(error)) from error
        return True


def entry_of(logged: Logged, index: int) -> bytes:
    """Write a log entry's bytes; raises LogMismatchError unless it is the next one and its leaf is its event's."""
    entry = encode(logged.envelope)
    if logged.index != index or logged.leaf_hash != leaf_hash(entry):
        raise LogMismatchError(f"log index {logged.index}, expected {index}, leaf {logged.leaf_hash.hex()}")
    return entry
