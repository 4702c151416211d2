"""Recordings and pictures that come in one request: sealed on the disk until all is here, then in memory, few at once.

They lie where recordings in pieces do, under the same bounds, and only while their request lasts. Speaks no HTTP: see api.bodies.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from serving.handlers.desk import Caller, Desk
from serving.handlers.uploads import OPEN_BYTES, OPEN_OF_ACCOUNT, Uploads, too_many
from serving.upload_ports import Alone, Upload, UploadStore

LIVES: Final = timedelta(minutes=5)
"""A body has three minutes to come and then waits for its turn; what is left of one whose process ended is removed after this."""
ROOM_BYTES: Final = 128 * 1024 * 1024
"""Of recordings in one process's memory at once: two of the largest, or forty as they usually are. Each takes up to two and a half
times its size while it is read and put into a message for the keyholder. A house rule."""
ROOM_WAIT_S: Final = 20.0
"""How long what is whole waits for room. To seal the largest recording takes about a second. A house rule."""


class Room:
    """How many bytes of recordings one process holds in memory at once. May be used from several threads."""

    def __init__(self, most_bytes: int = ROOM_BYTES, wait_s: float = ROOM_WAIT_S) -> None:
        """`wait_s`: how long who finds it full is to wait before they are told so."""
        self._most = most_bytes
        self.wait_s = wait_s
        self._held = 0
        self._lock = threading.Lock()

    def take(self, count: int) -> bool:
        """Take room for so many bytes; False where there is too little now. One that is larger than all of it goes alone."""
        with self._lock:
            if self._held and self._held + count > self._most:
                return False
            self._held += count
            return True

    def give_back(self, count: int) -> None:
        """Give back what was taken."""
        with self._lock:
            self._held -= count


class Body:
    """One request's body on its way, the only one of its challenge. `end` removes what came of it."""

    def __init__(self, store: UploadStore, upload: Upload, alone: Alone) -> None:
        self._store = store
        self._upload = upload
        self._alone = alone

    @property
    def size_bytes(self) -> int:
        """How much is here."""
        return self._upload.received

    def take(self, piece: bytes) -> None:
        """Keep a piece, sealed."""
        at = self._store.write(self._upload, self._upload.received, self._upload.stored, piece)
        self._upload = replace(self._upload, received=self._upload.received + len(piece), stored=at)

    def read(self) -> bytes:
        """Give what came, in clear."""
        return self._store.read(self._upload)

    def end(self) -> None:
        """Destroy what came, and let the next one begin."""
        try:
            self._store.remove(self._upload.upload)
        finally:
            self._alone.end()


def expect(uploads: Uploads, desk: Desk, caller: Caller, challenge: str, length: int, alone: Alone) -> Body:
    """Make place for a body of at most `length` bytes; `alone` was taken for its challenge and ends with it. Raises TooManyError."""
    expires_at = datetime.now(UTC) + LIVES
    wanted = Upload(desk.entropy(16).hex(), caller.account, challenge, length, "", expires_at)
    found = uploads.store.find(wanted.upload) if uploads.store.add(wanted, OPEN_OF_ACCOUNT, OPEN_BYTES) else None
    if found is None:
        raise too_many()
    return Body(uploads.store, found, alone)
