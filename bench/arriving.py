"""Puts events into a view as a feed would, without a ledger: for benches of the view and of decisions. Does not draw them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from policy.adapters.view import Arrived, ViewWriter
from schemas import codec
from schemas.envelope import Envelope
from schemas.ids import PARTITIONS, partition_of
from schemas.registry import Event, by_class

BATCH = 20_000


def fill_view(folder: Path, history: Iterable[tuple[str, Event]]) -> int:
    """Write a history of (stream, event) into a new view, in order; returns how many events it had."""
    writer = ViewWriter(folder)
    revisions: dict[str, int] = {}
    sequences = [0] * PARTITIONS
    batch: list[Arrived] = []
    position = 0
    for stream, event in history:
        kind, partition = by_class(type(event)), partition_of(stream)
        revisions[stream] = revision = revisions.get(stream, 0) + 1
        sequences[partition] += 1
        position += 1
        envelope = Envelope(
            tenant="main", stream=stream, revision=revision, position=position, event_id=f"{position:x}", type=kind.name,
            version=kind.version, actor=stream, acting_as=None, app=None, correlation="c", causation=None, time_us=1,
            data=codec.event_data(event), sealed={},
        )  # fmt: skip
        batch.append(Arrived(envelope, position - 1, partition, sequences[partition]))
        if len(batch) == BATCH:
            writer.apply(batch)
            batch = []
    if batch:
        writer.apply(batch)
    return position
