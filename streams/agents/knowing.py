"""Owns what is in the index of known faces, and searching in it. Does not decide what a hit means.

Before every search all that is committed by then is taken in, so that one search sees every face that was known when it began, in
whichever worker it runs. Nothing of a template lies anywhere else in clear.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from identity.core import faces
from identity.core.faces import FaceMatch, floor_of
from identity.ports import FaceIndex
from streams.agents.following import Follower, ManyKeys, Page, opened
from streams.core.knowing import Known, Noted

PURPOSE: Final = "compare"
PAGE: Final = 2000
MOST_TOLD: Final = 64


class FaceLog(Protocol):
    """The part of the ledger that known faces follow from."""

    def faces_noted(self, after: int, limit: int) -> Page[Noted]:
        """Read events of streams.core.knowing.TYPES (streams.agents.following.Read)."""
        ...


class KnownFaces:
    """Searches among known faces (streams.agents.verifying.FaceSearch). Safe between threads."""

    def __init__(self, log: FaceLog, keyholder: ManyKeys, index: FaceIndex) -> None:
        self._keyholder = keyholder
        self._index = index
        self._known = Known()
        self._follower = Follower(log.faces_noted, self._take_in, PAGE)

    def __len__(self) -> int:
        """How many faces are known."""
        return len(self._index)

    def follow(self) -> int:
        """Take in what is committed now; gives how many faces changed. May be called again after anything it raises.

        Raises LedgerUnavailableError, KeyholderUnavailableError: what was not taken in is taken in by the next call.
        """
        return self._follower.follow()

    def search(self, template: bytes, cameo: str) -> tuple[FaceMatch, ...]:
        """Find known faces that this one resembles, most like first, without this cameo's own. Raises what `follow` raises."""
        self.follow()
        asked = faces.read(template)
        found = self._index.search(asked, MOST_TOLD, floor_of(len(self._index)))
        named = (msgspec.structs.replace(match, cameo=self._known.cameo_of(match.kind, match.ref)) for match in found)
        return tuple(match for match in named if match.cameo != cameo)

    def same_face(self, template: bytes, cameo: str) -> tuple[str, ...]:
        """Name the other cameos that tried or have this face: what one face does under many accounts slows all of them."""
        return tuple(dict.fromkeys(match.cameo for match in self.search(template, cameo) if match.cameo is not None))

    def _take_in(self, events: Sequence[Noted]) -> int:
        changes = self._known.note(events)
        templates = opened(self._keyholder, [source.position for _, _, source in changes if source is not None], PURPOSE, "template")
        for kind, ref, source in changes:
            if source is None or source.position not in templates:
                self._index.remove(kind, ref)
            else:
                self._index.add(kind, ref, faces.read(templates[source.position]))
        self._known.settle(events)
        return len(changes)
