"""PostgresTurns: one worker at a time between its search and its append, by a lock of the ledger's database. Does not search or decide."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

import msgspec
import psycopg
from psycopg.types.json import set_json_loads

from streams.adapters.postgres import PostgresEventStore
from streams.agents.errors import StateUnavailableError
from streams.ports import Append, Outcome

WAIT_S: Final = 10.0
"""How long a turn is waited for, longer than whoever stands still keeps it. Unmeasured: 32 workers that take 50 ms each wait 1.6 s."""
IDLE_S: Final = 5.0
"""How long whoever has the turn may say nothing: then its session ends, with it the turn, and its append is refused. As the relay's."""
READ_COMMITTED: Final = "-c default_transaction_isolation=read\\ committed"
LOCK: Final = "SELECT pg_advisory_lock(hashtextextended('agents/turns', 0))"
APPENDS: Final = "SET lock_timeout = 0; SET transaction_timeout = '300ms'"
"""With READ_COMMITTED what an append asks of its session (streams.adapters.postgres_pool); the turn may be waited for longer."""


class PostgresTurns:
    """Turns of one ledger (streams.agents.ports.Turns), for all workers of all hosts.

    The lock is its session's and the append goes through the same session: the lock is free when that session has ended, which a
    statement that is running delays. So no append of somebody killed or cut off can come after the next one's search.
    """

    def __init__(self, conninfo: str, store: PostgresEventStore, wait_s: float = WAIT_S, idle_s: float = IDLE_S) -> None:
        """`store`: the same ledger, which knows how to append."""
        self._conninfo = conninfo
        self._store = store
        self._options = f"-c lock_timeout={round(wait_s * 1000)}ms -c idle_session_timeout={round(idle_s * 1000)}ms {READ_COMMITTED}"

    @contextmanager
    def take(self) -> Iterator[PostgresTurn]:
        """Wait for the turn, and give it back at the end. Raises StateUnavailableError where it does not come."""
        try:
            connection = psycopg.connect(self._conninfo, autocommit=True, options=self._options, prepare_threshold=None, connect_timeout=3)
        except psycopg.Error as error:
            raise StateUnavailableError(str(error)) from error
        with closing(connection):
            try:
                set_json_loads(msgspec.json.decode, connection)
                connection.execute(LOCK)
                connection.execute(APPENDS)
            except psycopg.Error as error:
                raise StateUnavailableError(f"no turn to search and append: {error}") from error
            yield PostgresTurn(connection, self._store)


class PostgresTurn:
    """The session that has the turn."""

    def __init__(self, connection: psycopg.Connection[Any], store: PostgresEventStore) -> None:
        self._connection = connection
        self._store = store

    def append(self, append: Append) -> Outcome:
        """Append while the turn is ours. Raises LedgerUnavailableError where it was lost, and then nothing follows: take it anew."""
        return self._store.append_over(self._connection, append)
