"""Owns waiting until this host's view was written, at most for a moment; does not read it.

inotify tells of a write of the view's file within a fraction of a millisecond. Where it cannot (another system, a file
that was replaced), the wait ends by its limit, as a plain poll would: nothing rests on being woken.
"""

from __future__ import annotations

import ctypes
import os
import select
import time
from pathlib import Path

IN_MODIFY = 2
VIEW_FILE = "data.mdb"
LEAST_S = 0.001
"""Wakes come no closer than this: a feeder that catches up writes thousands of batches a second."""
ROOM_BYTES = 65536


class Wake:
    """A wait that ends when the view is written."""

    def __init__(self, folder: Path | str) -> None:
        """`folder`: the view's."""
        self._fd = _watched(os.fsencode(Path(folder) / VIEW_FILE))
        self._woken_at_s = 0.0

    def wait(self, limit_s: float, *others: int) -> None:
        """Return when the view was written since the last wait, when another descriptor can be read, or at the limit."""
        if self._fd is None:
            select.select(others, (), (), limit_s)
            return
        early_s = LEAST_S - (time.monotonic() - self._woken_at_s)
        if early_s > 0:
            time.sleep(early_s)
        if self._fd in select.select((self._fd, *others), (), (), limit_s)[0]:
            os.read(self._fd, ROOM_BYTES)
            self._woken_at_s = time.monotonic()

    def close(self) -> None:
        """Give the descriptor back."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _watched(file: bytes) -> int | None:
    libc = ctypes.CDLL(None)
    try:
        fd = int(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
    except AttributeError:
        return None
    if fd >= 0 and libc.inotify_add_watch(fd, file, IN_MODIFY) < 0:
        os.close(fd)
        return None
    return fd if fd >= 0 else None
