"""Owns keeping the index of known faces in step with the ledger, and searching in it. Does not decide what a hit means.

The index is filled from the log at the first search and follows it: before every search all that the log holds by then is
taken in, so that one search sees every face that was known when it began, in whichever worker it runs. Nothing of a template
lies anywhere else in clear.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

import msgspec

from identity.core import faces
from identity.core.faces import FaceMatch, floor_of
from identity.keys.rights import MOST_AT_ONCE
from identity.ports import FaceIndex
from streams.agents.recalling import ManyKeys
from streams.core.knowing import Known, Noted, Source

PURPOSE: Final = "compare"
PAGE: Final = 2000
MOST_TOLD: Final = 64


class FaceLog(Protocol):
    """The part of the ledger that known faces follow from."""

    def faces_noted(self, after: int, limit: int) -> tuple[Sequence[Noted], int]:
        """Read at most `limit` events of streams.core.knowing.TYPES above a log index, and the index up to which that is all."""
        ...


class KnownFaces:
    """Searches among known faces (streams.agents.verifying.FaceSearch). Safe between threads."""

    def __init__(self, log: FaceLog, keyholder: ManyKeys, index: FaceIndex) -> None:
        self._log = log
        self._keyholder = keyholder
        self._index = index
        self._known = Known()
        self._after = -1
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many faces are known."""
        return len(self._index)

    def follow(self) -> int:
        """Take in what the log holds now; gives how many faces changed. May be called again after anything it raises.

        Raises StateUnavailableError, KeyholderUnavailableError: what was not taken in is taken in by the next call.
        """
        changed = 0
        with self._lock:
            while True:
                events, reached = self._log.faces_noted(self._after, PAGE)
                changes = self._known.note(events)
                templates = self._opened([source for _, _, source in changes if source is not None])
                for change in changes:
                    self._carry_out(*change, templates)
                self._known.settle(events)
                self._after, changed = reached, changed + len(changes)
                if len(events) < PAGE:
                    return changed

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

    def _carry_out(self, kind: faces.KnownKind, ref: str, source: Source | None, templates: Mapping[int, faces.Floats]) -> None:
        template = None if source is None else templates.get(source.position)
        if template is None:
            self._index.remove(kind, ref)
        else:
            self._index.add(kind, ref, template)

    def _opened(self, sources: Sequence[Source]) -> dict[int, faces.Floats]:
        """Open templates, those whose key is not destroyed; many at once, all of them before any is taken in."""
        found: dict[int, faces.Floats] = {}
        for some in batched(sorted({source.position for source in sources}), MOST_AT_ONCE):
            opened = self._keyholder.unseal_at(some, PURPOSE)
            found |= {one.position: faces.read(one.fields["template"]) for one in opened if "template" in one.fields}
        return found


def batched(numbers: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Cut into pieces of at most so many."""
    return (numbers[start : start + size] for start in range(0, len(numbers), size))
