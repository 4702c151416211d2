"""Re-verifications that were asked for, in Postgres (schema `access`). Does not judge who may ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from serving.verification_ports import KEPT, Ask, Recovery
from streams.adapters.postgres_pool import lent

_COLUMNS = "ask, party, app, owner, audience, nonce, level, asked_at, expires_at, declined, verification"
_LIVING = "expires_at > now()"
_ADD = f"""
INSERT INTO access.verifications ({_COLUMNS})
SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, false, NULL
WHERE (SELECT count(*) FROM access.verifications WHERE party = %s AND owner = %s AND {_LIVING}) < %s
ON CONFLICT (ask) DO NOTHING
"""  # noqa: S608 -- our own words


class PostgresVerificationBook:
    """A VerificationBook on a pool of role `api`."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        """Calls raise LedgerUnavailableError when Postgres does not answer in the pool's time."""
        self._pool = pool

    def add_ask(self, ask: Ask, most: int) -> Ask | None:
        """Keep an ask; None where `most` have not run out. One at a time for a party."""
        values = (ask.ask, ask.party, ask.app, ask.owner, ask.audience, ask.nonce, ask.level, ask.asked_at, ask.expires_at)
        with lent(self._pool, self._pool.timeout) as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 6))", (ask.party,))
            connection.execute(_ADD.encode(), (*values, ask.party, ask.owner, most))
        return self.ask_of(ask.ask)

    def ask_of(self, ask: str) -> Ask | None:
        """Find an ask."""
        found = self._asks("WHERE ask = %s", (ask,))
        return found[0] if found else None

    def asks_to(self, owner: str, limit: int) -> Sequence[Ask]:
        """List what an owner is asked, newest first."""
        return self._asks(f"WHERE owner = %s AND NOT declined AND {_LIVING} ORDER BY asked_at DESC, ask LIMIT %s", (owner, limit))

    def kept_of(self, account: str) -> Sequence[Ask]:
        """List every ask to or by an account."""
        return self._asks("WHERE %s IN (owner, party) ORDER BY asked_at DESC, ask", (account,))

    def begin(self, ask: str, verification: str) -> None:
        """Note the challenge by which it is answered."""
        self._run("UPDATE access.verifications SET verification = %s WHERE ask = %s", (verification, ask))

    def close(self, ask: str) -> None:
        """Note that its party has the answer."""
        self._run("UPDATE access.verifications SET expires_at = least(expires_at, now()) WHERE ask = %s", (ask,))

    def decline(self, ask: str) -> None:
        """Note that the owner does not want to answer."""
        self._run("UPDATE access.verifications SET declined = true WHERE ask = %s", (ask,))

    def forget_over(self) -> int:
        """Remove what ran out long ago, by the database's clock."""
        return self._run("DELETE FROM access.verifications WHERE expires_at < now() - %s", (KEPT,))

    def _run(self, statement: str, values: tuple[object, ...]) -> int:
        with lent(self._pool, self._pool.timeout) as connection:
            return connection.execute(statement.encode(), values).rowcount

    def _asks(self, where: str, values: tuple[object, ...]) -> list[Ask]:
        query = f"SELECT {_COLUMNS} FROM access.verifications {where}"  # noqa: S608 -- our own words
        with lent(self._pool, self._pool.timeout) as connection:
            rows = connection.cursor(row_factory=tuple_row).execute(query.encode(), values).fetchall()
        return [Ask(*row) for row in rows]


class PostgresRecoveryBook:
    """A RecoveryBook on a pool of role `api`."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        """Calls raise LedgerUnavailableError when Postgres does not answer in the pool's time."""
        self._pool = pool

    def begin_recovery(self, token_id: str, account: str, at: datetime) -> None:
        """Note that a token is a recovery's; it goes with the token."""
        with lent(self._pool, self._pool.timeout) as connection:
            connection.execute(
                "INSERT INTO access.recoveries (token_id, account, begun_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (token_id, account, at),
            )

    def recovery_of(self, token_id: str) -> Recovery | None:
        """Tell the recovery that a token is of."""
        with lent(self._pool, self._pool.timeout) as connection:
            cursor = connection.cursor(row_factory=tuple_row)
            row = cursor.execute("SELECT begun_at, ended_under FROM access.recoveries WHERE token_id = %s", (token_id,)).fetchone()
        return None if row is None else Recovery(*row)

    def end_recovery(self, token_id: str, under: str) -> bool:
        """Note that it was ended, once, in one statement."""
        with lent(self._pool, self._pool.timeout) as connection:
            done = connection.execute(
                "UPDATE access.recoveries SET ended_under = %(under)s WHERE token_id = %(token_id)s"
                " AND (ended_under IS NULL OR ended_under = %(under)s)",
                {"token_id": token_id, "under": under},
            )
            return done.rowcount == 1
