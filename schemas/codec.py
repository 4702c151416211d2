"""The canonical codec: events and envelopes to bytes and back (RFC 8785). Does not store or send them."""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

import msgspec
import rfc8785

from schemas import account, cameo, case, consent, evidence, generation, opening, operation, verification
from schemas.envelope import ENVELOPE_VERSION, Envelope
from schemas.errors import SchemaError
from schemas.registry import Event, by_class, by_wire
from schemas.upcast import upcast

VOCABULARY = (account, cameo, case, consent, evidence, generation, opening, operation, verification)
"""Importing the codec registers every event."""

MAX_ENVELOPE_BYTES = 60_000
"""A log leaf is at most 65,535 bytes (C2SP tlog-tiles entry bundles); this leaves room."""

T = TypeVar("T")


def canonical(value: object) -> bytes:
    """Encode as canonical JSON. Raises SchemaError for floating point, NaN or integers beyond 2**53."""
    built = msgspec.to_builtins(value)
    _refuse_floats(built)
    try:
        return rfc8785.dumps(built)
    except (rfc8785.CanonicalizationError, ValueError, TypeError) as error:
        message = f"not canonical: {error}"
        raise SchemaError(message) from error


def digest(value: object) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def event_data(event: Event) -> dict[str, Any]:
    """Turn an event into the plain data of an envelope; raises SchemaError where a value does not fit."""
    by_class(type(event))
    data: dict[str, Any] = msgspec.to_builtins(event)
    _refuse_floats(data)
    try:
        msgspec.convert(data, type(event))
    except msgspec.ValidationError as error:
        message = f"{type(event).__name__}: {error}"
        raise SchemaError(message) from error
    return data


def read_event(name: str, version: int, data: dict[str, Any]) -> Event:
    """Read an event's data, upcast to the newest version. Raises UnknownEventError, SchemaError."""
    kind = by_wire(name, version)
    try:
        return upcast(msgspec.convert(data, kind.cls))
    except msgspec.ValidationError as error:
        message = f"{name} v{version}: {error}"
        raise SchemaError(message) from error


def event_of(envelope: Envelope) -> Event:
    """Read the event inside an envelope and check its sealed fields against the registry."""
    kind = by_wire(envelope.type, envelope.version)
    unknown = set(envelope.sealed) - set(kind.sealed)
    if unknown:
        message = f"{envelope.type} has no sealed field {sorted(unknown)}"
        raise SchemaError(message)
    return read_event(envelope.type, envelope.version, envelope.data)


def encode(envelope: Envelope) -> bytes:
    """Encode an envelope: the very bytes that Kafka carries and the log's leaf hashes."""
    data = canonical(envelope)
    if len(data) > MAX_ENVELOPE_BYTES:
        message = f"{envelope.type}: {len(data)} bytes, at most {MAX_ENVELOPE_BYTES}"
        raise SchemaError(message)
    return data


def decode(data: bytes) -> Envelope:
    """Decode and check an envelope. Raises SchemaError, UnknownEventError; accepts canonical bytes only."""
    envelope = decode_as(Envelope, data)
    if envelope.envelope != ENVELOPE_VERSION:
        message = f"unknown envelope version {envelope.envelope}"
        raise SchemaError(message)
    event_of(envelope)
    if canonical(envelope) != data:
        message = "the envelope's bytes are not canonical"
        raise SchemaError(message)
    return envelope


def decode_as(cls: type[T], data: bytes) -> T:
    """Decode JSON into a frozen class of the vocabulary; raises SchemaError."""
    try:
        return msgspec.json.decode(data, type=cls)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        message = f"not a {cls.__name__}: {error}"
        raise SchemaError(message) from error


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        message = "floating point has no place in the record: use an integer with its unit"
        raise SchemaError(message)
    if isinstance(value, dict):
        for item in value.values():  # pyright: ignore[reportUnknownVariableType]
            _refuse_floats(item)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list | tuple):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            _refuse_floats(item)  # pyright: ignore[reportUnknownArgumentType]
