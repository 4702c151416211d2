"""Commands of a recording that comes in pieces: begin, go on where it stopped, stop. Whole, it is submitted as any other.

An upload belongs to one account and one open challenge, ends with that challenge, and is kept sealed. One body of a challenge comes
at a time, in whichever process: the next one is told to wait. Speaks no HTTP: see api.routes.uploads for the protocol (tus 1.0).
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from identity.core.checks.injection import kept_of
from identity.keys.wire import EvidenceSealed
from serving.errors import CommandError, ConflictError, GoneError, LockedError, NotFoundError, TooLargeError, TooManyError, UnavailableError
from serving.handlers import submitting
from serving.handlers.desk import Caller, Desk
from serving.upload_ports import Alone, Upload, UploadStore

OPEN_OF_ACCOUNT = 3
"""One, and two that a client lost: they end with their challenges. A house rule."""
OPEN_BYTES = 4 * 1024**3
"""Of all open uploads together, by what they said they would send. A house rule."""
PIECE_BYTES = 1024 * 1024
"""What is sealed and counted at once: so much is sent again after a lost connection, at most. A house rule."""
ALGORITHMS = ("sha1", "sha256")


class ChecksumError(CommandError):
    """What came is not what was sent; none of it is kept."""

    status = 460  # as tus says


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Uploads:
    """Recordings on their way into one installation."""

    store: UploadStore

    def begin(self, desk: Desk, caller: Caller, enrolment: str, length: int, label: str) -> Upload:
        """Begin to send a recording of so many bytes; it may be sent until the challenge ends."""
        if not 1 <= length <= submitting.MAX_RECORDING_BYTES:
            raise TooLargeError(
                "media.too_large" if length > 0 else "media.empty",
                f"a recording has 1 to {submitting.MAX_RECORDING_BYTES} bytes, not {length}", "record for about ten seconds",
            )  # fmt: skip
        until_us = submitting.open_until(desk, caller, enrolment)
        self.store.expire()
        expires_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=until_us)
        upload = Upload(desk.entropy(16).hex(), caller.account, enrolment, length, kept_of(label)[:120], expires_at)
        if not self.store.add(upload, OPEN_OF_ACCOUNT, OPEN_BYTES):
            raise too_many()
        return upload

    def find(self, caller: Caller, enrolment: str, upload: str) -> Upload:
        """Find the caller's upload. Raises NotFoundError, GoneError."""
        found = self.store.find(upload)
        if found is None or (found.account, found.enrolment) != (caller.account, enrolment):
            raise NotFoundError("upload.unknown", "nothing of that name is on its way from you", "begin again: POST …/uploads")
        if found.expires_at <= datetime.now(UTC):
            self.store.remove(upload)
            raise GoneError("upload.expired", "its challenge ran out", "start a new enrolment: cameo enrol start")
        return found

    def drop(self, caller: Caller, enrolment: str, upload: str) -> None:
        """Stop, and destroy what came."""
        with self._turn(caller, enrolment):
            self.find(caller, enrolment, upload)
            self.store.remove(upload)

    def receive(self, caller: Caller, enrolment: str, upload: str, offset: int, checksum: tuple[str, bytes] | None) -> Receiving:
        """Take more of it, from `offset` on. `checksum`: algorithm and digest of all that this call brings."""
        alone = self.alone(caller, enrolment)
        try:
            found = self._found_at(offset, self.find(caller, enrolment, upload))
        except BaseException:
            alone.end()
            raise
        return Receiving(self.store, found, alone, checksum)

    def hand_in(
        self, desk: Desk, evidence: submitting.EvidenceStore, caller: Caller, enrolment: str, upload: str, client: str = ""
    ) -> EvidenceSealed | None:
        """Submit it once it is whole; None while it is not, or where that was done. May be called again."""
        with self._turn(caller, enrolment):
            found = self.find(caller, enrolment, upload)
            if not found.whole:
                return None
            who = replace(caller, idempotency_key=f"upload/{upload}")
            try:
                stored = submitting.submit(desk, evidence, who, enrolment, self.store.read(found), found.label, client=client)
            except UnavailableError:
                raise  # it stays here, whole: the client asks again
            except CommandError:
                self.store.remove(upload)
                raise
            self.store.finish(upload)
        return stored

    def alone(self, caller: Caller, challenge: str) -> Alone:
        """Take the right to bring a body for this challenge of the caller's. Raises LockedError while one is on its way."""
        taken = self.store.alone(f"{caller.account}/{challenge}")
        if taken is None:
            raise LockedError(
                "upload.busy", "another recording for this challenge is on its way", "wait until it has ended, then ask where it stands",
                retry_after_s=2, ko="이 과제의 다른 녹화가 전송 중입니다. 끝난 뒤 다시 시도해 주세요.",
            )  # fmt: skip
        return taken

    @staticmethod
    def _found_at(offset: int, found: Upload) -> Upload:
        if offset != found.received:
            raise ConflictError("upload.offset", f"{found.received} bytes are here", f"go on from byte {found.received}")
        return found

    @contextmanager
    def _turn(self, caller: Caller, challenge: str) -> Generator[None, None, None]:
        taken = self.alone(caller, challenge)
        try:
            yield
        finally:
            taken.end()


def too_many() -> TooManyError:
    """Make the refusal of one more recording on its way."""
    return TooManyError(
        "upload.too_many", "too much is on its way already", "go on with it, or try again in a minute", retry_after_s=60,
        ko="전송 중인 녹화가 너무 많습니다. 전송 중인 것을 이어서 보내거나 1분 뒤에 다시 시도해 주세요.",
    )  # fmt: skip


class Receiving:
    """One call's bytes. With a checksum they count when all came and it is right; without, each piece counts as it came."""

    def __init__(self, store: UploadStore, upload: Upload, alone: Alone, checksum: tuple[str, bytes] | None) -> None:
        self._store = store
        self._upload = upload
        self._alone = alone
        self._wanted = checksum
        self._hash: _Hash | None = None if checksum is None else hashlib.new(checksum[0], usedforsecurity=False)
        self._at = upload.stored
        self.received = upload.received

    def take(self, piece: bytes) -> None:
        """Keep a piece, sealed. Raises TooLargeError beyond the length that was said."""
        if self.received + len(piece) > self._upload.length:
            raise TooLargeError("upload.too_long", f"{self._upload.length} bytes were announced", "begin again with the right length")
        if not piece:
            return
        self._at = self._store.write(self._upload, self.received, self._at, piece)
        self.received += len(piece)
        if self._hash is not None:
            self._hash.update(piece)
        else:
            self._commit()

    def end(self, *, whole: bool) -> int:
        """Count what came; `whole`: all that the call announced is here. Gives how much of the recording is here now."""
        try:
            if self._hash is None or self._wanted is None:
                return self.received
            if not whole:
                return self._upload.received
            if self._hash.digest() != self._wanted[1]:
                raise ChecksumError("upload.checksum", "what came is not what was sent", "send this part again")
            self._commit()
            return self.received
        finally:
            self._alone.end()

    def _commit(self) -> None:
        if not self._store.commit(self._upload, self.received, self._at):
            raise ConflictError("upload.offset", "somebody else went on with it", "ask where it stands")
        self._upload = replace(self._upload, received=self.received, stored=self._at)
