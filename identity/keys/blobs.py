"""Owns sealed files on disk, written whole or not at all. Does not seal: it never sees plain bytes."""

from __future__ import annotations

import re
from pathlib import Path

from identity.keys.durable import PART, replace, sync_folder
from identity.keys.errors import NoKeyError

_NAME = re.compile(r"^[a-z]+/[a-z]+-[0-9a-f]{32}$")


class FileBlobs:
    """Sealed files in the media folder: `evidence/`, `assets/`, `films/`; names say nothing."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, made with 0700 where absent."""
        self._folder = folder

    def put(self, name: str, sealed: bytes) -> None:
        """Write a file; when it returns the file is whole and durable."""
        path = self._path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace(path, sealed)

    def get(self, name: str) -> bytes:
        """Read a file; raises NoKeyError where there is none."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as error:
            message = f"nothing lies at {name}"
            raise NoKeyError(message) from error

    def delete(self, name: str) -> None:
        """Delete a file, and what a broken-off writing of it left; durable when it returns, may be called again."""
        path = self._path(name)
        for one in (path, path.with_suffix(PART)):
            one.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync_folder(path.parent)

    def holds(self, name: str) -> bool:
        """Tell whether there is such a file, or a part of it."""
        path = self._path(name)
        return path.exists() or path.with_suffix(PART).exists()

    def _path(self, name: str) -> Path:
        if _NAME.match(name) is None:
            message = f"not the name of a sealed file: {name[:80]!r}"
            raise ValueError(message)
        return self._folder / name
