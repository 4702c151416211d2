"""Owns the keyholder's own memory of how far the ledger had come, kept outside Postgres. Does not read policy or keys."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from schemas.envelope import Envelope
from serving.keyholder.errors import LedgerBehindError
from streams.ports import EventStore

RECORD_BYTES = 256
"""One write within one sector: a record is the old one or the new one."""


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The newest event seen; position 0: none yet."""

    position: int
    event_id: str


class Checkpoint:
    """The newest event that this keyholder appended, on disk before anybody hears of it. Safe between threads."""

    def __init__(self, path: Path) -> None:
        """Open or make the file (0600)."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_DSYNC, 0o600)
        self._lock = threading.Lock()
        stored = os.pread(self._descriptor, RECORD_BYTES, 0)
        self._seen: Seen | None = Seen(position=0, event_id="") if not stored else _decoded(stored)

    @property
    def position(self) -> int:
        """Position of the newest event seen; 0 for none."""
        return 0 if self._seen is None else self._seen.position

    def note(self, envelopes: Iterable[Envelope]) -> None:
        """Remember events of the ledger; durable when it returns."""
        newest = max(envelopes, key=lambda envelope: envelope.position, default=None)
        if newest is None:
            return
        with self._lock:
            if newest.position > self.position:
                seen = Seen(position=newest.position, event_id=newest.event_id)
                os.pwrite(self._descriptor, msgspec.json.encode(seen).ljust(RECORD_BYTES), 0)
                self._seen = seen

    def require(self, store: EventStore) -> None:
        """Raise LedgerBehindError unless the ledger still holds the newest event seen, at its place."""
        seen = self._seen
        if seen is None:
            raise LedgerBehindError("the checkpoint cannot be read")
        if seen.position == 0:
            return
        found = next(iter(store.read_all(after=seen.position - 1, limit=1)), None)
        if found is None or found.position != seen.position or found.event_id != seen.event_id:
            message = f"the ledger has no {seen.event_id} at position {seen.position}"
            raise LedgerBehindError(message)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def _decoded(stored: bytes) -> Seen | None:
    try:
        return msgspec.json.decode(stored, type=Seen)
    except msgspec.MsgspecError:
        return None
