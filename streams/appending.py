"""What an append writes, worked out before it is asked: data, facts, uses, digest. Does not write: see adapters and fakes."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from policy.core.facts import FactWrite, UseWrite, fold, uses_of
from schemas.codec import canonical, encode, event_data
from schemas.envelope import Envelope, Sealed
from schemas.errors import SchemaError
from schemas.ids import stream_kind
from schemas.registry import by_class
from streams.ports import Append, NewEvent

LARGEST = 2**53 - 1
LONGEST_KEY_BYTES = 400
"""Of a fact's key: LMDB takes 511 for stream and key together, and a longer one would stop every feeder that meets it."""


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it is handed to the store: everything but what only the store knows (revision, position, time)."""

    stream: str
    event_id: str
    type: str
    version: int
    data: dict[str, Any]
    sealed: dict[str, Sealed]
    facts: tuple[FactWrite, ...]
    uses: tuple[UseWrite, ...]
    consent: bool


def rows_of(append: Append, tenant: str) -> tuple[EventRow, ...]:
    """Work out the rows of an append; raises SchemaError or ValueError where it does not follow the vocabulary."""
    if not append.events:
        message = "an append without events"
        raise ValueError(message)
    rows = tuple(_row(new) for new in append.events)
    strangers = set(append.expected) - {row.stream for row in rows}
    if strangers:
        message = f"a revision is expected of streams that are not written: {sorted(strangers)}"
        raise ValueError(message)
    if len({row.event_id for row in rows}) != len(rows):
        message = "an event id is used twice"
        raise ValueError(message)
    for row in rows:
        encode(envelope_of(append, row, tenant, LARGEST, LARGEST, LARGEST))
    return rows


def _row(new: NewEvent) -> EventRow:
    kind = by_class(type(new.event))
    if stream_kind(new.stream) != kind.stream:
        message = f"{kind.name} does not belong into {new.stream}"
        raise SchemaError(message)
    unknown = set(new.sealed) - set(kind.sealed)
    if unknown:
        message = f"{kind.name} has no sealed field {sorted(unknown)}"
        raise SchemaError(message)
    facts = tuple(FactWrite(key=fact.key, value=_plain(fact.value)) for fact in fold(new.event))
    if any(len(fact.key.encode()) > LONGEST_KEY_BYTES or "\0" in fact.key for fact in facts):
        message = f"{kind.name} makes a fact whose key no view can hold"
        raise SchemaError(message)
    return EventRow(
        stream=new.stream,
        event_id=new.event_id,
        type=kind.name,
        version=kind.version,
        data=_plain(event_data(new.event)),
        sealed=dict(new.sealed),
        facts=facts,
        uses=uses_of(new.event, new.stream),
        consent=kind.consent,
    )


def _plain(value: Any) -> Any:
    """Make a value what every store gives back: JSON has lists, no tuples."""
    return msgspec.json.decode(msgspec.json.encode(value))


def envelope_of(append: Append, row: EventRow, tenant: str, revision: int, position: int, time_us: int) -> Envelope:
    """Complete an event with what the store gave it."""
    return Envelope(
        tenant=tenant,
        stream=row.stream,
        revision=revision,
        position=position,
        event_id=row.event_id,
        type=row.type,
        version=row.version,
        actor=append.actor,
        acting_as=append.acting_as,
        app=append.app,
        correlation=append.correlation,
        causation=append.causation,
        time_us=time_us,
        data=row.data,
        sealed=row.sealed,
    )


def request_digest(append: Append, rows: tuple[EventRow, ...]) -> str:
    """Tell what was asked under an idempotency key: the caller's digest, else that of the events' clear data, in hex."""
    if append.request_sha256 is not None:
        return append.request_sha256
    asked = [[row.stream, row.type, row.version, row.data] for row in rows]
    return hashlib.sha256(canonical(asked)).hexdigest()
