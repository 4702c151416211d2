"""What a follower of the ledger is told: each event once, also one whose commit stalled while later ones were seen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest

from serving.dispatcher.tail import SETTLED_US, Tail
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.postgres_pool import APPEND_OPTIONS
from streams.adapters.queries import QUERIES
from tests.integration.streams.test_ledger import block, new_stream, raw

if TYPE_CHECKING:
    from tests.conftest import Database


@pytest.fixture
def store(database: Database) -> Iterator[PostgresEventStore]:
    with PostgresEventStore(database.dsn("api"), "main") as made:
        yield made


@pytest.fixture
def tail(database: Database) -> Iterator[Tail]:
    made = Tail(database.dsn("dispatcher"), "dispatcher")
    assert made.begin() == []
    yield made
    made.close()


def told_until(tail: Tail, wanted: str) -> list[str]:
    """Everything that is told until the wanted stream is."""
    told: list[str] = []
    until_s = time.monotonic() + 30
    while wanted not in told:
        assert time.monotonic() < until_s, f"not told of {wanted}"
        told += [touch.stream for touch in tail.touched()]
        time.sleep(0.02)
    return told


def test_each_event_is_told_once_also_while_it_is_not_settled(tail: Tail, store: PostgresEventStore) -> None:
    streams = [new_stream("account") for _ in range(3)]
    told: list[str] = []
    for stream in streams:
        store.append(block(stream))
        told += told_until(tail, stream)
        told += [touch.stream for touch in tail.touched()]
    assert [stream for stream in told if stream in streams] == streams


def test_an_event_whose_commit_stalled_for_longer_than_anything_settles_is_told(
    tail: Tail, store: PostgresEventStore, database: Database
) -> None:
    stalled = raw()
    with psycopg.connect(database.dsn("api"), options=APPEND_OPTIONS) as connection:
        connection.execute(QUERIES["append"], stalled)
        connection.execute("SET transaction_timeout = 0")  # from here on as a commit that waits for its disk: nothing ends it
        overtaking = new_stream("account")
        store.append(block(overtaking))
        told_until(tail, overtaking)
        time.sleep(SETTLED_US / 1_000_000 + 0.2)
        tail.touched()
        store.append(block(later := new_stream("account")))
        told = told_until(tail, later)
        connection.commit()
    stream = stalled["events"].split('"stream":"')[1].split('"')[0]
    assert stream not in told
    assert told_until(tail, stream).count(stream) == 1
    assert tail.touched() == []
