"""Owns following the ledger into memory: every event once, none left out, however far the relay is. Keeps nothing of an event.

What a reading gives is all that was committed when it began: what the log numbered above the cursor and, behind it, what has no number
yet, in one snapshot. So whoever reads sees every append that returned before, and need not wait for the relay. What was taken in
without a number is known by its position, and passed over when it is numbered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from identity.keys.rights import MOST_AT_ONCE
from identity.keys.wire import Opened


class Placed(Protocol):
    """An event of the ledger with its places."""

    @property
    def log_index(self) -> int | None:
        """Its place in the log; None: it has no number yet."""
        ...

    @property
    def position(self) -> int:
        """Its place in the ledger."""
        ...


E = TypeVar("E", bound=Placed)


class Page(NamedTuple, Generic[E]):
    """What one reading found."""

    events: Sequence[E]
    """In the log's order, and then, on the last page alone, those without a number, in order of position."""
    reached: int
    """The log index up to which that is everything."""
    is_last: bool
    """Whether that is all there is."""


Read = Callable[[int, int], Page[E]]
"""Reads at most so many numbered events above a log index. Raises LedgerUnavailableError."""


class Follower(Generic[E]):
    """A cursor in the ledger. Safe between threads."""

    def __init__(self, read: Read[E], take: Callable[[Sequence[E]], int], page: int) -> None:
        """`take`: takes events in, all or none of them, and tells how much changed; it may see events again after it raised."""
        self._read = read
        self._take = take
        self._page = page
        self._after = -1
        self._ahead: set[int] = set()
        self._lock = threading.Lock()

    def follow(self) -> int:
        """Take in all that is committed now; gives how much changed. Raises what reading and taking raise, and may be called again."""
        changed = 0
        with self._lock:
            while True:
                page = self._read(self._after, self._page)
                changed += self._take([one for one in page.events if one.position not in self._ahead])
                self._ahead -= {one.position for one in page.events if one.log_index is not None}
                self._ahead |= {one.position for one in page.events if one.log_index is None}
                self._after = page.reached
                if page.is_last:
                    return changed


class ManyKeys(Protocol):
    """The part of the keyholder that opens the fields of many events."""

    def unseal_at(self, positions: Sequence[int], purpose: str) -> Sequence[Opened]:
        """Open them, in order of position; nothing of one whose key was destroyed."""
        ...


def opened(keyholder: ManyKeys, positions: Sequence[int], purpose: str, field: str) -> dict[int, bytes]:
    """Open one field of many events, by position: of those whose key is not destroyed. Raises KeyholderUnavailableError."""
    found: dict[int, bytes] = {}
    for some in _pieces(sorted(set(positions)), MOST_AT_ONCE):
        found |= {one.position: one.fields[field] for one in keyholder.unseal_at(some, purpose) if field in one.fields}
    return found


def _pieces(numbers: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (numbers[start : start + size] for start in range(0, len(numbers), size))
