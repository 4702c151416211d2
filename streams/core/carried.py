"""How events and beats look on Kafka: numbering, CloudEvents headers, beats. Does not send or receive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from schemas.codec import canonical, decode, decode_as, encode
from schemas.envelope import Envelope
from schemas.errors import SchemaError
from schemas.ids import PARTITIONS, partition_of
from streams.core.tree import leaf_hash

Headers = list[tuple[str, bytes]]
SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event with its place in the log, and the bytes that Kafka carries and its leaf hashes."""

    index: int
    partition: int
    partition_seq: int
    leaf_hash: bytes
    envelope: Envelope
    value: bytes


@dataclass(frozen=True, slots=True)
class Carried:
    """An event as Kafka brought it."""

    index: int
    partition: int
    partition_seq: int
    epoch: int
    envelope: Envelope


class Beat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """At `time_us` (Postgres's clock) every committed event was numbered, up to `log_index`, and acknowledged by Kafka.

    `sequences`: the last partition_seq of each partition then. `epoch` and `beat` order the beats of all relays.
    """

    epoch: int
    beat: int
    time_us: int
    log_index: int
    """-1: the log is empty."""
    sequences: tuple[int, ...]


def number(envelopes: Sequence[Envelope], log_size: int, sequences: Sequence[int]) -> tuple[list[Numbered], list[int]]:
    """Give the next places in the log, in the order given; returns them and each partition's last sequence."""
    after = list(sequences)
    numbered: list[Numbered] = []
    for index, envelope in enumerate(envelopes, log_size):
        partition = partition_of(envelope.stream)
        after[partition] += 1
        value = encode(envelope)
        numbered.append(Numbered(index, partition, after[partition], leaf_hash(value), envelope, value))
    return numbered, after


def headers(event: Numbered, epoch: int) -> Headers:
    """Write the headers of an event: CloudEvents 1.0 in binary mode, and its place in the log."""
    envelope = event.envelope
    return [
        ("ce_specversion", SPEC_VERSION.encode()),
        ("ce_id", envelope.event_id.encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_source", source_of(envelope.tenant).encode()),
        ("ce_time", time_text(envelope.time_us).encode()),
        ("ce_subject", envelope.stream.encode()),
        ("content-type", CONTENT_TYPE.encode()),
        ("logindex", b"%d" % event.index),
        ("partitionseq", b"%d" % event.partition_seq),
        ("relayepoch", b"%d" % epoch),
    ]


def carried(partition: int, value: bytes, found: Sequence[tuple[str, bytes]]) -> Carried:
    """Read an event from Kafka; raises SchemaError where it is not what a relay sends."""
    named = dict(found)
    try:
        index, seq, epoch = (int(named[name]) for name in ("logindex", "partitionseq", "relayepoch"))
    except (KeyError, ValueError) as error:
        message = f"an event without its place in the log: {error}"
        raise SchemaError(message) from error
    envelope = decode(value)
    if partition_of(envelope.stream) != partition or min(index, seq - 1, epoch - 1) < 0:
        message = f"an event out of its place: {envelope.stream} in partition {partition}, index {index}, sequence {seq}"
        raise SchemaError(message)
    return Carried(index, partition, seq, epoch, envelope)


def encode_beat(beat: Beat) -> bytes:
    """Write a beat as canonical JSON."""
    return canonical(beat)


def decode_beat(value: bytes) -> Beat:
    """Read a beat; raises SchemaError."""
    beat = decode_as(Beat, value)
    if len(beat.sequences) != PARTITIONS:
        message = f"a beat names {len(beat.sequences)} partitions instead of {PARTITIONS}"
        raise SchemaError(message)
    return beat


def source_of(tenant: str) -> str:
    """Name the source of a tenant's events (CloudEvents `source`)."""
    return f"/{tenant}"


def time_text(time_us: int) -> str:
    """Write UTC microseconds as RFC 3339 (CloudEvents `time`), exactly."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
