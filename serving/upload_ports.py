"""Port of recordings that are on their way: kept sealed, piece by piece, until they are whole. Judges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Upload:
    """One recording on its way. Lengths are bytes."""

    upload: str
    account: str
    enrolment: str
    length: int
    label: str
    """What is kept of the camera's name: names of virtual cameras."""
    expires_at: datetime
    received: int = 0
    stored: int = 0
    """Of the sealed file: what lies behind it does not count."""
    key: bytes = b""
    done: bool = False
    """Handed to the checks; nothing of it is kept here any more."""

    @property
    def whole(self) -> bool:
        """Whether all of it is here, and was not handed on."""
        return self.received == self.length and not self.done


class Alone(Protocol):
    """The right to bring something to a place, until it ends; it ends with its process."""

    def end(self) -> None:
        """Let others. May be called again."""
        ...


class UploadStore(Protocol):
    """Keeps what was received. Nothing of a recording lies anywhere in clear, and an expired one cannot be read again."""

    def add(self, upload: Upload, most_of_account: int, most_bytes: int) -> bool:
        """Keep a new upload under a key of its own; False where the account or the installation has too many open."""
        ...

    def find(self, upload: str) -> Upload | None:
        """Find one, also where it has expired."""
        ...

    def alone(self, place: str) -> Alone | None:
        """Take the right to bring something to `place`, among all processes that share this store; None while another has it."""
        ...

    def write(self, upload: Upload, offset: int, at: int, piece: bytes) -> int:
        """Seal a piece that begins at `offset` of the recording, `at` in the sealed file; gives where the next one goes.

        It counts once it is committed.
        """
        ...

    def commit(self, upload: Upload, received: int, stored: int) -> bool:
        """Count what was written since this state of the upload; False where somebody else moved it. Durable when it returns."""
        ...

    def read(self, upload: Upload) -> bytes:
        """Give what was received, in clear."""
        ...

    def finish(self, upload: str) -> None:
        """Destroy what was received and its key, and keep that it was handed on. May be called again."""
        ...

    def remove(self, upload: str) -> None:
        """Destroy everything of it. May be called again."""
        ...

    def expire(self) -> int:
        """Remove what has expired, and sealed files that belong to nothing; tells how many rows."""
        ...
