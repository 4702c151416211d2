"""The ledger as questions read it: exact facts, and who or what could come into question. Does not decide."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from streams.adapters.postgres import PostgresEventStore
from streams.adapters.postgres_snapshot import PostgresSnapshot
from streams.adapters.queries import QUERIES, load
from streams.errors import LedgerUnavailableError

ASKING = load(Path(__file__).parent / "asking.sql")


class PostgresCandidates(PostgresSnapshot):
    """Facts and candidates of one REPEATABLE READ transaction."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], now_us: int) -> None:
        super().__init__(connection, now_us)
        self._asked = connection

    def position(self) -> int:
        """Tell the last position that this reading holds. An append that is still committing may come to lie below it."""
        return int(self._names("position")[0])

    def age_us(self) -> int:
        """Tell 0: the ledger is not late."""
        return 0

    def requesters(self, cameo: str, owner: str, after: str, limit: int, kinds: Sequence[str]) -> Sequence[str]:
        """List accounts, apps and groups that could use a cameo, in order of id, above one."""
        return self._names("requesters", cameo=cameo, owner=owner, after=after, limit=limit, kinds=list(kinds))

    def cameos(self, requester: str, app: str | None, after: str, limit: int) -> Sequence[str]:
        """List cameos that a requester could use, in order of id, above one."""
        return self._names("cameos", requester=requester, app=app, after=after, limit=limit)

    def _names(self, query: str, **values: Any) -> list[Any]:
        return [row[0] for row in self._asked.execute(ASKING[query], values)]


class PostgresAskingLedger(PostgresEventStore):
    """The ledger in Postgres, which questions are asked of as well."""

    @contextmanager
    def asking(self) -> Generator[PostgresCandidates]:
        """Open one REPEATABLE READ, read-only transaction. Raises LedgerUnavailableError."""
        with self._reading() as connection:
            row = connection.execute(QUERIES["begin_reading"]).fetchone()
            if row is None:
                raise LedgerUnavailableError("not installed")
            self._check_incarnation(row[1])
            yield PostgresCandidates(connection, row[0])
