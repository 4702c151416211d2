"""The feeder as a process, into a real view: what the view says is what the ledger says, whatever it began with."""

from __future__ import annotations

import json
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from policy.adapters import view_snapshot
from policy.adapters.view import ViewReader
from policy.adapters.view_writer import held_partitions
from policy.errors import StaleViewError
from schemas.account import AccountBlocked, AccountRegistered
from schemas.ids import partition_of, stream_id
from streams.adapters.kafka import ensure_topics
from streams.adapters.postgres import PostgresEventStore
from streams.ports import Append, Appended, NewEvent
from streams.topics import TOPICS
from streams.view_check import compare_view
from tests import parts
from tests.view_parts import code

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


def register(store: PostgresEventStore, others: int, name: str = "account-{}") -> str:
    stream = stream_id("account", secrets.token_bytes(16))
    events = [AccountRegistered(region="KR", locale="ko", minor=False), *(AccountBlocked(account=name.format(n)) for n in range(others))]
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


@pytest.fixture
def relayed(installation: Installation) -> Iterator[None]:
    """A relay, and no feeder but the test's own."""
    installation.stop()
    installation.start("relay", "streams.relay")
    yield
    installation.stop()


def second_feeder(installation: Installation) -> parts.Running:
    """A feeder that is not waited for: it has to wait itself."""
    command = [sys.executable, "-m", "streams.feeder"]
    running = parts.start("second", command, lambda: True, installation.settings.logs, environ=installation.environ)
    installation.processes.append(running)
    return running


@pytest.mark.usefixtures("relayed")
def test_a_second_feeder_waits_and_takes_over_when_the_first_is_killed_within_its_work(
    installation: Installation, store: PostgresEventStore
) -> None:
    first = installation.start("feeder", "streams.feeder")
    second = second_feeder(installation)
    until(lambda: "another feeder writes" in second.tail())
    view = ViewReader(installation.settings.view)
    streams = [register(store, 5) for _ in range(50)]
    until(lambda: view.head(streams[0]) is not None)
    first.kill()
    streams += [register(store, 5) for _ in range(5)]
    until(lambda: view.head(streams[-1]) is not None and fresh(view))
    assert_same(view, store, streams)
    assert second.process.poll() is None
    second.stop()
    view.close()


@pytest.mark.usefixtures("relayed")
def test_a_new_host_begins_with_a_snapshot_and_one_that_is_spoiled_costs_only_time(
    installation: Installation, store: PostgresEventStore
) -> None:
    settings = installation.settings
    streams = [register(store, 3)]
    feeder = installation.start("feeder", "streams.feeder")
    view = ViewReader(settings.view)
    until(lambda: view.head(streams[0]) is not None and fresh(view))
    folder, _ = view_snapshot.take(settings.view, settings.snapshots)
    view.close()
    for spoiled, told in ((False, "begins with snapshot"), (True, "is refused: its bytes were changed")):
        feeder.stop()
        shutil.rmtree(settings.view)
        if spoiled:
            data = bytearray((folder / "data.mdb").read_bytes())
            data[len(data) // 2] ^= 1
            (folder / "data.mdb").write_bytes(data)
        streams.append(register(store, 3))
        feeder = installation.start("feeder", "streams.feeder")
        view = ViewReader(settings.view)
        until(lambda: fresh(view) and view.head(streams[-1]) is not None)  # noqa: B023 -- waited for here
        assert_same(view, store, streams)
        assert told in feeder.tail()
        view.close()
    assert compare_view(settings.dsn("auditor"), settings.view)["equal"]


@pytest.mark.usefixtures("relayed")
def test_a_share_of_the_partitions_says_what_the_ledger_says_of_them(installation: Installation, store: PostgresEventStore) -> None:
    streams = [register(store, 2) for _ in range(20)]
    whole = installation.settings
    installation.settings = replace(whole, view_partitions="0-11")
    installation.start("feeder", "streams.feeder")
    view = ViewReader(whole.view)
    until(lambda: fresh(view))
    held = held_partitions(range(12))
    assert_same(view, store, [stream for stream in streams if partition_of(stream) in held])
    with pytest.raises(StaleViewError, match=r"feed\.shard"):
        view.head(next(stream for stream in streams if partition_of(stream) not in held))
    view.close()
    found = compare_view(whole.dsn("auditor"), whole.view)
    assert (found["equal"], found["streams_that_differ"]) == (True, [])
    installation.settings = whole


@pytest.mark.usefixtures("relayed")
def test_a_feeder_without_room_lives_refuses_as_full_and_goes_on_with_more(installation: Installation, store: PostgresEventStore) -> None:
    roomy = installation.settings
    installation.settings = replace(roomy, view_mib=1)
    shutil.rmtree(roomy.view)
    feeder = installation.start("feeder", "streams.feeder")
    view = ViewReader(roomy.view)
    until(lambda: fresh(view))
    streams = [register(store, 100, "account-{:0200d}") for _ in range(60)]
    until(lambda: code(view) == "feed.full")
    assert feeder.process.poll() is None
    assert "CAMEO_VIEW_MIB" in feeder.tail()
    view.close()
    feeder.stop()
    installation.settings = roomy
    installation.start("feeder", "streams.feeder")
    view = ViewReader(roomy.view)
    until(lambda: fresh(view) and view.head(streams[-1]) is not None)
    assert_same(view, store, streams)
    view.close()


@pytest.mark.usefixtures("relayed")
def test_an_operator_tells_keeps_and_restores_the_view(installation: Installation, store: PostgresEventStore) -> None:
    def cameo(*words: str) -> dict[str, Any]:
        return json.loads(installation.run("serving.cli.main", "view", *words, "--json"))

    streams = [register(store, 3)]
    feeder = installation.start("feeder", "streams.feeder")
    view = ViewReader(installation.settings.view)
    until(lambda: view.head(streams[0]) is not None and fresh(view))
    told = cameo("status")
    assert (told["refuses"], told["partitions"], told["edges"] + told["facts"] > 0) == (None, "0-31", True)
    taken = cameo("snapshot")
    with pytest.raises(parts.PartError, match="stop it first"):
        cameo("restore")
    streams.append(register(store, 3))
    until(lambda: view.head(streams[1]) is not None)
    feeder.stop()
    found = cameo("restore")
    assert (found["restored"]["log_index"], found["refused"]) == (taken["log_index"], [])
    with pytest.raises(parts.PartError, match=r"feed\.missing"):
        cameo("status")
    installation.start("feeder", "streams.feeder")
    until(lambda: fresh(view) and view.head(streams[1]) is not None)
    assert_same(view, store, streams)
    assert cameo("verify")["equal"]
    view.close()
