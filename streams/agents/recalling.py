"""Owns what is in the index of recordings, and finding in it what a new one may be a copy of. Judges nothing.

Every recording that was looked at is in it: of enrolments, renewals, recoveries and re-verifications, of things too, whatever came of
it, until its person is erased. What is committed is taken in before every search, many marks opened at once; what cannot be searched
now raises, so that nothing is decided on a part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import msgspec

from identity.core.fingerprint import Fingerprint
from identity.keys.rights import MOST_AT_ONCE
from identity.ports import ReplayIndex
from streams.agents.following import Follower, ManyKeys, Page, opened

PURPOSE: Final = "replay"
FIELD: Final = "fingerprints"


class Marked(NamedTuple):
    """One event with sealed marks, or (`erased`) the end of a stream's keys: its places in the log (if any yet) and in the ledger."""

    log_index: int | None
    position: int
    stream: str
    erased: bool


class MarkLog(Protocol):
    """The part of the ledger that known recordings follow from."""

    def marks_noted(self, after: int, limit: int) -> Page[Marked]:
        """Read events with marks, and erasures (streams.agents.following.Read)."""
        ...


class Recordings(Protocol):
    """Finds what a recording may be a copy of."""

    def search(self, mark: Fingerprint) -> Sequence[Fingerprint]:
        """Give earlier recordings to be judged against; raises where not all could be searched."""
        ...


class KnownRecordings:
    """Searches among all earlier recordings (Recordings). Safe between threads."""

    def __init__(self, log: MarkLog, keyholder: ManyKeys, index: ReplayIndex) -> None:
        self._keyholder = keyholder
        self._index = index
        self._follower = Follower(log.marks_noted, self._take_in, MOST_AT_ONCE)

    def __len__(self) -> int:
        """How many recordings are known."""
        return len(self._index)

    def follow(self) -> int:
        """Take in what is committed now; gives how many recordings came or went. May be called again after anything it raises.

        Raises LedgerUnavailableError, KeyholderUnavailableError: what was not taken in is taken in by the next call.
        """
        return self._follower.follow()

    def search(self, mark: Fingerprint) -> tuple[Fingerprint, ...]:
        """See `Recordings`. Raises what `follow` raises."""
        self.follow()
        return self._index.search(mark)

    def _take_in(self, noted: Sequence[Marked]) -> int:
        sealed = opened(self._keyholder, [one.position for one in noted if not one.erased], PURPOSE, FIELD)
        marks = {position: msgspec.msgpack.decode(mark, type=Fingerprint) for position, mark in sealed.items()}
        changed = 0
        for one in noted:
            if one.erased:
                changed += self._index.forget(one.stream)
            elif one.position in marks:
                self._index.add(one.stream, marks[one.position])
                changed += 1
        return changed
