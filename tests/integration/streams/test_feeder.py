"""The feeder on a real Postgres and a real broker, into a sink that records what it is given."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import psycopg
import pytest

from schemas.account import AccountBlocked
from schemas.ids import PARTITIONS, stream_id
from streams.adapters.kafka import EventPublisher, ensure_topics
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.postgres_relay import RelaySession
from streams.core.carried import Beat, Carried, number
from streams.core.feed import Place, Reached
from streams.feeder import feed
from streams.ports import Append, Appended, Logged, NewEvent
from streams.process import Process
from streams.topics import TOPICS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Database
    from tests.parts import Installation, KafkaPart, PostgresPart


@pytest.fixture(scope="module", autouse=True)
def topics(kafka: str) -> list[str]:
    return ensure_topics(kafka, TOPICS)


@pytest.fixture(scope="module")
def store(database: Database) -> Iterator[PostgresEventStore]:
    with PostgresEventStore(database.dsn("api"), "main") as made:
        yield made


class Sink:
    """A view that only remembers: it refuses what does not continue."""

    def __init__(self) -> None:
        self.sequences = [0] * PARTITIONS
        self.epoch = 0
        self.events: list[Carried] = []
        self.beats: list[Beat] = []
        self.kafka: dict[int, int] = {}
        self.resets = 0

    def reached(self) -> Reached:
        return Reached(tuple(self.sequences), self.epoch)

    def place(self) -> Place:
        last = max(self.events, key=lambda event: event.index, default=None)
        return Place(1) if last is None else Place(1, last.index, last.envelope.event_id)

    def offsets(self) -> Mapping[int, int]:
        return self.kafka

    def close(self) -> None:
        """Nothing is held."""

    def apply(self, events: Sequence[Carried], beat: Beat | None, offsets: Mapping[int, int] | None = None) -> None:
        self.kafka.update(offsets or {})
        for event in events:
            assert event.partition_seq == self.sequences[event.partition] + 1
            self.sequences[event.partition] += 1
            self.events.append(event)
            self.epoch = max(self.epoch, event.epoch)
        if beat is not None:
            assert beat.epoch >= self.epoch
            self.epoch = beat.epoch
            self.beats.append(beat)

    def reset(self) -> None:
        self.resets += 1
        self.sequences, self.events, self.epoch, self.kafka = [0] * PARTITIONS, [], 0, {}

    def positions(self) -> set[int]:
        return {event.envelope.position for event in self.events}


class Feeding:
    """A feeder in a thread."""

    def __init__(self, ledger: PostgresEventStore, sink: Sink, bootstrap: str, folder: Path) -> None:
        self.process = Process("feeder", folder)
        self.thread = threading.Thread(target=feed, args=(ledger, lambda _: sink, bootstrap, self.process))
        self.thread.start()

    def stop(self) -> None:
        self.process.stopping.set()
        self.thread.join()


@pytest.fixture
def ledger(database: Database) -> Iterator[PostgresEventStore]:
    with PostgresEventStore(database.dsn("feeder"), "main", patience_s=1) as made:
        yield made


@pytest.fixture
def feeding(ledger: PostgresEventStore, kafka: str, tmp_path: Path) -> Iterator[Callable[[Sink], Feeding]]:
    started: list[Feeding] = []

    def make(sink: Sink) -> Feeding:
        started.append(Feeding(ledger, sink, kafka, tmp_path))
        return started[-1]

    yield make
    for one in started:
        one.stop()


@pytest.fixture
def relay(installation: Installation) -> Iterator[None]:
    running = installation.start("relay", "streams.relay")
    yield
    running.stop()


def until(done: Callable[[], bool], patience_s: float = 30) -> None:
    end_s = time.monotonic() + patience_s
    while not done():
        assert time.monotonic() < end_s
        time.sleep(0.005)


def block(store: PostgresEventStore, count: int = 1) -> set[int]:
    stream = stream_id("account", secrets.token_bytes(16))
    events = [NewEvent(stream, AccountBlocked(account="account-x"), secrets.token_hex(16)) for _ in range(count)]
    outcome = store.append(Append(actor=stream, events=events, correlation="c"))
    assert isinstance(outcome, Appended)
    return {envelope.position for envelope in outcome.envelopes}


def relayed(database: Database, *, lose: bool = False, kafka: str, old_epoch: bool = False) -> None:
    """Number what is in the outbox and send it, or lose it on the way, as a relay would."""
    session = RelaySession.open(database.dsn("relay"))
    events, sequences = number(session.read(500).envelopes, session.log_size, session.sequences)
    session.number(events, sequences)
    if not lose:
        publisher = EventPublisher(kafka)
        publisher.publish(events, 1 if old_epoch else session.epoch)
        publisher.close()
    session.acknowledged(events[-1].index + 1)
    session.close()


def assert_is_the_log(sink: Sink, store: PostgresEventStore) -> None:
    logged = store.read_log(limit=10**6)
    assert sorted((e.index, e.partition, e.partition_seq, e.envelope.position) for e in sink.events) == [
        (e.index, e.partition, e.partition_seq, e.envelope.position) for e in logged
    ]


@pytest.mark.usefixtures("relay")
def test_a_new_view_is_built_from_the_ledger_and_then_follows(store: PostgresEventStore, feeding: Callable[[Sink], Feeding]) -> None:
    earlier = block(store, 30)
    until(lambda: len(store.read_log(limit=1000)) >= 30)
    sink = Sink()
    feeding(sink)
    until(lambda: earlier <= sink.positions())
    later = block(store) | block(store, 3)
    until(lambda: later <= sink.positions() and len(sink.beats) > 2)
    assert sink.beats[-1].epoch == sink.epoch
    assert_is_the_log(sink, store)


@pytest.mark.usefixtures("relay")
def test_a_restarted_feeder_reads_only_what_the_view_lacks(store: PostgresEventStore, feeding: Callable[[Sink], Feeding]) -> None:
    sink = Sink()
    first = feeding(sink)
    before = block(store, 3)
    until(lambda: before <= sink.positions())
    first.stop()
    missed = block(store, 5)
    feeding(sink)
    until(lambda: missed <= sink.positions())
    assert_is_the_log(sink, store)
    assert sink.resets == 0


class NoLog(PostgresEventStore):
    """A ledger of which nothing is read but one entry, to compare with."""

    def read_log(self, after: int = -1, limit: int = 1000) -> Sequence[Logged]:
        assert limit == 1
        return super().read_log(after, limit)

    def first_missing(self, sequences: Sequence[int]) -> int | None:
        raise AssertionError(sequences)

    def read_partition(self, partition: int, first: int, last: int) -> Sequence[Logged]:
        raise AssertionError((partition, first, last))


@pytest.mark.usefixtures("relay")
def test_a_view_that_knows_its_place_on_kafka_goes_on_there_and_asks_the_ledger_for_nothing(
    database: Database, kafka: str, store: PostgresEventStore, feeding: Callable[[Sink], Feeding], tmp_path: Path
) -> None:
    sink = Sink()
    first = feeding(sink)
    before = block(store, 3)
    until(lambda: before <= sink.positions())
    first.stop()
    missed = set().union(*(block(store, 50) for _ in range(5)))
    with NoLog(database.dsn("feeder"), "main") as only_kafka:
        second = Feeding(only_kafka, sink, kafka, tmp_path)
        until(lambda: missed <= sink.positions())
        second.stop()
    assert_is_the_log(sink, store)


def test_an_event_that_kafka_lost_is_read_from_the_ledger_when_the_next_one_comes(
    database: Database, kafka: str, store: PostgresEventStore, feeding: Callable[[Sink], Feeding]
) -> None:
    sink = Sink()
    feeding(sink)
    until(lambda: len(sink.events) == len(store.read_log(limit=10**6)))
    stream = stream_id("account", secrets.token_bytes(16))
    for lose in (True, False):
        store.append(Append(actor=stream, events=[NewEvent(stream, AccountBlocked(account="x"), secrets.token_hex(16))], correlation="c"))
        relayed(database, lose=lose, kafka=kafka)
    until(lambda: len(sink.events) == len(store.read_log(limit=10**6)))
    assert_is_the_log(sink, store)


def test_an_event_that_kafka_lost_is_read_from_the_ledger_when_a_beat_tells_of_it(
    database: Database, kafka: str, installation: Installation, store: PostgresEventStore, feeding: Callable[[Sink], Feeding]
) -> None:
    sink = Sink()
    feeding(sink)
    until(lambda: len(sink.events) == len(store.read_log(limit=10**6)))
    positions = block(store, 2)
    relayed(database, lose=True, kafka=kafka)
    running = installation.start("relay", "streams.relay")
    until(lambda: positions <= sink.positions())
    running.stop()
    assert_is_the_log(sink, store)


def test_what_an_older_relay_still_sends_is_taken_from_the_ledger_instead(
    database: Database, kafka: str, store: PostgresEventStore, feeding: Callable[[Sink], Feeding]
) -> None:
    sink = Sink()
    feeding(sink)
    until(lambda: len(sink.events) == len(store.read_log(limit=10**6)))
    block(store)
    relayed(database, kafka=kafka)
    until(lambda: len(sink.events) == len(store.read_log(limit=10**6)))
    newest = sink.epoch
    positions = block(store)
    relayed(database, kafka=kafka, old_epoch=True)
    until(lambda: positions <= sink.positions())
    assert sink.epoch >= newest > 1


def test_a_view_ahead_of_the_ledger_is_built_anew(store: PostgresEventStore, feeding: Callable[[Sink], Feeding]) -> None:
    sink = Sink()
    sink.sequences = [10**6] * PARTITIONS
    feeding(sink)
    until(lambda: sink.resets == 1 and len(sink.events) == len(store.read_log(limit=10**6)))
    assert_is_the_log(sink, store)


@pytest.mark.usefixtures("relay")
def test_it_goes_on_when_the_broker_comes_back(
    store: PostgresEventStore, kafka_part: KafkaPart, feeding: Callable[[Sink], Feeding]
) -> None:
    sink = Sink()
    feeding(sink)
    before = block(store)
    until(lambda: before <= sink.positions())
    kafka_part.running.kill()
    while_away = block(store, 3)
    kafka_part.restart()
    beats = len(sink.beats)
    after = block(store)
    until(lambda: while_away | after <= sink.positions() and len(sink.beats) > beats + 2, 60)
    assert_is_the_log(sink, store)


@pytest.mark.usefixtures("relay")
def test_it_goes_on_when_postgres_comes_back(
    database: Database, store: PostgresEventStore, postgres_part: PostgresPart, feeding: Callable[[Sink], Feeding]
) -> None:
    sink = Sink()
    feeding(sink)
    before = block(store)
    until(lambda: before <= sink.positions())
    postgres_part.running.kill()
    with pytest.raises(psycopg.OperationalError):
        database.connect("api")
    postgres_part.restart()
    after = block(store, 3)
    beats = len(sink.beats)
    until(lambda: after <= sink.positions() and len(sink.beats) > beats + 2, 60)
    assert_is_the_log(sink, store)
