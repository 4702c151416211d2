"""Where a follower of the ledger stands in each stream (schema `agents`), as the API reads it. Moves nothing."""

from __future__ import annotations

from typing import Any

from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from policy.ports import Head
from streams.adapters.postgres_pool import lent


class PostgresCursors:
    """The heads that one agent has applied; a consent revision is not among them, and 0."""

    def __init__(self, pool: ConnectionPool[Any], agent: str) -> None:
        """Calls raise LedgerUnavailableError when Postgres does not answer in the pool's time."""
        self._pool = pool
        self._agent = agent

    def head(self, stream: str) -> Head | None:
        """Find how far a stream was applied; None: not at all."""
        with lent(self._pool, self._pool.timeout) as connection:
            cursor = connection.cursor(row_factory=tuple_row)
            row = cursor.execute("SELECT revision FROM agents.applied WHERE agent = %s AND stream = %s", (self._agent, stream)).fetchone()
        return None if row is None else Head(row[0], 0)
