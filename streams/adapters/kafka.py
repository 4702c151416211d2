"""Kafka over kafka-python: topics, publishing with acknowledgement, beats, reading. Does not number events or read the ledger."""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError
from kafka.structs import TopicPartition

from schemas.ids import PARTITIONS
from streams.core.carried import Beat, Carried, Numbered, carried, decode_beat, encode_beat, headers
from streams.errors import KafkaUnavailableError, TopicMismatchError
from streams.process import Told
from streams.topics import BEATS, EVENTS, Topic

log = logging.getLogger(__name__)

QUICK: dict[str, Any] = {"reconnect_backoff_ms": 50, "reconnect_backoff_max_ms": 250, "retry_backoff_ms": 50}
"""With the defaults the feed came back 13.6 s after the broker did; with these .3 s (measured)."""
DELIVERY_S = 2.5
FLUSH_S = DELIVERY_S + 1.5
"""A record is given up after DELIVERY_S, so a flush ends by itself; below the 5 s after which an idle relay loses its session."""
BEAT_MS = 1000
"""A beat that could not be sent for as long is worthless."""


def ensure_topics(bootstrap: str, topics: Sequence[Topic]) -> list[str]:
    """Create what is missing, verify what is there; returns a line each. Raises TopicMismatchError, KafkaUnavailableError."""
    try:
        admin: Any = KafkaAdminClient(bootstrap_servers=bootstrap, **QUICK)
    except KafkaError as error:
        raise KafkaUnavailableError(str(error)) from error
    try:
        return [_ensure(admin, topic) for topic in topics]
    finally:
        admin.close()


def _ensure(admin: Any, topic: Topic) -> str:
    wanted = NewTopic(topic.name, topic.partitions, -1, topic_configs=topic.config)
    try:
        admin.create_topics([wanted])
        admin.wait_for_topics([topic.name])
    except TopicAlreadyExistsError:
        _verify(admin, topic)
        return f"{topic.name} is there as it must be"
    return f"{topic.name} created, {topic.partitions} partitions"


def _verify(admin: Any, topic: Topic) -> None:
    admin.wait_for_topics([topic.name])
    described: Any = admin.describe_topics([topic.name])[0]
    if len(described["partitions"]) != topic.partitions:
        raise TopicMismatchError(f"{topic.name}: {len(described['partitions'])} partitions instead of {topic.partitions}")
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name)]
    found: Any = admin.describe_configs(asked, config_filter="all")["topic"][topic.name]
    for key, value in topic.config.items():
        if found[key]["value"] != value:
            raise TopicMismatchError(f"{topic.name}: {key} is {found[key]['value']} instead of {value}")


def require_answer(bootstrap: str) -> None:
    """Raise OSError at once where no broker answers.

    A client that begins to bootstrap just before the broker returns fails when its time is over, 2.5 s later (measured);
    one that begins after this finds it.
    """
    failed: OSError | None = None
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), DELIVERY_S).close()
        except OSError as error:
            failed = error
        else:
            return
    raise failed or OSError(f"no broker in {bootstrap!r}")


class EventPublisher:
    """Publishes numbered events; nothing is sent before `publish` or left unsent after it. One thread."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer: Any = None

    def publish(self, events: Sequence[Numbered], epoch: int) -> None:
        """Send events in order and wait until Kafka has acknowledged every one.

        Raises KafkaUnavailableError: some may have been sent; call again with all of them (readers drop what they have).
        """
        try:
            producer = self._connected()
            sent = [
                producer.send(
                    EVENTS,
                    key=event.envelope.stream.encode(),
                    value=event.value,
                    headers=headers(event, epoch),
                    partition=event.partition,
                )
                for event in events
            ]
            producer.flush(timeout=FLUSH_S)
            for future in sent:
                future.get(timeout=0)
        except (KafkaError, OSError) as error:
            self.close()  # an idempotent producer that lost a batch is of no further use
            raise KafkaUnavailableError(f"{type(error).__name__}: {error}") from error

    def connect(self) -> None:
        """Find the broker now; raises KafkaUnavailableError."""
        try:
            self._connected().partitions_for(EVENTS)
        except (KafkaError, OSError) as error:
            self.close()
            raise KafkaUnavailableError(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Drop the producer, and what it had not sent, without waiting."""
        if self._producer is not None:
            _abandon(self._producer)
            self._producer = None

    def _connected(self) -> Any:
        if self._producer is None:
            require_answer(self._bootstrap)
            limit_ms = int(DELIVERY_S * 1000)
            settings: dict[str, Any] = {
                "bootstrap_servers": self._bootstrap,
                "client_id": "cameo-relay",
                "acks": "all",
                "linger_ms": 0,
                "delivery_timeout_ms": limit_ms,
                "request_timeout_ms": limit_ms - 300,
                "max_block_ms": limit_ms,
                "bootstrap_timeout_ms": limit_ms,
                "allow_auto_create_topics": False,
            }
            self._producer = KafkaProducer(**settings, **QUICK)
        return self._producer


