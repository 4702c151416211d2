"""In-memory twin of the UploadStore, for unit tests; it passes the same contract tests as the real one."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

from serving.upload_ports import Upload


class InMemoryTurn:
    """The right to bring something to a place."""

    def __init__(self, place: str, taken: set[str]) -> None:
        self._place = place
        self._taken: set[str] | None = taken

    def end(self) -> None:
        """Let others."""
        taken, self._taken = self._taken, None
        if taken is not None:
            taken.discard(self._place)


class InMemoryUploadStore:
    """An UploadStore that forgets with the process."""

    def __init__(self) -> None:
        self._kept: dict[str, Upload] = {}
        self._written: dict[str, bytearray] = {}
        self._taken: set[str] = set()
        self._lock = threading.Lock()

    def add(self, upload: Upload, most_of_account: int, most_bytes: int) -> bool:
        """Keep a new upload."""
        now = datetime.now(UTC)
        open_ones = [one for one in self._kept.values() if not one.done and one.expires_at > now]
        if sum(one.account == upload.account for one in open_ones) >= most_of_account:
            return False
        if sum(one.length for one in open_ones) + upload.length > most_bytes:
            return False
        self._kept[upload.upload], self._written[upload.upload] = upload, bytearray()
        return True

    def find(self, upload: str) -> Upload | None:
        """Find one."""
        return self._kept.get(upload)

    def alone(self, place: str) -> InMemoryTurn | None:
        """Take the turn at a place."""
        with self._lock:
            if place in self._taken:
                return None
            self._taken.add(place)
        return InMemoryTurn(place, self._taken)

    def write(self, upload: Upload, offset: int, at: int, piece: bytes) -> int:
        """Keep a piece."""
        assert offset == at
        self._written[upload.upload][at:] = piece
        return at + len(piece)

    def commit(self, upload: Upload, received: int, stored: int) -> bool:
        """Count what was written."""
        if self._kept.get(upload.upload) != upload or upload.done:
            return False
        self._kept[upload.upload] = replace(upload, received=received, stored=stored)
        return True

    def read(self, upload: Upload) -> bytes:
        """Give what was received."""
        return bytes(self._written[upload.upload][: upload.stored])

    def finish(self, upload: str) -> None:
        """Forget the content."""
        self._kept[upload] = replace(self._kept[upload], done=True, received=self._kept[upload].length)
        self._written.pop(upload, None)

    def remove(self, upload: str) -> None:
        """Forget everything."""
        self._kept.pop(upload, None)
        self._written.pop(upload, None)

    def expire(self) -> int:
        """Remove what has expired."""
        gone = [name for name, one in self._kept.items() if one.expires_at <= datetime.now(UTC)]
        for name in gone:
            self.remove(name)
        return len(gone)
