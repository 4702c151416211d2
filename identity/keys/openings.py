"""Owns which event tells of an opening, and where it stands. Opens and appends nothing."""

from __future__ import annotations

from collections.abc import Sequence

from identity.keys.rights import RECORDED
from schemas.codec import digest
from schemas.envelope import Envelope
from schemas.evidence import BiometricOpened
from schemas.ids import OPENING_STREAM
from schemas.opening import OpeningMade
from schemas.registry import Event


def told_of(opened: Sequence[tuple[Envelope, Sequence[str]]], purpose: str, role: str, *, many: bool) -> tuple[str, Event] | None:
    """Tell the stream and the event that say what was opened, of each event its fields; None where nobody is known by it."""
    recorded = [(envelope, names) for envelope, names in opened if names and envelope.type in RECORDED]
    if not recorded:
        return None
    envelope, names = recorded[0]
    if not many and RECORDED[envelope.type] == "beside":
        key_id = envelope.sealed[names[0]].key_id
        event = BiometricOpened(event=envelope.event_id, fields=tuple(sorted(names)), key_id=key_id, purpose=purpose, role=role)
        return envelope.stream, event
    return OPENING_STREAM, OpeningMade(
        purpose=purpose,
        role=role,
        types=tuple(sorted({envelope.type for envelope, _ in recorded})),
        fields=tuple(sorted({name for _, names in recorded for name in names})),
        count=len(recorded),
        digest=digest([[envelope.stream, envelope.event_id] for envelope, _ in recorded]),
    )
