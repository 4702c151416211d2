"""Where an agent stands, as the API's own role reads it from the agents' table."""

from __future__ import annotations

from psycopg_pool import ConnectionPool

from policy.ports import Head
from serving.adapters.cursors import PostgresCursors
from tests.contract.serving.test_access_store import pool
from tests.parts import Installation

__all__ = ["pool"]


def test_a_cursor_is_that_of_the_agent_and_stream(pool: ConnectionPool, installation: Installation) -> None:
    with (
        ConnectionPool(installation.settings.dsn("worker"), min_size=1, max_size=1, open=True) as worker,
        worker.connection() as connection,
    ):
        connection.execute("INSERT INTO agents.applied (agent, stream, revision) VALUES ('project', 's', 7), ('notify', 's', 6)")
    assert PostgresCursors(pool, "project").head("s") == Head(7, 0)
    assert PostgresCursors(pool, "notify").head("s") == Head(6, 0)
    assert PostgresCursors(pool, "project").head("t") is None
