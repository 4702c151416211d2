"""Owns that this process gives memory back when recordings leave it. Bounds nothing itself: see serving.handlers.bodies."""

from __future__ import annotations

import ctypes

M_MMAP_THRESHOLD = -3
"""Of <malloc.h>, GNU libc."""
LARGE_BYTES = 512 * 1024


def give_back_large() -> bool:
    """Have what is larger than half a MiB go back to the system when it is freed; tells whether the C library can do so.

    Left to itself GNU libc raises that line to what was freed last (32 MiB at most), and keeps freed recordings in each thread's
    arena: ten bodies of 24 MiB took 229 MiB where 48 MiB might be in memory at once, 134 MiB with the line held.
    """
    library = ctypes.CDLL(None)
    return hasattr(library, "mallopt") and library.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES) == 1
