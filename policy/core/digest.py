"""One digest of all facts, the same over the ledger's tables and over the view. Does not read either."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from schemas.codec import canonical

FactRow = tuple[str, str, Mapping[str, Any], int]
"""(stream, key, value, revision)."""

HEAD_KEY = ""
"""The key of a head's row: no fact has it."""


def head_row(stream: str, revision: int, consent_revision: int) -> FactRow:
    """Make the row that stands for a stream's head."""
    return (stream, HEAD_KEY, {"consent_revision": consent_revision}, revision)


def facts_digest(rows: Iterable[FactRow]) -> str:
    """SHA-256 over the number of rows and the sum of their hashes: the order of rows does not matter, their number does.

    Compares two copies of one's own; it is not meant to withstand somebody who chooses the rows.
    """
    count = total = 0
    for stream, key, value, revision in rows:
        total += int.from_bytes(hashlib.sha256(canonical([stream, key, dict(value), revision])).digest())
        count += 1
    return hashlib.sha256(f"{count}:{total}".encode()).hexdigest()
