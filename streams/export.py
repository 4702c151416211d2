"""Export: every event as a CloudEvent in structured mode, for `cameo events export --jsonl`. Personal fields stay sealed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from schemas.envelope import Envelope
from streams.core.carried import source_of, time_text
from streams.ports import EventStore


def cloud_events(store: EventStore, after: int = 0) -> Iterator[dict[str, Any]]:
    """Read every event above a position, in order of position, as CloudEvents 1.0.

    Extension attributes: stream, revision, position, logindex (where numbered), actor, actingas, app, correlation,
    causation, sealed.
    """
    for index, envelope in store.read_numbered(after=after):
        yield cloud_event(envelope, index)


def cloud_event(envelope: Envelope, index: int | None = None) -> dict[str, Any]:
    """Turn one envelope into a CloudEvent; attributes that have no value are left out."""
    whole: dict[str, Any] = {
        "specversion": "1.0",
        "id": envelope.event_id,
        "source": source_of(envelope.tenant),
        "type": envelope.type,
        "subject": envelope.stream,
        "time": time_text(envelope.time_us),
        "datacontenttype": "application/json",
        "dataschema": f"urn:cameo:{envelope.type}.v{envelope.version}",
        "stream": envelope.stream,
        "revision": envelope.revision,
        "position": envelope.position,
        "logindex": index,
        "actor": envelope.actor,
        "actingas": envelope.acting_as,
        "app": envelope.app,
        "correlation": envelope.correlation,
        "causation": envelope.causation,
        "data": envelope.data,
        "sealed": msgspec.to_builtins(envelope.sealed) or None,
    }
    return {name: value for name, value in whole.items() if value is not None}
