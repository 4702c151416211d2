"""Owns memory for what is biometric: anonymous, locked, left out of core dumps where the system allows. Does not know what lies in it."""

import ctypes
import mmap
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

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


class LockedArray:
    """One piece of anonymous memory as a numpy array of zeros. `wipe` when it is let go of."""

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        """Take at least a page."""
        size = max(int(np.prod(shape)) * np.dtype(dtype).itemsize, 1)
        self._memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.values: NDArray[Any] = np.frombuffer(self._memory, dtype, count=int(np.prod(shape))).reshape(shape)
        address = ctypes.c_void_p(np.frombuffer(self._memory, np.uint8).ctypes.data)
        self.locked = _LIBC.mlock(address, ctypes.c_size_t(size)) == 0
        try:
            self._memory.madvise(mmap.MADV_DONTDUMP)
            self._memory.madvise(mmap.MADV_DONTFORK)
            self.undumped = True
        except (OSError, AttributeError):
            self.undumped = False

    def wipe(self) -> None:
        """Overwrite everything."""
        self.values[...] = 0


def undumpable() -> bool:
    """Make the process dump no core; tells whether the system agreed. May be called again."""
    return _LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0


def protection(blocks: list[LockedArray]) -> Protection:
    """Make the process dump no core, and tell what protects these blocks."""
    dumps_none = undumpable()
    return Protection(all(one.locked for one in blocks), all(one.undumped for one in blocks), dumps_none)
