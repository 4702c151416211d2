"""Owns which root keys the subject keys are wrapped by, and which of them wraps now: a table in the keyring's file.

Does not own the root keys themselves (wrapping, token). A version is retired when nothing is wrapped by it any more.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable

from identity.keys.errors import RootKeyError, SealBrokenError
from identity.keys.ports import RootKeys, Wrapping
from identity.keys.rows import RootRow, root_of
from identity.keys.sealing import new_id


class RootTable:
    """Root keys in use. Called under the keyring's lock, but for `unwrap` and `wrap`, which may take a token's time."""

    def __init__(self, db: sqlite3.Connection, roots: RootKeys, clock: Callable[[], int]) -> None:
        """Open every root key that still wraps something. Raises RootKeyError where one is not the one it was."""
        self._db = db
        self._roots = roots
        self._clock = clock
        self._open: dict[str, Wrapping] = {}
        self._now = ""
        for root, reference, canary, wraps_now in db.execute(
            "SELECT root, reference, canary, wraps_now FROM roots WHERE retired_us IS NULL"
        ):
            self._open[root] = self._checked(root, reference, canary)
            self._now = root if wraps_now else self._now

    @property
    def now(self) -> str:
        """The version that wraps new keys; empty in a keyring that has none yet."""
        return self._now

    @property
    def reference(self) -> str:
        """Where that version lies."""
        return self._db.execute("SELECT reference FROM roots WHERE root = ?", (self._now,)).fetchone()[0]

    def begin(self) -> str:
        """Take the first root key that is configured; gives its version."""
        return self.add(self._roots.first)

    def add(self, reference: str) -> str:
        """Take another root key into use: from now on it wraps what is new. Inside the caller's transaction; then `turn`."""
        root = new_id("root")
        wrapping = self._roots.open(reference)
        canary = wrapping.wrap(_canary(root), root)
        self._db.execute("UPDATE roots SET wraps_now = 0")
        self._db.execute("INSERT INTO roots VALUES (?, ?, ?, ?, NULL, 1)", (root, reference, canary, self._clock()))
        self._open[root] = wrapping
        return root

    def turn(self, root: str) -> None:
        """Wrap with this version from now on: called once its row is durable."""
        self._now = root

    def wrap(self, root: str, key: bytes, key_id: str) -> bytes:
        """Wrap a subject key. Raises RootKeyUnavailableError."""
        return self._open[root].wrap(key, key_id)

    def unwrap(self, root: str, wrapped: bytes, key_id: str) -> bytes:
        """Unwrap a subject key. Raises SealBrokenError, RootKeyUnavailableError."""
        return self._open[root].unwrap(wrapped, key_id)

    def retire(self) -> list[str]:
        """Retire the earlier versions that wrap nothing any more; gives them. Inside the caller's transaction."""
        rows = self._db.execute(
            "SELECT root FROM roots r WHERE retired_us IS NULL AND NOT wraps_now"
            " AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.kind = 'subject' AND k.root = r.root AND k.wrapped IS NOT NULL)"
        ).fetchall()
        for (root,) in rows:
            self._db.execute("UPDATE roots SET retired_us = ? WHERE root = ?", (self._clock(), root))
        return [root for (root,) in rows]

    def rows(self) -> list[RootRow]:
        """List every version, oldest first, with how many subject keys it wraps."""
        found = self._db.execute(
            "SELECT root, reference, added_us, retired_us, wraps_now,"
            " (SELECT count(*) FROM keys k WHERE k.kind = 'subject' AND k.root = r.root AND k.wrapped IS NOT NULL)"
            " FROM roots r ORDER BY rowid"
        )
        return [root_of(row) for row in found.fetchall()]

    def close(self) -> None:
        """Let go of every root key."""
        for wrapping in self._open.values():
            wrapping.close()

    def _checked(self, root: str, reference: str, canary: bytes) -> Wrapping:
        wrapping = self._roots.open(reference)
        try:
            right = wrapping.unwrap(canary, root) == _canary(root)
        except SealBrokenError:
            right = False
        if not right:
            raise RootKeyError(f"{reference} is not the root key that this keyring is wrapped by")
        return wrapping


def _canary(root: str) -> bytes:
    return hashlib.sha256(b"cameo/root/1" + root.encode()).digest()
