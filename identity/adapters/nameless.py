"""Owns a file that has no name: bytes in memory that a program reads as a file. Nothing of it reaches a disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def nameless(data: bytes) -> Iterator[Path]:
    """Give these bytes a path, of this process and the children it forks, for as long as the block lasts."""
    descriptor = os.memfd_create("recording", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(data)
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
