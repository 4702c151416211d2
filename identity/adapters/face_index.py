"""LockedFaceIndex: known faces in locked memory, compared with each. Does not keep anything on disk, nor read templates.

Every comparison is made (one matrix-vector product a block): nothing is approximated, an entry goes by overwriting it, and
no library copies the templates elsewhere. What is protected, and what is not, is told by `protect`.
"""

import ctypes
import mmap
import threading
from dataclasses import dataclass
from typing import Final

import numpy as np

from identity.core import faces
from identity.core.faces import DIMENSIONS, FaceMatch, KnownKind
from identity.core.features import Floats

BLOCK_ROWS: Final = 65_536
"""Templates in one block of memory: 32 MiB."""
_ROW_BYTES: Final = DIMENSIONS * 4
_PR_SET_DUMPABLE: Final = 4
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Protection:
    """What the operating system granted. Another process of the same user, root, and a snapshot of the machine see through all of it."""

    locked: bool
    """Every block is locked: none is written to swap."""
    undumped: bool
    """Every block is left out of core dumps."""
    undumpable: bool
    """The process dumps no core, and another process of the same user may not attach to it."""


class LockedFaceIndex:
    """A FaceIndex over blocks of anonymous memory."""

    def __init__(self, block_rows: int = BLOCK_ROWS) -> None:
        self._block_rows = block_rows
        self._blocks: list[_Block] = []
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
                for row, similarity in _above(block.rows[:rows], asked, floor, k)
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
                    self._blocks.append(_Block(self._block_rows))
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
        undumpable = _LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
        with self._lock:
            self._blocks = self._blocks or [_Block(self._block_rows)]
            return Protection(all(one.locked for one in self._blocks), all(one.undumped for one in self._blocks), undumpable)

    def close(self) -> None:
        """Forget everybody: all memory is overwritten and given back."""
        with self._lock:
            for block in self._blocks:
                block.rows[:] = 0.0
            self._blocks, self._names, self._places = [], [], {}

    def _filled(self) -> list[tuple[int, "_Block", int]]:
        count, size = len(self._names), self._block_rows
        return [(i * size, block, min(size, count - i * size)) for i, block in enumerate(self._blocks) if count > i * size]

    def _row(self, place: int) -> Floats:
        return self._blocks[place // self._block_rows].rows[place % self._block_rows]


class _Block:
    """One piece of anonymous memory, locked and left out of dumps where the system allows."""

    def __init__(self, rows: int) -> None:
        self._memory = mmap.mmap(-1, rows * _ROW_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.rows: Floats = np.frombuffer(self._memory, np.float32).reshape(rows, DIMENSIONS)
        address = ctypes.c_void_p(self.rows.ctypes.data)
        self.locked = _LIBC.mlock(address, ctypes.c_size_t(rows * _ROW_BYTES)) == 0
        try:
            self._memory.madvise(mmap.MADV_DONTDUMP)
            self._memory.madvise(mmap.MADV_DONTFORK)
            self.undumped = True
        except (OSError, AttributeError):
            self.undumped = False


def _above(rows: Floats, asked: Floats, floor: float, k: int) -> list[tuple[int, np.float32]]:
    """Rows at or above a floor, at most the k most like."""
    similarities = rows @ asked
    found = np.flatnonzero(similarities >= floor)
    if len(found) > k:
        found = found[np.argpartition(-similarities[found], k - 1)[:k]]
    return [(int(row), similarities[row]) for row in found]
