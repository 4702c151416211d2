"""Owns showing that destroyed keys are gone from the keyring's folder, by searching its bytes. Destroys nothing: see keyring.

What it cannot show: what the medium below the file system, a snapshot or a backup elsewhere still holds. A wrapped key found there
opens with the root key of its time alone: see rotation.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from pathlib import Path

import msgspec

from identity.keys.errors import DestructionUnprovenError


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was looked at after a destruction. `searched_files` 0: the key had been destroyed by an earlier call, or lay in memory."""

    searched_files: int = 0
    searched_bytes: int = 0
    keys: int = 0
    """How many wrapped keys were searched for, and not found."""
    files_gone: int = 0
    """How many sealed files that they opened are no more."""


def prove_gone(folder: Path | None, wrapped: Sequence[bytes]) -> Proof:
    """Search every file of a folder for wrapped keys. Raises DestructionUnprovenError, naming the file that holds one."""
    files = [] if folder is None or not wrapped else [path for path in sorted(folder.iterdir()) if path.is_file() and not path.is_symlink()]
    for path in files:
        if _holds(path, wrapped):
            message = f"{path} still holds a destroyed key: remove it, if it is a copy of the keyring"
            raise DestructionUnprovenError(message)
    return Proof(searched_files=len(files), searched_bytes=sum(path.stat().st_size for path in files), keys=len(wrapped) if files else 0)


def _holds(path: Path, wrapped: Sequence[bytes]) -> bool:
    with path.open("rb") as file:
        if file.seek(0, 2) == 0:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return any(content.find(one) >= 0 for one in wrapped)
