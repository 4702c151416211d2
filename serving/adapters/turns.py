"""Owns turns at a place, one holder at a time among every process that shares a folder. Does not wait, and knows no uploads.

A turn is an advisory lock (flock) on an empty file, which the kernel gives up with the process that holds it. Hosts that share the
folder need a file system that has such locks among hosts, as NFS since version 4 and the local ones do.
"""

from __future__ import annotations

import fcntl
import os
from hashlib import sha256
from pathlib import Path

SUFFIX = ".turn"


class Turn:
    """The right to write to one place, until it ends."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor: int | None = descriptor

    def end(self) -> None:
        """Let others have it. May be called again."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            self._path.unlink(missing_ok=True)
            os.close(descriptor)


def turn_at(folder: Path, place: str) -> Turn | None:
    """Take the turn at a place; None while another holds it. The file's name tells nothing of the place."""
    return take(folder / (sha256(place.encode()).hexdigest() + SUFFIX))


def take(path: Path) -> Turn | None:
    """Take the turn that this file stands for; None while another holds it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError:
            os.close(descriptor)
            raise
        if _is_there(path, descriptor):
            return Turn(path, descriptor)
        os.close(descriptor)  # whoever held it removed the file between our opening and our lock


def _is_there(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
