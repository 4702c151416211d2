"""The envelope: who said it, for whom, where it stands. One canonical form, whose bytes are the log's leaf."""

from __future__ import annotations

from typing import Any

import msgspec

ENVELOPE_VERSION = 1


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One personal field: AES-256-GCM; tenant, stream, event id, field and key id are associated data."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One appended event. `data` is clear (ids, codes, integers); `sealed` holds everything personal."""

    envelope: int = ENVELOPE_VERSION
    tenant: str
    stream: str
    revision: int
    """Place in its stream, from 1, without gaps."""
    position: int
    """Place in the ledger; order among conflicting appends, gaps possible."""
    event_id: str
    type: str
    version: int
    actor: str
    acting_as: str | None
    app: str | None
    correlation: str
    causation: str | None
    time_us: int
    """UTC microseconds, from Postgres, at the append."""
    data: dict[str, Any]
    sealed: dict[str, Sealed]


def associated_data(tenant: str, stream: str, event_id: str, field: str, key_id: str) -> bytes:
    """Bind a sealed field to its place: moved elsewhere, it does not open."""
    return f"cameo/sealed/1\x1f{tenant}\x1f{stream}\x1f{event_id}\x1f{field}\x1f{key_id}".encode()
