"""A relay that freezes is replaced, and changes nothing when it thaws."""

from __future__ import annotations

import secrets
import signal
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from schemas.account import AccountBlocked
from schemas.ids import stream_id
from streams.adapters.kafka import EventReader, ensure_topics
from streams.adapters.postgres import PostgresEventStore
from streams.core.carried import Beat, Carried
from streams.ports import Append, NewEvent
from streams.topics import TOPICS

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.parts import Installation


@pytest.fixture
def store(database: Database) -> Iterator[PostgresEventStore]:
    with PostgresEventStore(database.dsn("api"), "main") as made:
        yield made


def test_a_frozen_relay_is_replaced_and_its_epoch_is_over_when_it_thaws(
    installation: Installation, kafka: str, store: PostgresEventStore
) -> None:
    ensure_topics(kafka, TOPICS)
    reader = EventReader(kafka)
    events: list[Carried] = []
    beats: list[Beat] = []

    def until(done: Callable[[], bool]) -> None:
        end_s = time.monotonic() + 60
        while not done():
            assert time.monotonic() < end_s
            arrived, beaten = reader.poll(50)
            events.extend(arrived)
            beats.extend(beaten)

    def append() -> None:
        stream = stream_id("account", secrets.token_bytes(16))
        store.append(Append(actor=stream, events=[NewEvent(stream, AccountBlocked(account="x"), secrets.token_hex(16))], correlation="c"))

    frozen = installation.start("relay", "streams.relay")
    append()
    until(lambda: len(events) == 1 and bool(beats))
    frozen.process.send_signal(signal.SIGSTOP)
    append()
    installation.start("relay", "streams.relay")  # ready when it has the lock
    append()
    until(lambda: len(events) == 3 and beats[-1].epoch > beats[0].epoch)
    newest = beats[-1].epoch
    frozen.process.send_signal(signal.SIGCONT)
    frozen.stop()
    append()
    until(lambda: len(events) == 4)
    assert {event.epoch for event in events[1:]} == {newest}
    assert sorted(event.index for event in events) == [0, 1, 2, 3]
    assert frozen.process.returncode == 0
    reader.close()
