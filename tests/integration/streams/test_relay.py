"""The relay on a real Postgres and a real broker."""

from __future__ import annotations

import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition

from schemas.account import AccountBlocked
from schemas.codec import encode
from schemas.ids import PARTITIONS, partition_of, stream_id
from streams.adapters.kafka import EventPublisher, ensure_topics
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.postgres_relay import RelaySession
from streams.core.carried import Beat, Carried, carried, decode_beat, number
from streams.core.tree import leaf_hash
from streams.errors import RelayFencedError, RelayHeldError, TopicMismatchError
from streams.export import cloud_events
from streams.ports import Append, Appended, NewEvent
from streams.topics import BEATS, EVENTS, TOPICS, Topic

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.parts import Installation


@pytest.fixture(scope="module", autouse=True)
def topics(kafka: str) -> list[str]:
    return ensure_topics(kafka, TOPICS)


@pytest.fixture(scope="module")
def store(database: Database) -> Iterator[PostgresEventStore]:
    with PostgresEventStore(database.dsn("api"), "main") as made:
        yield made


class Reader:
    """Everything on the topics since the beginning, as it comes."""

    def __init__(self, bootstrap: str) -> None:
        self.consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
        self.consumer.assign([*(TopicPartition(EVENTS, n) for n in range(PARTITIONS)), TopicPartition(BEATS, 0)])
        self.events: list[Carried] = []
        self.beats: list[Beat] = []
        self.records: list[Any] = []

    def until(self, done: Callable[[], bool], patience_s: float = 30) -> None:
        end_s = time.monotonic() + patience_s
        while not done():
            assert time.monotonic() < end_s, (len(self.events), self.beats[-1:])
            for records in self.consumer.poll(timeout_ms=50).values():
                for record in records:
                    if record.topic == BEATS:
                        self.beats.append(decode_beat(record.value))
                    else:
                        self.records.append(record)
                        self.events.append(carried(record.partition, record.value, record.headers))

    def has(self, positions: set[int]) -> bool:
        return positions <= {event.envelope.position for event in self.events}


@pytest.fixture
def reader(kafka: str) -> Iterator[Reader]:
    made = Reader(kafka)
    yield made
    made.consumer.close()


def block(store: PostgresEventStore, count: int = 1) -> set[int]:
    stream = stream_id("account", secrets.token_bytes(16))
    events = [NewEvent(stream, AccountBlocked(account="account-x"), secrets.token_hex(16)) for _ in range(count)]
    outcome = store.append(Append(actor=stream, events=events, correlation="c"))
    assert isinstance(outcome, Appended)
    return {envelope.position for envelope in outcome.envelopes}


def assert_ordered(reader: Reader, store: PostgresEventStore) -> None:
    """Every event of the ledger arrived, each place once, without a gap in any partition, as the ledger's log says."""
    by_index = {event.index: event for event in reader.events}
    logged = store.read_log(limit=100_000)
    assert [entry.index for entry in logged] == list(range(len(logged)))
    assert sorted(by_index) == [entry.index for entry in logged]
    for entry in logged:
        event = by_index[entry.index]
        assert (event.partition, event.partition_seq) == (entry.partition, entry.partition_seq)
        assert event.envelope == entry.envelope
        assert entry.leaf_hash == leaf_hash(encode(event.envelope))
    for partition in range(PARTITIONS):
        sequences = sorted(event.partition_seq for event in by_index.values() if event.partition == partition)
        assert sequences == list(range(1, len(sequences) + 1))


def test_topics_are_verified_when_they_exist(kafka: str) -> None:
    assert [line.split(" ", 1)[1] for line in ensure_topics(kafka, TOPICS)] == ["is there as it must be"] * 2
    with pytest.raises(TopicMismatchError, match="partitions"):
        ensure_topics(kafka, [Topic(EVENTS, 3)])
    with pytest.raises(TopicMismatchError, match=r"retention\.ms"):
        ensure_topics(kafka, [Topic(EVENTS, PARTITIONS, {"retention.ms": "1"})])


