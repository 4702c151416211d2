"""RelaySession: the relay's one connection to the ledger, with its lock and epoch. Does not publish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import msgspec
import psycopg
from psycopg.types.json import set_json_loads

from schemas.codec import encode
from schemas.envelope import Envelope
from streams.adapters.postgres import envelope_from, logged_of
from streams.adapters.queries import QUERIES
from streams.core.carried import Numbered
from streams.errors import LedgerUnavailableError, RelayFencedError, RelayHeldError

OPTIONS = "-c idle_session_timeout=5s -c transaction_timeout=10s -c default_transaction_isolation=read\\ committed"
"""A frozen relay loses its session, and with it the lock, after 5 s; another may then begin."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the outbox: everything committed before `time_us` was seen, if it did not fill its batch."""

    time_us: int
    envelopes: Sequence[Envelope]


class RelaySession:
    """Holds the relay's lock from `open` to `close`. Raises LedgerUnavailableError when the connection goes."""

    def __init__(self, connection: psycopg.Connection[Any], epoch: int, log_size: int, published: int, sequences: list[int]) -> None:
        self._connection = connection
        self.epoch = epoch
        self.log_size = log_size
        self.published = published
        self.sequences = sequences

    @classmethod
    def open(cls, conninfo: str) -> Self:
        """Take the lock and begin a new epoch; raises RelayHeldError where another relay lives."""
        try:
            connection = psycopg.connect(conninfo, autocommit=True, options=OPTIONS, prepare_threshold=0, connect_timeout=3)
            set_json_loads(msgspec.json.decode, connection)
            row = connection.execute(QUERIES["relay_lock"]).fetchone()
            if row is None or not row[0]:
                connection.close()
                raise RelayHeldError
            state = connection.execute(QUERIES["relay_begin"]).fetchone()
            connection.execute(QUERIES["listen"])
        except psycopg.Error as error:
            raise LedgerUnavailableError(str(error)) from error
        assert state is not None
        return cls(connection, *state)

    def close(self) -> None:
        """Give the lock back."""
        self._connection.close()

    def read(self, limit: int) -> Reading:
        """Read what is not numbered yet, in order of position, at most `limit`."""
        try:
            row = self._connection.execute(QUERIES["relay_time"]).fetchone()
            assert row is not None
            if not row[1]:
                return Reading(row[0], ())
            rows = self._connection.execute(QUERIES["relay_read"], {"limit": limit}).fetchall()
        except psycopg.Error as error:
            raise LedgerUnavailableError(str(error)) from error
        return Reading(rows[0][0], [envelope_from(one[1:]) for one in rows])

    def wait(self, limit_s: float) -> None:
        """Wait until somebody rings, for consent moved, at most so long; what rang while something else ran may go unheard."""
        try:
            for _ in self._connection.notifies(timeout=limit_s, stop_after=1):
                pass
        except psycopg.Error as error:
            raise LedgerUnavailableError(str(error)) from error

    def number(self, events: Sequence[Numbered], sequences: Sequence[int]) -> None:
        """Write places in the log and clear the outbox, in one transaction; raises RelayFencedError under an old epoch."""
        positions = [event.envelope.position for event in events]
        places = {
            "indexes": [event.index for event in events],
            "positions": positions,
            "partitions": [event.partition for event in events],
            "sequences": [event.partition_seq for event in events],
            "leaves": [event.leaf_hash for event in events],
        }
        log_size = events[-1].index + 1
        try:
            with self._connection.transaction():
                self._connection.execute(QUERIES["relay_number"], places)
                self._connection.execute(QUERIES["relay_clear"], {"positions": positions})
                self._advance("relay_advance", log_size=log_size, sequences=list(sequences))
        except psycopg.Error as error:
            raise LedgerUnavailableError(str(error)) from error
        self.log_size, self.sequences = log_size, list(sequences)

    def unpublished(self, limit: int) -> list[Numbered]:
        """Read numbered events that Kafka has not acknowledged to any relay that lived to tell, in order."""
        try:
            rows = self._connection.execute(QUERIES["read_log"], {"after": self.published - 1, "limit": limit}).fetchall()
        except psycopg.Error as error:
            raise LedgerUnavailableError(str(error)) from error
        found = [logged_of(row) for row in rows]
        return [Numbered(one.index, one.partition, one.partition_seq, one.leaf_hash, one.envelope, encode(one.envelope)) for one in found]

    def acknowledged(self, published: int) -> None:
        """Write that Kafka has every event below an index; raises RelayFencedError under an old epoch."""
        try:
            self._advance("relay_published", published=published)
        except psycopg.Error as error:
            raise LedgerUnavailableError(str(error)) from error
        self.published = published

    def keep(self) -> None:
        """Show that this relay lives while Kafka is away: an idle session is ended."""
        try:
            self._connection.execute("SELECT")
        except psycopg.Error as error:
            raise LedgerUnavailableError(str(error)) from error

    def vacuum(self) -> None:
        """Clear the outbox's dead rows, which every poll would pass."""
        try:
            self._connection.execute("VACUUM ledger.outbox")
        except psycopg.Error as error:
            raise LedgerUnavailableError(str(error)) from error

    def _advance(self, name: str, **words: Any) -> None:
        if self._connection.execute(QUERIES[name], {"epoch": self.epoch, **words}).rowcount != 1:
            raise RelayFencedError(f"epoch {self.epoch}")
