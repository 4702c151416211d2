"""Export: every event as a CloudEvent in structured mode, for `cameo events export --jsonl`. Personal fields stay sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from schemas.envelope import Envelope
from streams.ports import EventStore


def cloud_events(store: EventStore, after: int = 0) -> Iterator[dict[str, Any]]:
    """Read every event above a position, in order of position, as CloudEvents 1.0.

    Extension attributes: stream, revision, position, actor, actingas, app, correlation, causation, sealed.
    """
    for envelope in store.read_all(after=after):
        yield cloud_event(envelope)


def cloud_event(envelope: Envelope) -> dict[str, Any]:
    """Turn one envelope into a CloudEvent; attributes that have no value are left out."""
    whole: dict[str, Any] = {
        "specversion": "1.0",
        "id": envelope.event_id,
        "source": f"/{envelope.tenant}",
        "type": envelope.type,
        "subject": envelope.stream,
        "time": datetime.fromtimestamp(envelope.time_us / 1e6, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": f"urn:cameo:{envelope.type}.v{envelope.version}",
        "stream": envelope.stream,
        "revision": envelope.revision,
        "position": envelope.position,
        "actor": envelope.actor,
        "actingas": envelope.acting_as,
        "app": envelope.app,
        "correlation": envelope.correlation,
        "causation": envelope.causation,
        "data": envelope.data,
        "sealed": msgspec.to_builtins(envelope.sealed) or None,
    }
    return {name: value for name, value in whole.items() if value is not None}
