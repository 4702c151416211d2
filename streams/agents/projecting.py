"""Owns the agents that only write rows: projections and notifications. Does not decide what is written: see streams.core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from identity.keys.errors import KeyholderRefusedError
from schemas.codec import event_of
from schemas.envelope import Envelope
from schemas.ids import StreamKind
from streams.core.changes import Change, Put, needs_unsealing, seen
from streams.core.notify import notify
from streams.core.project import project

UNSEAL_PURPOSE = "notify"
"""The keyholder's word for what the worker reads handles for (identity.keys.rights)."""
GONE = frozenset({"key.destroyed", "seal.broken", "event.unknown"})
"""Answers after which a sealed field stays unreadable."""


class Unsealer(Protocol):
    """The part of the keyholder that reads handles."""

    def unseal(self, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        """Open the sealed fields that this role may read."""
        ...


def clear_fields(keyholder: Unsealer, envelope: Envelope) -> dict[str, str | None]:
    """Unseal what the projections show of an event; None where the key is destroyed. Raises KeyholderUnavailableError."""
    wanted = needs_unsealing(envelope)
    if not wanted:
        return {}
    try:
        fields = keyholder.unseal(envelope.stream, envelope.event_id, UNSEAL_PURPOSE)
    except KeyholderRefusedError as error:
        if not GONE.intersection(error.codes):
            raise
        return dict.fromkeys(wanted)
    return {name: fields[name].decode() for name in wanted}


class ProjectAgent:
    """Keeps the projections."""

    name = "project"
    kinds: frozenset[StreamKind] = frozenset({"account", "cameo", "generation"})

    def __init__(self, keyholder: Unsealer) -> None:
        self._keyholder = keyholder

    def handle(self, envelope: Envelope) -> Sequence[Change]:
        """Tell the rows of one event."""
        return project(event_of(envelope), seen(envelope, clear_fields(self._keyholder, envelope)))


class NotifyAgent:
    """Writes notifications, and queues each for the ways out (mail, webhooks) in the same transaction."""

    name = "notify"
    kinds: frozenset[StreamKind] = frozenset({"account", "cameo", "generation", "case"})

    def handle(self, envelope: Envelope) -> Sequence[Change]:
        """Tell the rows of one event."""
        notifications = notify(event_of(envelope), seen(envelope, {}))
        queued = [
            Put("agents.outbox", change.key, {}, {"queued_at_us": envelope.time_us}) for change in notifications if isinstance(change, Put)
        ]
        return [*notifications, *queued]
