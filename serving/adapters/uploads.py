"""Recordings on their way: rows in Postgres (schema `access`), sealed files in a folder. Judges nothing.

Each upload has a key of its own, which lies in its row alone, sealed; the file is a row of pieces, each sealed to its place. An API
that starts again goes on where the last one stopped; without the row its file is unreadable.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from identity.keys.errors import SealBrokenError
from identity.keys.sealing import NONCE_BYTES, TAG_BYTES, new_key, seal, unseal
from serving.adapters import turns
from serving.upload_ports import Alone, Upload
from streams.adapters.postgres_pool import lent

_ID = re.compile(r"[0-9a-f]{32}")
_COLUMNS = "upload, account, enrolment, length, label, expires_at, received, stored, nonce, sealed_key, done"
_ADD = """
INSERT INTO access.uploads (upload, account, enrolment, length, label, expires_at, nonce, sealed_key)
SELECT %(upload)s, %(account)s, %(enrolment)s, %(length)s, %(label)s, %(expires_at)s, %(nonce)s, %(sealed_key)s
WHERE (SELECT count(*) FROM access.uploads WHERE account = %(account)s AND NOT done AND expires_at > now()) < %(most_of_account)s
  AND (SELECT coalesce(sum(length), 0) FROM access.uploads WHERE NOT done AND expires_at > now()) + %(length)s <= %(most_bytes)s
"""
LENGTH_BYTES = 4


class PostgresUploadStore:
    """An UploadStore on a pool of role `api` and a folder of its own."""

    def __init__(self, pool: ConnectionPool[Any], key: bytes, folder: Path) -> None:
        """`key`: 32 bytes that seal the uploads' keys. The folder is made with 0700 where absent."""
        self._pool = pool
        self._seal = AESGCM(key)
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def add(self, upload: Upload, most_of_account: int, most_bytes: int) -> bool:
        """Keep a new upload under a key of its own."""
        nonce = os.urandom(NONCE_BYTES)
        sealed_key = self._seal.encrypt(nonce, new_key(), _bound(upload.upload))
        values = {
            "upload": upload.upload, "account": upload.account, "enrolment": upload.enrolment, "length": upload.length,
            "label": upload.label, "expires_at": upload.expires_at, "nonce": nonce, "sealed_key": sealed_key,
            "most_of_account": most_of_account, "most_bytes": most_bytes,
        }  # fmt: skip
        with lent(self._pool, self._pool.timeout) as connection:
            return connection.execute(_ADD, values).rowcount == 1

    def find(self, upload: str) -> Upload | None:
        """Find one."""
        with lent(self._pool, self._pool.timeout) as connection:
            query = f"SELECT {_COLUMNS} FROM access.uploads WHERE upload = %s"  # noqa: S608 -- a constant
            row = connection.cursor(row_factory=tuple_row).execute(query.encode(), (upload,)).fetchone()
        if row is None:
            return None
        key = b"" if row[10] else self._seal.decrypt(row[8], row[9], _bound(upload))
        return Upload(*row[:8], key=key, done=row[10])

    def alone(self, place: str) -> Alone | None:
        """Take the turn at a place, among every process that shares the folder."""
        return turns.turn_at(self._folder, place)

    def write(self, upload: Upload, offset: int, at: int, piece: bytes) -> int:
        """Seal a piece into the file; on the disk when it returns."""
        sealed = seal(upload.key, piece, _place(upload.upload, offset))
        data = len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed
        descriptor = os.open(self._path(upload.upload), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(descriptor, at)
            os.pwrite(descriptor, data, at)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        return at + len(data)

    def commit(self, upload: Upload, received: int, stored: int) -> bool:
        """Count what was written."""
        return self._changed(
            "UPDATE access.uploads SET received = %s, stored = %s WHERE upload = %s AND received = %s AND stored = %s AND NOT done",
            received, stored, upload.upload, upload.received, upload.stored,
        )  # fmt: skip

    def read(self, upload: Upload) -> bytes:
        """Open every piece in its place."""
        found, at, offset = list[bytes](), 0, 0
        if not upload.stored:
            return b""
        with self._path(upload.upload).open("rb") as file:
            while at < upload.stored:
                size = int.from_bytes(file.read(LENGTH_BYTES), "big")
                sealed = file.read(size)
                if not NONCE_BYTES + TAG_BYTES < size == len(sealed):
                    message = f"a piece of {upload.upload} is cut"
                    raise SealBrokenError(message)
                found.append(unseal(upload.key, sealed, _place(upload.upload, offset)))
                offset += len(found[-1])
                at += LENGTH_BYTES + size
        return b"".join(found)

    def finish(self, upload: str) -> None:
        """Destroy key and file, keep the row."""
        self._changed("UPDATE access.uploads SET done = true, nonce = '', sealed_key = '', received = length WHERE upload = %s", upload)
        self._path(upload).unlink(missing_ok=True)

    def remove(self, upload: str) -> None:
        """Destroy the row, and with it the key; then the file."""
        self._changed("DELETE FROM access.uploads WHERE upload = %s", upload)
        self._path(upload).unlink(missing_ok=True)

    def expire(self) -> int:
        """Remove what has expired, and files without a row: of a crash, or of somebody who was erased."""
        with lent(self._pool, self._pool.timeout) as connection:
            gone = connection.execute("DELETE FROM access.uploads WHERE expires_at <= now()").rowcount
            files = {path.name for path in self._folder.iterdir()}  # listed before the rows: a file is younger than its row
            rows = connection.cursor(row_factory=tuple_row).execute("SELECT upload FROM access.uploads WHERE NOT done").fetchall()
        for name in files - {row[0] for row in rows}:
            self._sweep(name)
        return gone

    def _sweep(self, name: str) -> None:
        if not name.endswith(turns.SUFFIX):
            (self._folder / name).unlink(missing_ok=True)
        elif (turn := turns.take(self._folder / name)) is not None:  # of a process that was killed; one that somebody holds stays
            turn.end()

    def _changed(self, query: str, *values: object) -> bool:
        with lent(self._pool, self._pool.timeout) as connection:
            return connection.execute(query.encode(), values).rowcount == 1

    def _path(self, upload: str) -> Path:
        if _ID.fullmatch(upload) is None:
            message = f"not an upload's id: {upload[:80]!r}"
            raise ValueError(message)
        return self._folder / upload


def _bound(upload: str) -> bytes:
    return f"cameo/upload/key/1\x1f{upload}".encode()


def _place(upload: str, offset: int) -> bytes:
    return f"cameo/upload/1\x1f{upload}\x1f{offset}".encode()
