"""The feeder as a process, into a real view: what the view says is what the ledger says."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from policy.adapters.view import ViewReader
from policy.errors import StaleViewError
from schemas.account import AccountBlocked, AccountRegistered
from schemas.ids import stream_id
from streams.adapters.kafka import ensure_topics
from streams.adapters.postgres import PostgresEventStore
from streams.ports import Append, Appended, NewEvent
from streams.topics import TOPICS

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.parts import Installation


@pytest.fixture(scope="module")
def store(database: Database, kafka: str) -> Iterator[PostgresEventStore]:
    ensure_topics(kafka, TOPICS)
    with PostgresEventStore(database.dsn("api"), "main") as made:
        yield made


def until(done: Callable[[], bool], patience_s: float = 30) -> None:
    end_s = time.monotonic() + patience_s
    while not done():
        assert time.monotonic() < end_s
        time.sleep(0.005)


def fresh(view: ViewReader) -> bool:
    try:
        view.freshness(time.time_ns() // 1000, time.monotonic_ns() // 1000)
    except StaleViewError:
        return False
    return True


def register(store: PostgresEventStore, others: int) -> str:
    stream = stream_id("account", secrets.token_bytes(16))
    events = [AccountRegistered(region="KR", locale="ko", minor=False), *(AccountBlocked(account=f"account-{n}") for n in range(others))]
    outcome = store.append(
        Append(actor=stream, events=[NewEvent(stream, event, secrets.token_hex(16)) for event in events], correlation="c")
    )
    assert isinstance(outcome, Appended)
    return stream


def assert_same(view: ViewReader, store: PostgresEventStore, streams: list[str]) -> None:
    with store.snapshot() as exact:
        for stream in streams:
            assert view.head(stream) == exact.head(stream)
            assert view.scan(stream, "") == exact.scan(stream, "")


def test_the_view_becomes_fresh_and_says_what_the_ledger_says(installation: Installation, store: PostgresEventStore) -> None:
    streams = [register(store, 3) for _ in range(20)]
    installation.start("relay", "streams.relay")
    feeder = installation.start("feeder", "streams.feeder")
    view = ViewReader(installation.settings.view)
    until(lambda: fresh(view))
    streams.append(register(store, 100))
    until(lambda: view.head(streams[-1]) == (101, 101) and fresh(view))
    assert_same(view, store, streams)
    feeder.stop()
    assert feeder.process.returncode == 0
    until(lambda: not fresh(view))
    view.close()


def test_killed_or_robbed_of_its_view_it_comes_back_whole(installation: Installation, store: PostgresEventStore) -> None:
    streams = [register(store, 2)]
    feeder = installation.start("feeder", "streams.feeder")
    view = ViewReader(installation.settings.view)
    until(lambda: view.head(streams[0]) is not None)
    feeder.kill()
    streams.append(register(store, 2))
    feeder = installation.start("feeder", "streams.feeder")
    until(lambda: view.head(streams[1]) is not None and fresh(view))
    feeder.kill()
    view.close()
    shutil.rmtree(installation.settings.view)
    installation.start("feeder", "streams.feeder")
    view = ViewReader(installation.settings.view)
    until(lambda: fresh(view))
    assert_same(view, store, streams)
    view.close()
