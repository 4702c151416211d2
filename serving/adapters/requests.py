"""What people asked owners for, in Postgres (schema `access`). Does not judge who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from serving.ports import SentRequest
from streams.adapters.postgres_pool import lent

_KEPT = "SELECT request, requester, cameo, digest, event_id, asked_at, state, grant_id FROM access.requests"
_ADD = """
INSERT INTO access.requests (request, requester, cameo, digest, event_id, asked_at, state)
SELECT %(request)s, %(requester)s, %(cameo)s, %(digest)s, %(event_id)s, %(asked_at)s, %(state)s
WHERE (SELECT count(*) FROM access.requests
       WHERE requester = %(requester)s AND cameo = %(cameo)s AND state IN ('open', 'ignored')) < %(most)s
ON CONFLICT (request) DO NOTHING
"""


class PostgresRequestBook:
    """A RequestBook on a pool of role `api`."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        """Calls raise LedgerUnavailableError when Postgres does not answer in the pool's time."""
        self._pool = pool

    def add_request(self, sent: SentRequest, most: int) -> SentRequest | None:
        """Keep a request, or return the one that is kept; None where `most` are unanswered. One at a time for a requester."""
        values = {
            "request": sent.request, "requester": sent.requester, "cameo": sent.cameo, "digest": sent.digest,
            "event_id": sent.event_id, "asked_at": sent.asked_at, "state": sent.state, "most": most,
        }  # fmt: skip
        with lent(self._pool, self._pool.timeout) as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (sent.requester,))
            connection.execute(_ADD, values)
        return self.request_of(sent.request)

    def request_of(self, request: str) -> SentRequest | None:
        """Find a request."""
        found = self._kept(" WHERE request = %s", (request,))
        return found[0] if found else None

    def requests_of(self, requests: Sequence[str]) -> Sequence[SentRequest]:
        """Find many, newest first."""
        return self._kept(" WHERE request = ANY(%s) ORDER BY asked_at DESC, request DESC", (list(requests),))

    def requests_sent(self, requester: str, limit: int, before: tuple[datetime, str] | None) -> Sequence[SentRequest]:
        """List what somebody asked for, newest first."""
        older = (None, None) if before is None else before
        return self._kept(
            " WHERE requester = %s AND (%s::timestamptz IS NULL OR (asked_at, request) < (%s, %s))"
            " ORDER BY asked_at DESC, request DESC LIMIT %s",
            (requester, older[0], *older, limit),
        )

    def answer_request(self, request: str, state: str, grant: str | None = None) -> None:
        """Note the answer."""
        with lent(self._pool, self._pool.timeout) as connection:
            connection.execute("UPDATE access.requests SET state = %s, grant_id = %s WHERE request = %s", (state, grant, request))

    def _kept(self, where: str, values: tuple[Any, ...]) -> list[SentRequest]:
        with lent(self._pool, self._pool.timeout) as connection:
            rows = connection.cursor(row_factory=tuple_row).execute((_KEPT + where).encode(), values).fetchall()
        return [SentRequest(*row) for row in rows]
