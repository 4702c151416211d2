"""What a fold writes, and the one function that every module here teaches its events. Does not know any event."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import msgspec

from schemas.registry import Event


class FactWrite(msgspec.Struct, frozen=True, kw_only=True):
    """One fact to put (or, with `value` None, to delete) in the event's own stream."""

    key: str
    value: dict[str, Any] | None


def put(key: str, value: dict[str, Any] | None = None) -> tuple[FactWrite, ...]:
    """Write one fact."""
    return (FactWrite(key=key, value={} if value is None else value),)


def drop(key: str) -> tuple[FactWrite, ...]:
    """Delete one fact."""
    return (FactWrite(key=key, value=None),)


@singledispatch
def fold(event: Event) -> tuple[FactWrite, ...]:
    """Tell the facts that an event writes in its own stream. Most events of record write none."""
    del event
    return ()
