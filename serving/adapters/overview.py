"""What operators and owners look through: apps and appeals, from the ledger's facts and first events. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from serving.overview_ports import Appeal, AppListed
from streams.adapters.postgres_pool import lent

_APPS = """
SELECT e.stream, e.data ->> 'name', e.data ->> 'owner', coalesce(f.value ->> 'standing', 'unknown')
FROM ledger.events e LEFT JOIN ledger.facts f ON f.stream = e.stream AND f.key = 'standing'
WHERE e.stream >= 'app-' AND e.stream < 'app.' AND e.revision = 1 AND (%(owner)s::text IS NULL OR e.data ->> 'owner' = %(owner)s)
ORDER BY e.position LIMIT %(limit)s
"""
_APPEALS = """
SELECT f.stream, f.key, f.value -> 'codes', e.time_us
FROM ledger.facts f JOIN ledger.events e ON e.stream = f.stream AND e.revision = f.revision
WHERE f.key >= 'appeal/' AND f.key < 'appeal0' AND f.value ->> 'outcome' IS NULL ORDER BY e.position LIMIT %(limit)s
"""
MOST = 1000


class PostgresOverview:
    """An Overview on a pool of role `api`."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        """Calls raise LedgerUnavailableError when Postgres does not answer in the pool's time."""
        self._pool = pool

    def apps(self, owner: str | None) -> Sequence[AppListed]:
        """List applications in the order of their registration."""
        return [AppListed(*row) for row in self._rows(_APPS, {"owner": owner, "limit": MOST})]

    def open_appeals(self) -> Sequence[Appeal]:
        """List appeals that nobody answered, oldest first."""
        return [Appeal(row[0], row[1].partition("/")[2], tuple(row[2]), row[3]) for row in self._rows(_APPEALS, {"limit": MOST})]

    def _rows(self, query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        with lent(self._pool, self._pool.timeout) as connection:
            return connection.cursor(row_factory=tuple_row).execute(query.encode(), values).fetchall()
