"""LockedFaceIndex: known faces in locked memory, compared with each. Does not keep anything on disk, nor read templates.

Every comparison is made (one matrix-vector product a block): nothing is approximated, an entry goes by overwriting it, and
no library copies the templates elsewhere. What is protected, and what is not, is told by `protect`.
"""

import threading
from typing import Final

import numpy as np

from identity.adapters.locked_memory import LockedArray, Protection, protection
from identity.core import faces
from identity.core.faces import DIMENSIONS, FaceMatch, KnownKind
from identity.core.features import Floats

BLOCK_ROWS: Final = 65_536
"""Templates in one block of memory: 32 MiB."""


class LockedFaceIndex:
    """A FaceIndex over blocks of anonymous memory."""

    def __init__(self, block_rows: int = BLOCK_ROWS) -> None:
        self._block_rows = block_rows
        self._blocks: list[LockedArray] = []
        self._places: dict[tuple[KnownKind, str], int] = {}
        self._names: list[tuple[KnownKind, str]] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """See `identity.ports.FaceIndex`."""
        return len(self._names)

    def search(self, template: Floats, k: int, floor: float) -> tuple[FaceMatch, ...]:
        """See `identity.ports.FaceIndex`. Waits for a change that is being made, and holds changes up."""
        asked = faces.read(faces.written(template))
        with self._lock:
            found = [
                (float(similarity), self._names[first + row])
                for first, block, rows in self._filled()
                for row, similarity in _above(block.values[:rows], asked, floor, k)
            ]
        found.sort(key=lambda one: (-one[0], one[1]))
        return tuple(FaceMatch(kind, ref, round(similarity * 1e6)) for similarity, (kind, ref) in found[:k])

    def add(self, kind: KnownKind, ref: str, template: Floats) -> None:
        """See `identity.ports.FaceIndex`."""
        row = faces.read(faces.written(template))
        with self._lock:
            place = self._places.get((kind, ref))
            if place is None:
                place = len(self._names)
                if place == len(self._blocks) * self._block_rows:
                    self._blocks.append(self._block())
                self._names.append((kind, ref))
                self._places[kind, ref] = place
            self._row(place)[:] = row

    def remove(self, kind: KnownKind, ref: str) -> bool:
        """See `identity.ports.FaceIndex`. The last entry takes the place that is free, and its old place is overwritten."""
        with self._lock:
            place = self._places.pop((kind, ref), None)
            if place is None:
                return False
            last = len(self._names) - 1
            moved = self._names.pop()
            if place != last:
                self._row(place)[:] = self._row(last)
                self._names[place], self._places[moved] = moved, place
            self._row(last)[:] = 0.0
            return True

    def protect(self) -> Protection:
        """Make the process dump no core, and tell what protects the templates here. May be called again."""
        with self._lock:
            self._blocks = self._blocks or [self._block()]
            return protection(self._blocks)

    def close(self) -> None:
        """Forget everybody: all memory is overwritten and given back."""
        with self._lock:
            for block in self._blocks:
                block.wipe()
            self._blocks, self._names, self._places = [], [], {}

    def _filled(self) -> list[tuple[int, LockedArray, int]]:
        count, size = len(self._names), self._block_rows
        return [(i * size, block, min(size, count - i * size)) for i, block in enumerate(self._blocks) if count > i * size]

    def _block(self) -> LockedArray:
        return LockedArray((self._block_rows, DIMENSIONS), np.float32)

    def _row(self, place: int) -> Floats:
        return self._blocks[place // self._block_rows].values[place % self._block_rows]


def _above(rows: Floats, asked: Floats, floor: float, k: int) -> list[tuple[int, np.float32]]:
    """Rows at or above a floor, at most the k most like."""
    similarities = rows @ asked
    found = np.flatnonzero(similarities >= floor)
    if len(found) > k:
        found = found[np.argpartition(-similarities[found], k - 1)[:k]]
    return [(int(row), similarities[row]) for row in found]