def test_events_arrive_in_their_partitions_with_their_places_and_cloudevents_headers(
    installation: Installation, store: PostgresEventStore, reader: Reader
) -> None:
    relay = installation.start("relay", "streams.relay")
    positions = block(store) | block(store, 3)
    reader.until(lambda: reader.has(positions))
    assert_ordered(reader, store)
    indexes = {event["position"]: event.get("logindex") for event in cloud_events(store)}
    assert indexes == {event.envelope.position: event.index for event in reader.events}
    record = reader.records[0]
    names = dict(record.headers)
    envelope = reader.events[0].envelope
    assert record.key.decode() == envelope.stream
    assert record.partition == partition_of(envelope.stream)
    assert names["ce_id"].decode() == envelope.event_id
    assert names["ce_type"] == b"account.blocked"
    assert names["ce_source"] == b"/main"
    assert names["ce_subject"].decode() == envelope.stream
    relay.stop()
    assert relay.process.returncode == 0


def test_beats_name_what_is_acknowledged_and_grow(installation: Installation, store: PostgresEventStore, reader: Reader) -> None:
    relay = installation.start("relay", "streams.relay")
    positions = block(store, 5)
    reader.until(
        lambda: reader.has(positions) and reader.beats != [] and reader.beats[-1].log_index == len(store.read_log(limit=10**6)) - 1
    )
    first = len(reader.beats)
    reader.until(lambda: len(reader.beats) >= first + 5)
    assert sum(reader.beats[-1].sequences) == len(store.read_log(limit=10**6))
    order = [(beat.epoch, beat.beat, beat.time_us) for beat in reader.beats]
    assert order == sorted(set(order))
    relay.stop()


def test_one_relay_lives_and_a_newer_epoch_fences_the_older(database: Database, store: PostgresEventStore) -> None:
    first = RelaySession.open(database.dsn("relay"))
    with pytest.raises(RelayHeldError):
        RelaySession.open(database.dsn("relay"))
    block(store)
    with psycopg.connect(database.superuser, autocommit=True) as outside:  # the lock is lost without its holder's knowing
        outside.execute("UPDATE ledger.relay SET epoch = epoch + 1")
    events, sequences = number(first.read(10).envelopes, first.log_size, first.sequences)
    before = store.read_log(limit=10**6)
    with pytest.raises(RelayFencedError):
        first.number(events, sequences)
    with pytest.raises(RelayFencedError):
        first.acknowledged(first.log_size)
    assert store.read_log(limit=10**6) == before
    first.close()


def test_nothing_is_lost_between_numbering_and_sending(
    database: Database, installation: Installation, store: PostgresEventStore, reader: Reader
) -> None:
    positions = block(store, 7)
    killed = RelaySession.open(database.dsn("relay"))  # a relay that numbers and is gone before it sends
    events, sequences = number(killed.read(500).envelopes, killed.log_size, killed.sequences)
    killed.number(events, sequences)
    killed.close()
    relay = installation.start("relay", "streams.relay")
    reader.until(lambda: reader.has(positions))
    assert_ordered(reader, store)
    relay.stop()


def test_nothing_is_doubled_in_its_place_between_sending_and_the_cursor(
    database: Database, kafka: str, installation: Installation, store: PostgresEventStore, reader: Reader
) -> None:
    positions = block(store, 4)
    killed = RelaySession.open(database.dsn("relay"))  # a relay that sends and is gone before it writes so
    events, sequences = number(killed.read(500).envelopes, killed.log_size, killed.sequences)
    killed.number(events, sequences)
    publisher = EventPublisher(kafka)
    publisher.publish(events, killed.epoch)
    publisher.close()
    killed.close()
    relay = installation.start("relay", "streams.relay")
    reader.until(lambda: sum(event.envelope.position in positions for event in reader.events) >= 8)
    assert_ordered(reader, store)
    relay.stop()


def test_killed_hard_under_load_it_loses_nothing(installation: Installation, store: PostgresEventStore, reader: Reader) -> None:
    positions: set[int] = set()
    over = threading.Event()

    def load() -> None:
        while not over.is_set():
            positions.update(block(store, 3))

    loading = threading.Thread(target=load)
    loading.start()
    try:
        for _ in range(4):
            relay = installation.start("relay", "streams.relay")
            time.sleep(0.3 + secrets.randbelow(200) / 1000)
            relay.process.send_signal(signal.SIGKILL)
            relay.process.wait()
    finally:
        over.set()
        loading.join()
    last = installation.start("relay", "streams.relay")
    reader.until(lambda: reader.has(positions))
    assert_ordered(reader, store)
    last.stop()
