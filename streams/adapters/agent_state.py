"""PostgresAgentState: cursors and parked streams of one agent, in schema `agents`. Does not decide what is applied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, LiteralString, TypeVar

import psycopg

from schemas.envelope import Envelope
from schemas.ids import StreamKind, partition_of
from streams.adapters.projections import write_changes
from streams.agents.errors import RowRefusedError, StateUnavailableError
from streams.agents.ports import Standing
from streams.core.changes import Change

PAGE = 500
"""Streams that one sweep takes up; the next takes the rest."""
T = TypeVar("T")

STANDING = """
SELECT coalesce(max(a.revision), 0), coalesce(max(p.attempts), 0)
FROM (VALUES (%(agent)s, %(stream)s)) AS w (agent, stream)
LEFT JOIN agents.applied a USING (agent, stream) LEFT JOIN agents.parked p USING (agent, stream)
"""
ADVANCE = """
INSERT INTO agents.applied AS a (agent, stream, revision) SELECT %(agent)s, %(stream)s, %(revision)s
WHERE %(revision)s = 1 OR EXISTS (SELECT FROM agents.applied WHERE agent = %(agent)s AND stream = %(stream)s)
ON CONFLICT (agent, stream) DO UPDATE SET revision = excluded.revision WHERE a.revision = excluded.revision - 1
"""
UNPARK = "DELETE FROM agents.parked WHERE agent = %(agent)s AND stream = %(stream)s"
PARK = """
INSERT INTO agents.parked AS p (agent, stream, revision, position, event_id, error, attempts, parked_at_us, retry_at_us)
VALUES (%(agent)s, %(stream)s, %(revision)s, %(position)s, %(event_id)s, %(error)s, %(attempts)s, %(now_us)s, %(retry_at_us)s)
ON CONFLICT (agent, stream) DO UPDATE SET revision = excluded.revision, position = excluded.position,
    event_id = excluded.event_id, error = excluded.error, attempts = excluded.attempts, retry_at_us = excluded.retry_at_us
"""
BEHIND = """
SELECT s.stream FROM ledger.streams s
LEFT JOIN agents.applied a ON a.agent = %(agent)s AND a.stream = s.stream
LEFT JOIN agents.parked p ON p.agent = %(agent)s AND p.stream = s.stream
WHERE split_part(s.stream, '-', 1) = ANY (%(kinds)s) AND s.revision > coalesce(a.revision, 0)
    AND (p.id IS NULL OR p.retry_at_us <= %(now_us)s)
ORDER BY s.stream
"""
DUE = "SELECT stream FROM agents.parked WHERE agent = %(agent)s AND retry_at_us <= %(now_us)s ORDER BY retry_at_us"


class PostgresAgentState:
    """One agent's cursors over one connection of its own, opened when needed. Used by one thread at a time."""

    def __init__(self, conninfo: str, agent: str, kinds: frozenset[StreamKind]) -> None:
        self._conninfo = conninfo
        self._agent = agent
        self._kinds = sorted(kinds)
        self._connection: psycopg.Connection[Any] | None = None

    def standing(self, stream: str) -> Standing:
        """Tell where the agent stands in a stream."""

        def ask(connection: psycopg.Connection[Any]) -> Standing:
            row = connection.execute(STANDING, {"agent": self._agent, "stream": stream}).fetchone()
            assert row is not None
            return Standing(*row)

        return self._with(ask)

    def advance(self, stream: str, revision: int, changes: Sequence[Change]) -> bool:
        """Write the rows, move the cursor, unpark: one transaction."""

        def write(connection: psycopg.Connection[Any]) -> bool:
            words = {"agent": self._agent, "stream": stream, "revision": revision}
            with connection.transaction(), connection.cursor() as cursor:
                if cursor.execute(ADVANCE, words).rowcount != 1:
                    return False
                write_changes(cursor, changes)
                cursor.execute(UNPARK, words)
            return True

        return self._with(write)

    def park(self, envelope: Envelope, error: str, attempts: int, now_us: int, retry_at_us: int) -> None:
        """Park a stream at this event."""
        words = {
            "agent": self._agent,
            "stream": envelope.stream,
            "revision": envelope.revision,
            "position": envelope.position,
            "event_id": envelope.event_id,
            "error": error,
            "attempts": attempts,
            "now_us": now_us,
            "retry_at_us": retry_at_us,
        }
        self._with(lambda connection: connection.execute(PARK, words))

    def behind(self, partitions: frozenset[int], now_us: int) -> Sequence[str]:
        """Compare cursors with the ledger's heads; at most 500 streams of these partitions."""
        return self._streams(BEHIND, partitions, now_us)

    def due(self, partitions: frozenset[int], now_us: int) -> Sequence[str]:
        """Find parked streams of these partitions whose retry is due; at most 500."""
        return self._streams(DUE, partitions, now_us)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _streams(self, query: LiteralString, partitions: frozenset[int], now_us: int) -> list[str]:
        words = {"agent": self._agent, "kinds": self._kinds, "now_us": now_us}
        rows = self._with(lambda connection: connection.execute(query, words).fetchall())
        return [stream for (stream,) in rows if partition_of(stream) in partitions][:PAGE]

    def _with(self, step: Callable[[psycopg.Connection[Any]], T]) -> T:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=3)
            return step(self._connection)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self.close()
            raise StateUnavailableError(str(error)) from error
        except psycopg.Error as error:
            raise RowRefusedError(f"{error.sqlstate}: {error.diag.message_primary}") from error
