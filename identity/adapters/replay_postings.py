"""Owns the lists of which recordings have a key, in locked memory, and counting what a query shares with each at one shift.

Does not know what keys mean (identity.core.replays), nor whose recordings they are.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from identity.adapters.locked_memory import LockedArray
from identity.core.replays import LATEST, Ints, Keys

SMALL: Final = 2048
"""Recordings in a block that is still filled."""
MERGED: Final = 32
"""Small blocks that become one: 65,536 recordings, whose number in the block takes 16 bits."""
MOST_HITS: Final = 400_000
"""Entries looked at in one block; of a query that would look at more, the commonest keys are left out. So time is bounded."""
_CHUNK: Final = 65_536
_TIME_BITS: Final = 11
_RECORDING_BITS: Final = 16
_KEY_SHIFT: Final = np.uint64(_TIME_BITS + _RECORDING_BITS)
_SHIFTS: Final = 2 * (LATEST + 1)
_RECORDING_MASK: Final = (1 << _RECORDING_BITS) - 1


class Shared(NamedTuple):
    """Recordings that share keys with a query at one shift: numbers, how many keys, the shift of theirs against the query's."""

    recordings: Ints
    votes: Ints
    shifts: Ints


@dataclass
class _Block:
    """Entries of recordings from `first` on: key, recording, time in one number. `filled` entries, in order where `ordered`."""

    first: int
    entries: LockedArray
    filled: int = 0
    recordings: int = 0
    ordered: bool = True

    @property
    def used(self) -> NDArray[np.uint64]:
        return self.entries.values[: self.filled]


class Postings:
    """Keys of recordings that are numbered from 0 on, each added after the one before. Not safe between threads."""

    def __init__(self, most_keys: int) -> None:
        """`most_keys`: of one recording."""
        self._most_keys = most_keys
        self._merged: list[_Block] = []
        self._small: list[_Block] = []

    @property
    def blocks(self) -> list[LockedArray]:
        """All memory that is held."""
        return [block.entries for block in self._all()]

    def add(self, recording: int, keys: Keys) -> None:
        """Add a recording's keys."""
        block = self._open(recording)
        packed = keys.keys.astype(np.uint64) << _KEY_SHIFT | (
            np.uint64(recording - block.first) << np.uint64(_TIME_BITS) | keys.times.astype(np.uint64)
        )
        block.entries.values[block.filled : block.filled + len(packed)] = packed
        block.filled += len(packed)
        block.recordings += 1
        block.ordered = False

    def remove(self, recordings: Ints) -> None:
        """Overwrite whatever these recordings had."""
        for block in self._all():
            inside = recordings[(recordings >= block.first) & (recordings < block.first + _RECORDING_MASK + 1)] - block.first
            if len(inside):
                gone = np.zeros(_RECORDING_MASK + 1, np.bool_)
                gone[inside] = True
                _compact(block, gone)

    def shared(self, asked: Keys, least: int) -> Shared:
        """Find the recordings that share at least so many keys with a query at one shift, or at two beside each other."""
        found = [_shared(block, asked, least) for block in self._all() if block.filled]
        if not found:
            return Shared(*(np.zeros(0, np.int64) for _ in range(3)))
        return Shared(*(np.concatenate(column) for column in zip(*found, strict=True)))

    def close(self) -> None:
        """Overwrite everything."""
        for block in self._all():
            block.entries.wipe()
        self._merged, self._small = [], []

    def _all(self) -> list[_Block]:
        return [*self._merged, *self._small]

    def _open(self, recording: int) -> _Block:
        if not self._small or self._small[-1].recordings == SMALL:
            if len(self._small) == MERGED:
                self._merged.append(_merge(self._small))
                self._small = []
            self._small.append(_Block(recording, LockedArray((SMALL * self._most_keys,), np.uint64)))
        return self._small[-1]


def _merge(blocks: list[_Block]) -> _Block:
    """Make one block of several; theirs are overwritten."""
    whole = _Block(blocks[0].first, LockedArray((max(sum(one.filled for one in blocks), 1),), np.uint64))
    for one in blocks:
        ahead = np.uint64(one.first - whole.first) << np.uint64(_TIME_BITS)
        np.add(one.used, ahead, out=whole.entries.values[whole.filled : whole.filled + one.filled])
        whole.filled += one.filled
        whole.recordings += one.recordings
        one.entries.wipe()
    whole.used.sort()
    return whole


def _compact(block: _Block, gone: NDArray[np.bool_]) -> None:
    """Move what stays over what goes, a piece at a time, so that no copy of the block lies elsewhere."""
    values, written = block.entries.values, 0
    for start in range(0, block.filled, _CHUNK):
        part = values[start : min(start + _CHUNK, block.filled)]
        stays = part[~gone[(part >> np.uint64(_TIME_BITS) & np.uint64(_RECORDING_MASK)).astype(np.int64)]]
        values[written : written + len(stays)] = stays
        written += len(stays)
    values[written : block.filled] = 0
    block.filled = written


def _shared(block: _Block, asked: Keys, least: int) -> Shared:
    if not block.ordered:
        block.used.sort()
        block.ordered = True
    entries, times = _hits(block.used, asked)
    recordings = (entries >> np.uint64(_TIME_BITS) & np.uint64(_RECORDING_MASK)).astype(np.int64)
    shifts = (entries & np.uint64(LATEST)).astype(np.int64) - times + LATEST + 1
    cells = np.sort(recordings * _SHIFTS + shifts)
    begins = np.flatnonzero(np.diff(cells, prepend=-1))
    counts = np.diff(begins, append=len(cells))
    cells = cells[begins]
    beside = np.zeros(len(cells), np.int64)
    beside[:-1] = np.where(np.diff(cells) == 1, counts[1:], 0)
    votes = counts + beside
    many = np.flatnonzero(votes >= least)
    best: dict[int, int] = {}
    for place in many[np.argsort(votes[many], kind="stable")]:
        best[int(cells[place]) // _SHIFTS] = int(place)
    chosen = np.asarray(list(best.values()), np.int64)
    return Shared(cells[chosen] // _SHIFTS + block.first, votes[chosen], cells[chosen] % _SHIFTS - LATEST - 1)


def _hits(entries: NDArray[np.uint64], asked: Keys) -> tuple[NDArray[np.uint64], Ints]:
    """Every entry with a key of the query's, and beside it the time that the query has the key at."""
    order = np.argsort(asked.keys, kind="stable")
    wanted, times = asked.keys[order].astype(np.uint64), asked.times[order]
    first = np.searchsorted(entries, wanted << _KEY_SHIFT)
    counts = np.searchsorted(entries, (wanted + np.uint64(1)) << _KEY_SHIFT) - first
    if counts.sum() > MOST_HITS:
        rare = np.argsort(counts, kind="stable")
        rare = rare[np.cumsum(counts[rare]) <= MOST_HITS]
        first, counts, times = first[rare], counts[rare], times[rare]
    starts = np.cumsum(counts) - counts
    places = np.arange(int(counts.sum())) + np.repeat(first - starts, counts)
    return entries[places], np.repeat(times, counts)
