"""Events of openings that no single person's stream tells: many at a time, of protected faces, of a word for danger.

One stream for all (`opening-main`), in nobody's own audit: who looks on while a person reads theirs learns nothing from it.
"""

from __future__ import annotations

from schemas.registry import Event, event


@event("opening.made", 1, stream="opening")
class OpeningMade(Event, frozen=True):
    """Sealed fields of so many events were decrypted for a named purpose. Written before they were given out."""

    purpose: str
    role: str
    """The process that asked."""
    types: tuple[str, ...]
    """The wire names of the events, each once, sorted."""
    fields: tuple[str, ...]
    count: int
    digest: str
    """SHA-256 of the canonical list of [stream, event id], in order of position: who has the ledger can tell which they were."""
