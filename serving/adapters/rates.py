"""How often somebody did something, in Postgres (schema `access`): one statement a question. Says no numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from serving.rate_ports import Allowance, Bound
from streams.adapters.postgres_pool import lent

_TAKE = """
WITH asked AS (
    SELECT * FROM unnest(%(names)s::text[], %(periods)s::float8[], %(bursts)s::float8[]) AS a (name, period_s, burst)
), taken AS (
    INSERT INTO access.rates AS r (name, full_at)
    SELECT name, now() + make_interval(secs => period_s) FROM asked ORDER BY name COLLATE "C"
    ON CONFLICT (name) DO UPDATE SET full_at = greatest(r.full_at, now()) + (excluded.full_at - now())
    WHERE coalesce(r.slowed_until <= now(), true)
      AND greatest(r.full_at, now()) + (excluded.full_at - now())
          <= now() + (SELECT make_interval(secs => a.period_s * a.burst) FROM asked a WHERE a.name = r.name)
    RETURNING r.name
)
SELECT max(extract(epoch FROM greatest(
    r.slowed_until - now(), greatest(r.full_at, now()) - now() + make_interval(secs => a.period_s * (1 - a.burst))
)))::float8
FROM asked a LEFT JOIN access.rates r USING (name) WHERE a.name NOT IN (SELECT name FROM taken)
"""
"""Rows are taken in the order of their names, so that two that ask for the same never wait for each other."""
LEAST_S = 0.001


class PostgresRateStore:
    """A RateStore on a pool of role `api`."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        """Calls raise LedgerUnavailableError when Postgres does not answer in the pool's time."""
        self._pool = pool

    def take(self, asked: Sequence[Allowance]) -> float | None:
        """Take one of each; None, or how long one is not there."""
        if not asked:
            return None
        values = {
            "names": [one.name for one in asked], "periods": [one.period_s for one in asked], "bursts": [float(one.burst) for one in asked],
        }  # fmt: skip
        with lent(self._pool, self._pool.timeout) as connection:
            row = connection.cursor(row_factory=tuple_row).execute(_TAKE, values).fetchone()
        return None if row is None or row[0] is None else max(LEAST_S, float(row[0]))

    def forget_full(self) -> int:
        """Remove what is as good as never counted, and where challenges of yesterday were taken."""
        self._run("DELETE FROM access.devices WHERE taken_at < now() - interval '1 day'")
        self._run("DELETE FROM access.proofs WHERE begun_at < now() - interval '1 day'")
        return self._run(
            "DELETE FROM access.rates WHERE full_at < now() - interval '1 minute'"
            " AND coalesce(slowed_until < now() - interval '30 days', true)"
        )

    def bind(self, challenge: str, where: Bound) -> None:
        """Note where a challenge was taken."""
        device = None if where.device is None else bytes.fromhex(where.device)
        self._run("INSERT INTO access.devices (enrolment, account, session, device) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                  challenge, where.account, where.session, device)  # fmt: skip

    def bound(self, challenge: str) -> Bound | None:
        """Tell where a challenge was taken."""
        with lent(self._pool, self._pool.timeout) as connection:
            query = "SELECT account, session, device FROM access.devices WHERE enrolment = %s"
            row = connection.cursor(row_factory=tuple_row).execute(query, (challenge,)).fetchone()
        return None if row is None else Bound(row[0], row[1], None if row[2] is None else bytes(row[2]).hex())

    def _run(self, query: str, *values: object) -> int:
        with lent(self._pool, self._pool.timeout) as connection:
            return connection.execute(query.encode(), values).rowcount
