"""PostgresSnapshot: exact facts in one transaction, a stream at a time. Does not open or close the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from policy.ports import Fact, Head, Used
from streams.adapters.queries import QUERIES

WHOLE = 64
"""Facts read with a stream's head; a stream with more is then read key by key. Unmeasured."""
LAST = "\U0010ffff"


class PostgresSnapshot:
    """A FactReader over one REPEATABLE READ transaction. The first question about a stream reads its head and facts."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], now_us: int) -> None:
        self._connection = connection
        self._now_us = now_us
        self._heads: dict[str, Head | None] = {}
        self._facts: dict[str, dict[str, Fact] | None] = {}
        """Facts of a stream in order of key; None where it has more than were read."""

    def now_us(self) -> int:
        """Tell Postgres's time at the beginning of the reading, UTC microseconds."""
        return self._now_us

    def head(self, stream: str) -> Head | None:
        """Find where a stream stands; None where it does not exist."""
        self._load(stream)
        return self._heads[stream]

    def get(self, stream: str, key: str) -> Fact | None:
        """Read one fact."""
        facts = self._load(stream)
        if facts is not None:
            return facts.get(key)
        row = self._connection.execute(QUERIES["fact"], {"stream": stream, "key": key}).fetchone()
        return None if row is None else Fact(row[0], row[1])

    def scan(self, stream: str, prefix: str) -> Sequence[tuple[str, Fact]]:
        """Read the facts whose key begins with the prefix, in order of key (by code point)."""
        facts = self._load(stream)
        if facts is not None:
            return [(key, fact) for key, fact in facts.items() if key.startswith(prefix)]
        rows = self._connection.execute(QUERIES["facts_between"], {"stream": stream, "first": prefix, "end": prefix + LAST})
        return [(key, Fact(value, revision)) for key, value, revision in rows]

    def used(self, cameo: str, grant: str, generation: str) -> Used:
        """Count the uses of a grant as seen by one generation."""
        row = self._connection.execute(QUERIES["used"], {"cameo": cameo, "grant": grant, "generation": generation}).fetchone()
        if row is None:
            return Used(0, mine=False, others_ms=0)
        used, used_ms, own_ms = row
        mine = own_ms is not None
        return Used(used - mine, mine, used_ms - (own_ms or 0))

    def _load(self, stream: str) -> dict[str, Fact] | None:
        if stream not in self._heads:
            rows = self._connection.execute(QUERIES["stream_facts"], {"stream": stream, "limit": WHOLE + 1}).fetchall()
            self._heads[stream] = Head(rows[0][0], rows[0][1]) if rows else None
            whole = len(rows) <= WHOLE
            self._facts[stream] = {row[2]: Fact(row[3], row[4]) for row in rows if row[2] is not None} if whole else None
        return self._facts[stream]
