"""The registry of events: one class per wire name and version. Does not encode: see codec.

How an event may change. A class that was released is never edited: a new field is a new version, and
`schemas/upcast.py` says how the old one reads as the new one. A wire name and version is given once. An unknown
name, version or field refuses to be read, so readers are rolled out before writers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from schemas.errors import RegistryError, UnknownEventError
from schemas.ids import StreamKind


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What happened, in clear: pseudonymous ids, codes, integers. Never personal text (that is sealed)."""


@dataclass(frozen=True, slots=True)
class EventType:
    """A registered event: its class and what the platform must know about it."""

    cls: type[Event]
    name: str
    version: int
    stream: StreamKind
    consent: bool
    """Whether it may change the answer to a consent question: it then moves the stream's consent revision."""
    sealed: tuple[str, ...]
    """Personal fields that travel sealed beside the data."""


_BY_WIRE: dict[tuple[str, int], EventType] = {}
_BY_CLASS: dict[type[Event], EventType] = {}
E = TypeVar("E", bound=Event)


def event(
    name: str, version: int, *, stream: StreamKind, consent: bool = False, sealed: tuple[str, ...] = ()
) -> Callable[[type[E]], type[E]]:
    """Register an event class under its explicit wire name. Raises RegistryError on any reuse."""

    def register(cls: type[E]) -> type[E]:
        if (name, version) in _BY_WIRE or cls in _BY_CLASS:
            message = f"{name} v{version} is registered already"
            raise RegistryError(message)
        kind = EventType(cls, name, version, stream, consent, sealed)
        _BY_WIRE[name, version] = kind
        _BY_CLASS[cls] = kind
        return cls

    return register


def by_wire(name: str, version: int) -> EventType:
    """Find an event by wire name and version; raises UnknownEventError."""
    try:
        return _BY_WIRE[name, version]
    except KeyError:
        message = f"unknown event {name!r} version {version}"
        raise UnknownEventError(message) from None


def newest(name: str) -> int:
    """Tell the newest version of a wire name; raises UnknownEventError."""
    versions = [version for known, version in _BY_WIRE if known == name]
    if not versions:
        message = f"unknown event {name!r}"
        raise UnknownEventError(message)
    return max(versions)


def by_class(cls: type[Event]) -> EventType:
    """Find how a class is registered; raises UnknownEventError."""
    try:
        return _BY_CLASS[cls]
    except KeyError:
        message = f"{cls.__name__} is not registered"
        raise UnknownEventError(message) from None


def all_types() -> tuple[EventType, ...]:
    """List every registered event in order of wire name and version."""
    return tuple(_BY_WIRE[key] for key in sorted(_BY_WIRE))
