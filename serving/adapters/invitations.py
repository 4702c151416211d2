"""Invitations in Postgres (schema `access`). Does not judge who may invite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from serving.overview_ports import Invitation
from streams.adapters.postgres_pool import lent

_ADD = """
INSERT INTO access.invitations (sha256, invitation, given_by, expires_at)
SELECT %(sha256)s, %(invitation)s, %(by)s, now() + make_interval(secs => %(lives_s)s)
WHERE %(most)s::integer IS NULL OR (SELECT count(*) FROM access.invitations WHERE given_by = %(by)s) < %(most)s
RETURNING invitation, made_at, expires_at, false
"""
_REDEEM = """
UPDATE access.invitations SET redeemed_by = %(account)s
WHERE sha256 = %(sha256)s AND (redeemed_by = %(account)s OR (redeemed_by IS NULL AND expires_at > now()))
RETURNING invitation, given_by
"""


class PostgresInvitationStore:
    """An InvitationStore on a pool of role `api`."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        """Calls raise LedgerUnavailableError when Postgres does not answer in the pool's time."""
        self._pool = pool

    def add(self, by: str, sha256: bytes, lives_s: int, most: int | None) -> Invitation | None:
        """Keep an invitation; one giver's are counted one after another."""
        values = {"by": by, "sha256": sha256, "invitation": sha256.hex()[:16], "lives_s": lives_s, "most": most}
        with lent(self._pool, self._pool.timeout) as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"invitations/{by}",))
            row = connection.cursor(row_factory=tuple_row).execute(_ADD, values).fetchone()
        return None if row is None else Invitation(*row)

    def of(self, by: str) -> Sequence[Invitation]:
        """List a giver's invitations, oldest first."""
        query = (
            "SELECT invitation, made_at, expires_at, redeemed_by IS NOT NULL FROM access.invitations"
            " WHERE given_by = %s ORDER BY made_at, invitation"
        )
        with lent(self._pool, self._pool.timeout) as connection:
            return [Invitation(*row) for row in connection.cursor(row_factory=tuple_row).execute(query, (by,)).fetchall()]

    def redeem(self, sha256: bytes, account: str) -> tuple[str, str] | None:
        """Give an invitation to an account, once, in one statement."""
        with lent(self._pool, self._pool.timeout) as connection:
            row = connection.cursor(row_factory=tuple_row).execute(_REDEEM, {"sha256": sha256, "account": account}).fetchone()
        return None if row is None else (row[0], row[1])
