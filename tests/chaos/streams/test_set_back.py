"""A backup of the ledger is restored under a feeder that had applied more: the view refuses, and comes back as that ledger says."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import psycopg
import pytest

from policy.adapters.view import ViewReader
from schemas.account import AccountBlocked, AccountRegistered
from schemas.ids import stream_id
from streams.adapters.kafka import ensure_topics
from streams.adapters.postgres import PostgresEventStore
from streams.ports import Append, Appended, NewEvent
from streams.topics import TOPICS
from streams.view_check import compare_view
from tests.view_parts import code, until

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.parts import Installation, PostgresPart


def register(database: Database, count: int) -> list[str]:
    """Append to the ledger of that name, whichever it is now."""
    streams = [stream_id("account", secrets.token_bytes(16)) for _ in range(count)]
    with PostgresEventStore(database.dsn("api"), "main") as store:
        for stream in streams:
            events = [AccountRegistered(region="KR", locale="ko", minor=False), AccountBlocked(account="account-x")]
            new = [NewEvent(stream, event, secrets.token_hex(16)) for event in events]
            assert isinstance(store.append(Append(actor=stream, events=new, correlation="c")), Appended)
    return streams


def alone(part: PostgresPart, name: str, then: str) -> None:
    """Do what nobody may be connected to a database for."""
    with psycopg.connect(part.superuser(), autocommit=True) as connection:
        connection.execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false")  # type: ignore[arg-type]
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        until(lambda: not connection.execute("SELECT FROM pg_stat_activity WHERE datname = %s", (name,)).fetchall())
        connection.execute(then)  # type: ignore[arg-type]


def open_again(part: PostgresPart, name: str) -> None:
    with psycopg.connect(part.superuser(), autocommit=True) as connection:
        connection.execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true")  # type: ignore[arg-type]


@pytest.mark.parametrize("appended_after", [1, 60])
def test_a_restored_older_ledger_is_found_out_and_the_view_built_anew(
    installation: Installation, kafka: str, postgres_part: PostgresPart, database: Database, appended_after: int
) -> None:
    """`appended_after`: fewer than were lost, so that the log is shorter, or more, so that only the events differ."""
    ensure_topics(kafka, TOPICS)
    relay = installation.start("relay", "streams.relay")
    feeder = installation.start("feeder", "streams.feeder")
    view = ViewReader(installation.settings.view)
    kept = register(database, 3)
    until(lambda: view.head(kept[-1]) is not None and code(view) is None)
    relay.stop()
    alone(postgres_part, database.name, f"CREATE DATABASE backup TEMPLATE {database.name}")
    open_again(postgres_part, database.name)

    relay = installation.start("relay", "streams.relay")
    lost = register(database, 30)
    until(lambda: view.head(lost[-1]) is not None and code(view) is None)
    relay.kill()
    alone(postgres_part, database.name, f"ALTER DATABASE {database.name} RENAME TO lost")
    with psycopg.connect(postgres_part.superuser(), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE backup RENAME TO {database.name}")  # type: ignore[arg-type]
        connection.execute("DROP DATABASE lost")
    open_again(postgres_part, database.name)
    after = register(database, appended_after)

    seen: list[str | None] = []
    installation.start("relay", "streams.relay")

    def settled() -> bool:
        seen.append(code(view))
        if seen[-1] is None:  # fresh: then it says what this ledger says, and nothing of the other
            assert view.head(lost[0]) is None
        return seen[-1] is None and view.head(after[-1]) is not None

    until(lambda: code(view) is not None)
    until(settled)
    assert feeder.process.poll() is None
    assert "was set back" in feeder.tail(200)
    assert all(view.head(stream) == (2, 2) for stream in (*kept, *after))
    assert all(view.head(stream) is None for stream in lost)
    view.close()
    until(lambda: compare_view(installation.settings.dsn("auditor"), installation.settings.view)["equal"])
    print(f"refused as {sorted({one for one in seen if one})}")
    installation.stop()
