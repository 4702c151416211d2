"""Owns writing a small file so that it is whole or not there, and stays after a power cut. Does not know what is in it."""

from __future__ import annotations

import os
from pathlib import Path

PART = ".part"
"""What a writing that was broken off leaves ends so; the next one takes its place."""


def write_new(path: Path, content: bytes) -> None:
    """Write a file of mode 600 where there is none; durable when it returns. Raises OSError, FileExistsError among them."""
    _write(path, content, os.O_EXCL, 0o600)
    sync_folder(path.parent)


def replace(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file in the place of another, or of none; durable when it returns. Raises OSError."""
    part = path.with_name(path.name + PART)
    _write(part, content, os.O_TRUNC, mode)
    part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names that came or went in a folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, content: bytes, how: int, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
