"""Handles and tokens in Postgres (schema `access`). Does not judge scopes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from serving.adapters.requests import PostgresRequestBook
from serving.ports import Token
from streams.adapters.postgres_pool import lent

_KNOWN = "SELECT token_id, account, scopes, app, label, created_at, expires_at FROM access.tokens"
_ERASED = "INSERT INTO access.erasures (account) VALUES (%s) ON CONFLICT (account) DO UPDATE SET erased_at = clock_timestamp()"


class PostgresAccessStore(PostgresRequestBook):
    """An AccessStore on a pool of role `api`."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        """Calls raise LedgerUnavailableError when Postgres does not answer in the pool's time."""
        super().__init__(pool)

    def claim_handle(self, handle: str, shown: str, account: str) -> bool:
        """Give a handle; False when another account has it."""
        with lent(self._pool, self._pool.timeout) as connection:
            connection.execute(
                "INSERT INTO access.handles (handle, shown, account) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (handle, shown, account),
            )
        return self.account_of(handle) == account

    def account_of(self, handle: str) -> str | None:
        """Find the account of a normalised handle."""
        return self._one("SELECT account FROM access.handles WHERE handle = %s", handle)

    def handle_of(self, account: str) -> str | None:
        """Find an account's handle as it is shown."""
        return self._one("SELECT shown FROM access.handles WHERE account = %s", account)

    def add_token(self, token: Token, sha256: bytes) -> None:
        """Keep a token by its hash."""
        with lent(self._pool, self._pool.timeout) as connection:
            connection.execute(
                "INSERT INTO access.tokens (token_id, sha256, account, scopes, app, label, created_at, expires_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    token.token_id, sha256, token.account, sorted(token.scopes), token.app, token.label,
                    token.created_at, token.expires_at,
                ),
            )  # fmt: skip

    def token_by_hash(self, sha256: bytes) -> Token | None:
        """Find a token that has not expired."""
        found = self._tokens(f"{_KNOWN} WHERE sha256 = %s AND (expires_at IS NULL OR expires_at > now())", sha256)
        return found[0] if found else None

    def tokens_of(self, account: str) -> Sequence[Token]:
        """List an account's tokens, oldest first."""
        return self._tokens(f"{_KNOWN} WHERE account = %s ORDER BY created_at, token_id", account)

    def thing_named(self, account: str, name: bytes) -> str | None:
        """Find the thing of an account that bears a name."""
        with lent(self._pool, self._pool.timeout) as connection:
            query = "SELECT thing FROM access.things WHERE account = %s AND name = %s"
            row = connection.cursor(row_factory=tuple_row).execute(query, (account, name)).fetchone()
        return None if row is None else str(row[0])

    def name_thing(self, account: str, name: bytes, thing: str) -> str:
        """Keep a thing under a name, or give the one that bears it already."""
        with lent(self._pool, self._pool.timeout) as connection:
            connection.execute(
                "INSERT INTO access.things VALUES (%s, %s, %s) ON CONFLICT (account, name) DO NOTHING", (account, name, thing)
            )
        return self.thing_named(account, name) or thing

    def forget(self, account: str) -> None:
        """Remove an account's handle, every token, what it asked for and calls its things, and the keys of recordings on their way.

        What PostgreSQL's own files hold of them until then is noted as due (serving.adapters.scrubbing).
        """
        with lent(self._pool, self._pool.timeout) as connection, connection.transaction():
            connection.execute("DELETE FROM access.requests WHERE requester = %s", (account,))
            connection.execute("DELETE FROM access.uploads WHERE account = %s", (account,))
            connection.execute("DELETE FROM access.devices WHERE account = %s", (account,))
            connection.execute("DELETE FROM access.proofs WHERE account = %s", (account,))
            connection.execute("DELETE FROM access.verifications WHERE %s IN (party, owner)", (account,))
            connection.execute("DELETE FROM access.things WHERE account = %s", (account,))
            connection.execute("DELETE FROM access.tokens WHERE account = %s", (account,))
            connection.execute("DELETE FROM access.handles WHERE account = %s", (account,))
            connection.execute(_ERASED, (account,))

    def remove_token(self, account: str, token_id: str) -> bool:
        """Remove one; False when there was none."""
        with lent(self._pool, self._pool.timeout) as connection:
            done = connection.execute("DELETE FROM access.tokens WHERE account = %s AND token_id = %s", (account, token_id))
            return done.rowcount == 1

    def _one(self, query: str, value: str) -> str | None:
        with lent(self._pool, self._pool.timeout) as connection:
            row = connection.cursor(row_factory=tuple_row).execute(query.encode(), (value,)).fetchone()
        return None if row is None else str(row[0])

    def _tokens(self, query: str, value: object) -> list[Token]:
        with lent(self._pool, self._pool.timeout) as connection:
            rows = connection.cursor(row_factory=tuple_row).execute(query.encode(), (value,)).fetchall()
        return [Token(row[0], row[1], frozenset(row[2]), *row[3:]) for row in rows]
