"""Owns what a face that is tried under many accounts costs all of them: time. Does not search faces, and tells nobody of anybody.

The search itself is passed through unchanged. Who is slowed hears only that they try too often (serving.handlers.rates).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from identity.core.context import FaceMatch
from schemas.cameo import EnrolmentStarted
from schemas.codec import event_of
from streams.ports import EventStore

MANY = 3
"""Accounts with one face, the new one included. A house rule, unmeasured: of two, one may be a twin."""
Slow = Callable[[Sequence[str]], None]
"""Has accounts wait, longer each time. Raises StateUnavailableError."""


class Faces(Protocol):
    """A search among known faces that also names who else has a face (streams.agents.knowing.KnownFaces)."""

    def search(self, template: bytes, cameo: str) -> tuple[FaceMatch, ...]:
        """Find known faces that this one resembles."""
        ...

    def same_face(self, template: bytes, cameo: str) -> tuple[str, ...]:
        """Name the other cameos that tried or have this face."""
        ...


class SlowingFaces:
    """A FaceSearch that slows all who share a face with many."""

    def __init__(self, faces: Faces, store: EventStore, slow: Slow) -> None:
        self._faces = faces
        self._store = store
        self._slow = slow

    def search(self, template: bytes, cameo: str) -> tuple[FaceMatch, ...]:
        """Search; raises what the search and `slow` raise, and may be called again: a second call slows a second time."""
        found = self._faces.search(template, cameo)
        if found:
            alike = (cameo, *self._faces.same_face(template, cameo))
            if len(alike) >= MANY:
                self._slow(sorted({owner for one in alike if (owner := self._owner(one)) is not None}))
        return found

    def _owner(self, cameo: str) -> str | None:
        started = next((event_of(one) for one in self._store.read(cameo) if one.type == "enrolment.started"), None)
        return started.owner if isinstance(started, EnrolmentStarted) else None
