"""Owns the shape of a projection's changes (rows to put, to update, to delete) and the dispatch from events to them.

Does not say what an event changes (streams.core.project_cameos, streams.core.project_generations), reads and writes nothing.

Stateless like the facts: an event alone tells its changes, so replay and live give the same rows. Within a stream
changes are applied in order of revision; between streams they touch different columns or rows, so order does not matter.
Only `handle` comes from outside the event: it is sealed, and None once its key is destroyed.
"""

from __future__ import annotations

from functools import singledispatch
from typing import NamedTuple

from schemas.envelope import Envelope
from schemas.registry import Event

Value = str | int | bool | list[str] | None
Row = dict[str, Value]


class Put(NamedTuple):
    """Insert a row or, where its key exists, set the named columns alone. `initial` counts at the insert only."""

    table: str
    key: Row
    row: Row
    initial: Row = {}  # noqa: RUF012 -- an empty default that nobody writes


class Update(NamedTuple):
    """Set columns of every row that matches; no row is made."""

    table: str
    where: Row
    row: Row


class Delete(NamedTuple):
    """Delete every row that matches."""

    table: str
    where: Row


Change = Put | Update | Delete


class Seen(NamedTuple):
    """What of an event's envelope the projections need."""

    stream: str
    revision: int
    event_id: str
    time_us: int
    app: str | None
    clear: dict[str, str | None]
    acting_as: str | None = None
    """For whom the actor acted, within a power."""


def seen(envelope: Envelope, clear: dict[str, str | None]) -> Seen:
    """Take from an envelope what the projections need; `clear` holds unsealed fields, None where erased."""
    return Seen(envelope.stream, envelope.revision, envelope.event_id, envelope.time_us, envelope.app, clear, envelope.acting_as)


def needs_unsealing(envelope: Envelope) -> tuple[str, ...]:
    """Name the sealed fields that the projections show: handles alone."""
    return ("handle",) if envelope.type == "account.registered" and "handle" in envelope.sealed else ()


@singledispatch
def project(event: Event, at: Seen) -> tuple[Change, ...]:
    """Tell the changes of one event. Most events of record make none."""
    del event, at
    return ()


def row_of(table: str, column: str, at: Seen, **row: Value) -> tuple[Change, ...]:
    """Put the row whose key is the event's own stream."""
    return (Put(table, {column: at.stream}, row),)
