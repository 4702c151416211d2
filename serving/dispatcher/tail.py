"""Owns finding the generations that are open, from the ledger's tables. Does not fold, lease or judge them."""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg

from streams.errors import LedgerUnavailableError

SETTLED_US = 2_000_000
"""What is younger is read again each time: appends end within 300 ms, and their positions appear out of order until then."""
LATE_US = 60_000_000
"""For so long a position that was passed over is waited for: a commit has no deadline, and a disk or a host may stall in it."""
PAGE = 5000
MOST_MISSING = 1000
"""Positions waited for at once; a break in the sequence is wider only after a crash, which leaves nothing to commit."""

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended(%s, 1))"
_SETTLED = """
-- settled: the last position below which nothing can still appear
SELECT position FROM ledger.events
WHERE time_us < (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - %s ORDER BY position DESC LIMIT 1
"""
_OPEN = """
-- open_generations: requested and without an end
SELECT r.stream FROM ledger.facts r
WHERE r.key = 'request' AND NOT EXISTS (SELECT FROM ledger.facts e WHERE e.stream = r.stream AND e.key = 'ended')
"""
_TOUCHED = """
-- touched: what was appended above a position, and the clock to judge what is settled
SELECT position, stream, type, time_us, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
FROM ledger.events WHERE position > %s ORDER BY position LIMIT %s
"""
_LATE = """
-- late: what came after all at positions that were passed over
SELECT position, stream, type FROM ledger.events WHERE position = ANY(%s) ORDER BY position
"""


class Touch(NamedTuple):
    """A stream that was appended to, and by what."""

    stream: str
    type: str


class Tail:
    """Follows the ledger by position on a connection of its own, as the only follower of its name.

    Positions become visible out of order, so the last two seconds are read again each time, and a position passed over is
    looked for during a minute more; what was told already is not told again. Every method raises LedgerUnavailableError;
    then call `begin` again.
    """

    def __init__(self, conninfo: str, name: str) -> None:
        """`name`: of the role that may run once, such as `dispatcher`; held as a session lock."""
        self._conninfo = conninfo
        self._name = name
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._settled = 0
        self._told: dict[int, None] = {}
        self._missing: dict[int, int] = {}

    def begin(self) -> list[str] | None:
        """Become the one follower and find every open generation; None while another one is."""
        self.close()
        try:
            self._connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=3)
            taken = self._connection.execute(_LOCK, (f"cameo/{self._name}",)).fetchone()
            if taken is None or not taken[0]:
                self.close()
                return None
            settled = self._connection.execute(_SETTLED, (LATE_US,)).fetchone()
            self._settled = 0 if settled is None else settled[0]
            self._told, self._missing = {}, {}
            return [row[0] for row in self._connection.execute(_OPEN).fetchall()]
        except psycopg.Error as error:
            raise LedgerUnavailableError(str(error)) from error

    def touched(self) -> list[Touch]:
        """Tell what was appended since, each event once."""
        if self._connection is None:
            raise LedgerUnavailableError("not connected")
        try:
            rows = self._connection.execute(_TOUCHED, (self._settled, PAGE)).fetchall()
            late = self._connection.execute(_LATE, (list(self._missing),)).fetchall() if self._missing else []
        except psycopg.Error as error:
            raise LedgerUnavailableError(str(error)) from error
        fresh = [row for row in rows if row[0] not in self._told]
        self._told.update((row[0], None) for row in fresh)
        for position, *_ in late:
            del self._missing[position]
        self._settle(rows)
        return [Touch(row[1], row[2]) for row in (*late, *fresh)]

    def close(self) -> None:
        """Give the lock and the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _settle(self, rows: list[tuple[Any, ...]]) -> None:
        for position, _, _, time_us, now_us in rows:
            if now_us - time_us < SETTLED_US:
                break
            passed = range(max(self._settled + 1, position - MOST_MISSING), position)
            self._missing.update((missing, now_us) for missing in passed)
            self._settled = position
            self._told.pop(position, None)
        if rows:
            self._missing = {missing: since_us for missing, since_us in self._missing.items() if rows[-1][4] - since_us < LATE_US}
