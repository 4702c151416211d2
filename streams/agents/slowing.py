"""Owns what a face that is tried under many accounts costs them: time. Does not search faces, and tells nobody of anybody.

The account whose it seems to be is not slowed, or whoever has two accounts more could slow it by trying its face: the one whose cameo
became active first (outside the sandbox), and where none is active the one that tried first.
The search itself is passed through unchanged and slows nobody, for a try searches twice. Who is slowed hears only that they try too
often (serving.handlers.rates).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from identity.core.context import FaceMatch
from streams.core.assured import SANDBOX
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


class _Tried(NamedTuple):
    """An account that tried a face, in the order in which it has a claim to it."""

    inactive: bool
    since_us: int
    position: int
    owner: str


class SlowingFaces:
    """A FaceSearch that slows all but the first who share a face with many."""

    def __init__(self, faces: Faces, store: EventStore, slow: Slow) -> None:
        self._faces = faces
        self._store = store
        self._slow = slow

    def search(self, template: bytes, cameo: str) -> tuple[FaceMatch, ...]:
        """Find known faces that this one resembles. Raises what the search raises."""
        return self._faces.search(template, cameo)

    def tried(self, template: bytes, cameo: str) -> None:
        """Slow who shares a face that was found; raises what the search and `slow` raise, and a second call slows a second time."""
        alike = (cameo, *self._faces.same_face(template, cameo))
        if len(alike) >= MANY:
            known = sorted(one for cameo in alike if (one := self._read(cameo)) is not None)
            self._slow(sorted({one.owner for one in known[1:]} - {one.owner for one in known[:1]}))

    def _read(self, cameo: str) -> _Tried | None:
        history = self._store.read(cameo)
        started = next((one for one in history if one.type == "enrolment.started"), None)
        if started is None or any(one.type == "subject_key.destroyed" for one in history):
            return None
        active = next((one for one in history if one.type == "enrolment.activated" and one.data["assurance"] != SANDBOX), None)
        first = started if active is None else active
        return _Tried(active is None, first.time_us, first.position, started.data["owner"])
