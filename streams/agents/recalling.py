"""Owns keeping the index of recordings in step with the ledger, and finding in it what a new one may be a copy of. Judges nothing.

Every recording that was looked at is in it: of enrolments, renewals, recoveries and re-verifications, of things too, whatever came of
it, until its person is erased. Filled from the log at the first search, many marks opened at once, and followed before every search:
what cannot be searched now raises, so that nothing is decided on a part of it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import msgspec

from identity.core.fingerprint import Fingerprint
from identity.keys.rights import MOST_AT_ONCE
from identity.keys.wire import Opened
from identity.ports import ReplayIndex

PURPOSE: Final = "replay"
FIELD: Final = "fingerprints"


class Marked(NamedTuple):
    """One event with sealed marks, or (`erased`) the end of a stream's keys: its places in the log and in the ledger."""

    log_index: int
    position: int
    stream: str
    erased: bool


class MarkLog(Protocol):
    """The part of the ledger that known recordings follow from."""

    def marks_noted(self, after: int, limit: int) -> tuple[Sequence[Marked], int]:
        """Read at most `limit` events with marks, and erasures, above a log index, and the index up to which that is all."""
        ...


class ManyKeys(Protocol):
    """The part of the keyholder that opens the fields of many events."""

    def unseal_at(self, positions: Sequence[int], purpose: str) -> Sequence[Opened]:
        """Open them, in order of position; nothing of one whose key was destroyed."""
        ...


class Recordings(Protocol):
    """Finds what a recording may be a copy of."""

    def search(self, mark: Fingerprint) -> Sequence[Fingerprint]:
        """Give earlier recordings to be judged against; raises where not all could be searched."""
        ...


class KnownRecordings:
    """Searches among all earlier recordings (Recordings). Safe between threads."""

    def __init__(self, log: MarkLog, keyholder: ManyKeys, index: ReplayIndex) -> None:
        self._log = log
        self._keyholder = keyholder
        self._index = index
        self._after = -1
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many recordings are known."""
        return len(self._index)

    def follow(self) -> int:
        """Take in what the log holds now; gives how many recordings came or went. May be called again after anything it raises.

        Raises StateUnavailableError, KeyholderUnavailableError: what was not taken in is taken in by the next call.
        """
        changed = 0
        with self._lock:
            while True:
                noted, reached = self._log.marks_noted(self._after, MOST_AT_ONCE)
                marks = self._opened([one.position for one in noted if not one.erased])
                changed += sum(self._note(one, marks.get(one.position)) for one in noted)
                self._after = reached
                if len(noted) < MOST_AT_ONCE:
                    return changed

    def search(self, mark: Fingerprint) -> tuple[Fingerprint, ...]:
        """See `Recordings`. Raises what `follow` raises."""
        self.follow()
        return self._index.search(mark)

    def _note(self, one: Marked, mark: Fingerprint | None) -> int:
        if one.erased:
            return self._index.forget(one.stream)
        if mark is None:
            return 0
        self._index.add(one.stream, mark)
        return 1

    def _opened(self, positions: Sequence[int]) -> dict[int, Fingerprint]:
        """Open marks, those whose key is not destroyed; all of them before any is taken in."""
        opened = self._keyholder.unseal_at(positions, PURPOSE) if positions else ()
        return {one.position: msgspec.msgpack.decode(one.fields[FIELD], type=Fingerprint) for one in opened if FIELD in one.fields}
