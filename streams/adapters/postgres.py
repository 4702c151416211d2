"""PostgresEventStore: the ledger's port over psycopg 3. Does not decide, number or carry events."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Self

import msgspec
import psycopg
from psycopg_pool import PoolTimeout

from policy.ports import FactReader
from schemas.envelope import Envelope, Sealed
from streams.adapters.postgres_errors import LOST, RETRIED, refused
from streams.adapters.postgres_pool import APPEND_OPTIONS, READ_OPTIONS, lent, pool
from streams.adapters.postgres_snapshot import PostgresSnapshot
from streams.adapters.queries import QUERIES
from streams.appending import EventRow, envelope_of, request_digest, rows_of
from streams.core.feed import Record
from streams.errors import IncarnationError, LedgerUnavailableError
from streams.ports import AlreadyDone, Append, Appended, ClockAstray, Conflict, Exhausted, Expired, Logged, Outcome

REFUSALS = {"conflict": Conflict, "expired": Expired, "exhausted": Exhausted, "clock_astray": ClockAstray}
PATIENCE_S = 3.0
"""How long an append is tried again over lost connections and lock waits; unmeasured."""


class PostgresEventStore:
    """The ledger in Postgres. Safe for threads; not across fork: make it after the fork. Close it at the end."""

    def __init__(self, conninfo: str, tenant: str, *, max_connections: int = 8, patience_s: float = PATIENCE_S) -> None:
        self._tenant = tenant
        self._patience_s = patience_s
        self._incarnation: int | None = None
        self._writers = pool(conninfo, APPEND_OPTIONS, autocommit=True, size=max_connections, patience_s=patience_s)
        self._readers = pool(conninfo, READ_OPTIONS, autocommit=False, size=max_connections, patience_s=patience_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._writers.close()
        self._readers.close()

    def append(self, append: Append) -> Outcome:
        """Append in one statement; durable when it returns Appended. See the port.

        A lost connection or lock wait is tried again with the same event ids, which settles what became of the first
        try. Raises LedgerUnavailableError when that took longer than the patience, NotPermittedError,
        IdempotencyError, IncarnationError, SchemaError.
        """
        rows = rows_of(append, self._tenant)
        parameters = self._parameters(append, rows)
        deadline = time.monotonic() + self._patience_s
        tries = 0
        while True:
            tries += 1
            try:
                answer = self._statement(QUERIES["append"], parameters)
            except (*LOST, *RETRIED) as error:
                if time.monotonic() >= deadline:
                    raise LedgerUnavailableError(str(error)) from error
                self._recover(error, tries)
                continue
            except psycopg.Error as error:
                raise refused(error) from error
            if any(row.consent for row in rows):
                self._ring()
            return self._outcome(append, rows, answer, first=tries == 1)

    def append_over(self, connection: psycopg.Connection[Any], append: Append) -> Outcome:
        """Append over a connection of the caller's, once: what becomes of an append whose connection is lost, its next caller finds.

        The connection must be as `append.sql` asks, with JSON read by msgspec. Raises what `append` raises.
        """
        rows = rows_of(append, self._tenant)
        try:
            ((answer,),) = connection.execute(QUERIES["append"], self._parameters(append, rows)).fetchall()
        except psycopg.Error as error:
            raise refused(error) from error
        if any(row.consent for row in rows):
            self._ring()
        return self._outcome(append, rows, answer, first=True)

    @contextmanager
    def snapshot(self) -> Iterator[FactReader]:
        """Open one REPEATABLE READ, read-only transaction over facts and heads; raises LedgerUnavailableError."""
        with self._reading() as connection:
            row = connection.execute(QUERIES["begin_reading"]).fetchone()
            if row is None:
                raise LedgerUnavailableError("not installed")
            self._check_incarnation(row[1])
            yield PostgresSnapshot(connection, row[0])

    def read(self, stream: str, after: int = 0) -> Sequence[Envelope]:
        """Read a stream's events above a revision, in order."""
        return self._envelopes("read_stream", stream=stream, after=after)

    def read_positions(self, positions: Sequence[int]) -> Sequence[Envelope]:
        """Read the events at these positions, in order of position."""
        return self._envelopes("read_positions", positions=list(positions))

    def read_all(self, after: int = 0, limit: int = 1000) -> Iterator[Envelope]:
        """Read every event above a position, in pages."""
        while page := self._envelopes("read_all", after=after, limit=limit):
            yield from page
            after = page[-1].position

    def read_numbered(self, after: int = 0, limit: int = 1000) -> Iterator[tuple[int | None, Envelope]]:
        """Read every event above a position with its log index, in pages."""
        while rows := self._rows("read_numbered", after=after, limit=limit):
            for row in rows:
                yield row[0], envelope_from(row[1:])
            after = rows[-1][4]

    def read_log(self, after: int = -1, limit: int = 1000) -> Sequence[Logged]:
        """Read at most `limit` log entries above an index."""
        return [logged_of(row) for row in self._rows("read_log", after=after, limit=limit)]

    def read_partition(self, partition: int, first: int, last: int) -> Sequence[Logged]:
        """Read the log entries of one partition between two sequences, both included."""
        return [logged_of(row) for row in self._rows("read_partition", partition=partition, first=first, last=last)]

    def first_missing(self, sequences: Sequence[int]) -> int | None:
        """Find the lowest log index that a reader lacks who has these sequences of each partition; None: it has all."""
        return self._rows("first_missing", sequences=list(sequences))[0][0]

    def record(self) -> Record:
        """Tell how the ledger stands now: its incarnation, its relay's epoch, the last partition_seq of each partition."""
        (epoch, _, _, sequences, incarnation), *_ = self._rows("log_head")
        return Record(incarnation, epoch, tuple(sequences))

    def _rows(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with self._reading() as connection:
            return connection.execute(QUERIES[name], parameters).fetchall()

    def _envelopes(self, name: str, **parameters: Any) -> list[Envelope]:
        return [envelope_from(row) for row in self._rows(name, **parameters)]

    def _reading(self) -> AbstractContextManager[psycopg.Connection[tuple[Any, ...]]]:
        return lent(self._readers, self._patience_s)

    def _statement(self, query: bytes, parameters: dict[str, Any] | None = None) -> Any:
        with self._writers.connection() as connection:
            row = connection.execute(query, parameters).fetchone()
        return None if row is None else row[0]

    def _ring(self) -> None:
        """Wake the relay: consent moved. After the append, for within it this serialises commits; a relay polls if it hears nothing."""
        with suppress(psycopg.Error):
            self._statement(QUERIES["ring"])

    def _recover(self, error: psycopg.Error, tries: int) -> None:
        """Before the next try: throw broken connections away; leave room for whoever holds the lock."""
        if isinstance(error, LOST) and not isinstance(error, PoolTimeout):
            self._writers.check()
        time.sleep(min(0.005 * 2**tries, 0.1))

    def incarnation(self) -> int:
        """Tell which life of the ledger this is; asked of it once. Raises LedgerUnavailableError, also for another tenant's."""
        if self._incarnation is not None:
            return self._incarnation
        with self._reading() as connection:
            row = connection.execute(QUERIES["installation"]).fetchone()
        if row is None or row[0] != self._tenant:
            raise LedgerUnavailableError(f"this is not the ledger of tenant {self._tenant}")
        known: int = row[1]
        self._incarnation = known
        return known

    def _check_incarnation(self, found: int) -> None:
        if found != self.incarnation():
            raise IncarnationError(f"knew {self._incarnation}, found {found}")

    def _parameters(self, append: Append, rows: tuple[EventRow, ...]) -> dict[str, Any]:
        return {
            "incarnation": self.incarnation(),
            "actor": append.actor,
            "acting_as": append.acting_as,
            "app": append.app,
            "correlation": append.correlation,
            "causation": append.causation,
            "expected": _json(append.expected),
            "holding": _json(append.holding),
            "not_after_us": append.not_after_us,
            "key": append.idempotency_key,
            "request": None if append.idempotency_key is None else request_digest(append, rows),
            "events": _json(rows),
        }

    def _outcome(self, append: Append, rows: tuple[EventRow, ...], answer: dict[str, Any], *, first: bool) -> Outcome:
        match answer.pop("outcome"):
            case "appended":
                placed = zip(rows, answer["events"], strict=True)
                time_us = answer["time_us"]
                return Appended(
                    tuple(envelope_of(append, row, self._tenant, at["revision"], at["position"], time_us) for row, at in placed)
                )
            case "already_done":
                return self._settled(rows, tuple(answer["positions"]), first=first)
            case refusal:
                return REFUSALS[refusal](**answer)

    def _settled(self, rows: tuple[EventRow, ...], positions: tuple[int, ...], *, first: bool) -> Appended | AlreadyDone:
        """Tell a repeated request from our own earlier try, which may have committed without our hearing of it."""
        if not first:
            written = tuple(self.read_positions(positions))
            if [envelope.event_id for envelope in written] == [row.event_id for row in rows]:
                return Appended(written)
        return AlreadyDone(positions)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def envelope_from(row: Sequence[Any]) -> Envelope:
    """Build an envelope from the columns of queries.sql, which stand in the envelope's own order."""
    return Envelope(
        tenant=row[0],
        stream=row[1],
        revision=row[2],
        position=row[3],
        event_id=row[4],
        type=row[5],
        version=row[6],
        actor=row[7],
        acting_as=row[8],
        app=row[9],
        correlation=row[10],
        causation=row[11],
        time_us=row[12],
        data=row[13],
        sealed=msgspec.convert(row[14], dict[str, Sealed]),
    )


def logged_of(row: Sequence[Any]) -> Logged:
    """Build a log entry from the columns of queries.sql."""
    return Logged(row[0], row[1], row[2], row[3], envelope_from(row[4:]))