class BeatPublisher:
    """Publishes beats over a connection of its own, so that none waits behind a flush of events. One thread."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer: Any = None
        self._told = Told(log)

    def send(self, beat: Beat) -> None:
        """Send a beat and do not wait for it; one that cannot be sent is logged and lost."""
        try:
            if self._producer is None:
                require_answer(self._bootstrap)
                settings: dict[str, Any] = {
                    "bootstrap_servers": self._bootstrap,
                    "client_id": "cameo-beats",
                    "enable_idempotence": False,
                    "acks": 1,
                    "linger_ms": 0,
                    "delivery_timeout_ms": BEAT_MS,
                    "request_timeout_ms": BEAT_MS - 100,
                    "max_block_ms": BEAT_MS,
                    "bootstrap_timeout_ms": BEAT_MS,
                    "allow_auto_create_topics": False,
                }
                self._producer = KafkaProducer(**settings, **QUICK)
            self._producer.send(BEATS, value=encode_beat(beat), partition=0)
        except (KafkaError, OSError) as error:
            self._told.warn("beats are not sent", error)
        else:
            self._told.over()

    def close(self) -> None:
        """Drop the producer, and what it had not sent, without waiting."""
        if self._producer is not None:
            _abandon(self._producer)


def _abandon(producer: Any) -> None:
    """End a producer now. kafka-python's own close raises, and leaves its thread sending, when records are unsent."""
    try:
        producer.close(timeout=0)
    except KafkaError:
        producer._sender.force_close()  # noqa: SLF001 -- the only way to keep it from sending later


class EventReader:
    """Reads events and beats from where the topics end now, or events from where it is told to. One thread."""

    def __init__(self, bootstrap: str, partitions: Sequence[int] = tuple(range(PARTITIONS))) -> None:
        """Raises KafkaUnavailableError."""
        settings: dict[str, Any] = {
            "bootstrap_servers": bootstrap,
            "client_id": "cameo-feeder",
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "allow_auto_create_topics": False,
            "max_poll_records": 2000,
            "fetch_max_wait_ms": 100,
            "bootstrap_timeout_ms": 3000,
        }
        self._events = [TopicPartition(EVENTS, number) for number in partitions]
        self.offsets: dict[int, int] = {}
        """Where each partition of events goes on, after what was polled."""
        try:
            require_answer(bootstrap)
            self._consumer: Any = KafkaConsumer(**settings, **QUICK)
            self._consumer.assign([*self._events, TopicPartition(BEATS, 0)])
            self.to_end()
        except (KafkaError, OSError) as error:
            raise KafkaUnavailableError(f"{type(error).__name__}: {error}") from error

    def to_end(self) -> dict[int, int]:
        """Go to where the topics end now; returns where that is for events. Raises KafkaUnavailableError."""
        try:
            ends = self._consumer.end_offsets([*self._events, TopicPartition(BEATS, 0)])
            for place, offset in ends.items():
                self._consumer.seek(place, offset)
        except (KafkaError, OSError) as error:
            raise KafkaUnavailableError(f"{type(error).__name__}: {error}") from error
        self.offsets = {place.partition: ends[place] for place in self._events}
        return dict(self.offsets)

    def resume(self, offsets: Mapping[int, int]) -> None:
        """Go to where each partition of events was left. An offset that Kafka does not have begins that partition anew."""
        for place in self._events:
            self._consumer.seek(place, offsets[place.partition])
        self.offsets = {place.partition: offsets[place.partition] for place in self._events}

    def poll(self, timeout_ms: int) -> tuple[list[Carried], list[Beat]]:
        """Take what arrived, in order within each partition; waits for the first of it. Raises SchemaError for what no relay sends."""
        events: list[Carried] = []
        beats: list[Beat] = []
        try:
            polled = self._consumer.poll(timeout_ms=timeout_ms)
        except (KafkaError, OSError) as error:
            raise KafkaUnavailableError(f"{type(error).__name__}: {error}") from error
        for place, records in polled.items():
            if place.topic == BEATS:
                beats.extend(decode_beat(record.value) for record in records)
            else:
                events.extend(carried(record.partition, record.value, record.headers) for record in records)
                self.offsets[place.partition] = records[-1].offset + 1
        return events, beats

    def close(self) -> None:
        """Drop the consumer."""
        self._consumer.close()
