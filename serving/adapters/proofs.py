"""Step-up secrets and recovery codes in Postgres (schema `access`), secrets sealed. Does not judge codes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from serving.ports import Proof, Try
from streams.adapters.postgres_pool import lent

NONCE_BYTES = 12
_TRY = """
UPDATE access.step_up SET
    tries = CASE WHEN locked_until IS NULL THEN tries + 1 ELSE 1 END,
    locked_until = CASE WHEN locked_until IS NULL AND tries + 1 >= %(most)s THEN now() + make_interval(secs => %(lock_s)s) END
WHERE account = %(account)s AND (locked_until IS NULL OR locked_until <= now())
RETURNING nonce, sealed, last_step, last_key
"""


class PostgresProofStore:
    """A ProofStore on a pool of role `api`."""

    def __init__(self, pool: ConnectionPool[Any], key: bytes) -> None:
        """`key`: 32 bytes that seal the secrets. Calls raise LedgerUnavailableError when Postgres does not answer in the pool's time."""
        self._pool = pool
        self._seal = AESGCM(key)

    def put_secret(self, account: str, secret: bytes) -> None:
        """Keep a secret in place of an older one."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._seal.encrypt(nonce, secret, _bound(account))
        with lent(self._pool, self._pool.timeout) as connection, connection.transaction():
            connection.execute("DELETE FROM access.step_up WHERE account = %s", (account,))
            connection.execute("INSERT INTO access.step_up (account, nonce, sealed) VALUES (%s, %s, %s)", (account, nonce, sealed))

    def has_secret(self, account: str) -> bool:
        """Tell whether a secret is kept."""
        with lent(self._pool, self._pool.timeout) as connection:
            return connection.execute("SELECT 1 FROM access.step_up WHERE account = %s", (account,)).fetchone() is not None

    def take_try(self, account: str, most: int, lock_s: int) -> Try | datetime | None:
        """Count a try in one statement; tells until when it is locked, None when nothing is kept."""
        with lent(self._pool, self._pool.timeout) as connection:
            cursor = connection.cursor(row_factory=tuple_row)
            row = cursor.execute(_TRY, {"account": account, "most": most, "lock_s": lock_s}).fetchone()
            if row is None:
                locked = cursor.execute("SELECT locked_until FROM access.step_up WHERE account = %s", (account,)).fetchone()
                return None if locked is None else locked[0]
        return Try(self._seal.decrypt(row[0], row[1], _bound(account)), row[2], row[3])

    def take_step(self, account: str, step: int, command: str) -> bool:
        """Take the code of a time step that is newer than the last one."""
        return self._changed(
            "UPDATE access.step_up SET last_step = %s, last_key = %s, tries = 0, locked_until = NULL WHERE account = %s AND last_step < %s",
            (step, command, account, step),
        )

    def forgive(self, account: str) -> None:
        """Forget the tries."""
        self._changed("UPDATE access.step_up SET tries = 0, locked_until = NULL WHERE account = %s", (account,))

    def put_codes(self, account: str, hashes: Sequence[bytes]) -> None:
        """Keep recovery codes in place of those that are left."""
        with lent(self._pool, self._pool.timeout) as connection, connection.transaction():
            connection.execute("DELETE FROM access.recovery_codes WHERE account = %s", (account,))
            connection.cursor().executemany(
                "INSERT INTO access.recovery_codes (account, sha256) VALUES (%s, %s)", [(account, one) for one in hashes]
            )

    def take_code(self, account: str, sha256: bytes) -> bool:
        """Take a recovery code, once."""
        taken = self._changed("DELETE FROM access.recovery_codes WHERE account = %s AND sha256 = %s", (account, sha256))
        if taken:
            self.forgive(account)
        return taken

    def codes_left(self, account: str) -> int:
        """Count the recovery codes that are left."""
        with lent(self._pool, self._pool.timeout) as connection:
            cursor = connection.cursor(row_factory=tuple_row)
            row = cursor.execute("SELECT count(*) FROM access.recovery_codes WHERE account = %s", (account,)).fetchone()
        return 0 if row is None else int(row[0])

    def expect(self, proof: Proof) -> None:
        """Note who may use a re-verification as a proof."""
        self._changed(
            "INSERT INTO access.proofs (verification, account, session, device, sha256) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (proof.verification, proof.account, proof.session, proof.device, proof.sha256),
        )

    def use(self, proof: Proof, command: str) -> bool:
        """Take a re-verification as a proof for one command, in one statement; again for that command."""
        return self._changed(
            "UPDATE access.proofs SET used_under = %s WHERE verification = %s AND account = %s AND session = %s"
            " AND device IS NOT DISTINCT FROM %s AND sha256 = %s AND (used_under IS NULL OR (used_under = %s AND used_under <> ''))",
            (command, proof.verification, proof.account, proof.session, proof.device, proof.sha256, command),
        )

    def remove(self, account: str) -> None:
        """Remove everything of an account."""
        self._changed("DELETE FROM access.step_up WHERE account = %s", (account,))

    def _changed(self, statement: str, values: tuple[object, ...]) -> bool:
        with lent(self._pool, self._pool.timeout) as connection:
            return connection.execute(statement.encode(), values).rowcount == 1


def _bound(account: str) -> bytes:
    return f"cameo/step-up/1\x1f{account}".encode()
