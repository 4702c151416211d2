"""What operators and owners look through: apps, appeals, cases, from the ledger's facts and first events. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from serving.overview_ports import Appeal, AppListed, CaseListed
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
_CASES = """
SELECT c.stream, c.value ->> 'kind', (c.value ->> 'people')::int, (c.value ->> 'due_us')::bigint, e.time_us, o.value ->> 'outcome'
FROM ledger.facts c JOIN ledger.events e ON e.stream = c.stream AND e.revision = c.revision
LEFT JOIN ledger.facts o ON o.stream = c.stream AND o.key = 'outcome'
WHERE c.key = 'case' AND (%(kind)s::text IS NULL OR c.value ->> 'kind' = %(kind)s)
  AND CASE %(state)s WHEN 'open' THEN o.stream IS NULL WHEN 'closed' THEN o.stream IS NOT NULL ELSE true END
  AND (%(due)s::bigint IS NULL OR (c.value ->> 'due_us')::bigint < %(due)s)
  AND (%(after_us)s::bigint IS NULL OR ((c.value ->> 'due_us')::bigint, c.stream) > (%(after_us)s, %(after_id)s::text))
ORDER BY (c.value ->> 'due_us')::bigint, c.stream LIMIT %(limit)s
"""
_THINGS = """
SELECT DISTINCT stream FROM ledger.events WHERE type = 'enrolment.started' AND actor = %(owner)s AND data ->> 'subject' = 'thing'
ORDER BY stream LIMIT %(limit)s
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

    def things(self, owner: str) -> Sequence[str]:
        """List the cameos of an account's pets and things."""
        return [row[0] for row in self._rows(_THINGS, {"owner": owner, "limit": MOST})]

    def cases(
        self, kind: str | None, state: str, due_before_us: int | None, limit: int, after: tuple[int, str] | None
    ) -> Sequence[CaseListed]:
        """List cases, oldest due first."""
        after_us, after_id = after or (None, None)
        values = {"kind": kind, "state": state, "due": due_before_us, "after_us": after_us, "after_id": after_id, "limit": limit}
        return [CaseListed(*row) for row in self._rows(_CASES, values)]

    def _rows(self, query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        with lent(self._pool, self._pool.timeout) as connection:
            return connection.cursor(row_factory=tuple_row).execute(query.encode(), values).fetchall()
