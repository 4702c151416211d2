"""Owns turning a keyring from one root key to another while its keys are used. Does not draw root keys: see rotating."""

from __future__ import annotations

import sqlite3
import threading

from identity.keys.roots import RootTable


class Turning:
    """Wraps subject keys anew. One turn at a time; safe between threads."""

    def __init__(self, db: sqlite3.Connection, lock: threading.RLock, roots: RootTable) -> None:
        """`lock`: the keyring's own, held for what is read and written, never while a root key is asked."""
        self._db = db
        self._lock = lock
        self._roots = roots
        self._at_a_time = threading.Lock()

    def turn_to(self, reference: str) -> str:
        """Wrap every new subject key by another root key. May be called again."""
        with self._at_a_time, self._lock:
            if self._roots.reference != reference:
                with self._db:
                    self._db.execute("BEGIN IMMEDIATE")
                    root = self._roots.add(reference)
                self._roots.turn(root)
            return self._roots.now

    def rewrap(self, most: int) -> int:
        """Wrap up to so many subject keys anew; gives how many are left.

        Keys are used meanwhile: the root keys are asked outside the lock, and a key that was destroyed meanwhile stays so.
        """
        with self._at_a_time:
            with self._lock:
                now = self._roots.now
                rows = self._db.execute(
                    "SELECT key_id, wrapped, root FROM keys WHERE kind = 'subject' AND wrapped IS NOT NULL AND root <> ? LIMIT ?",
                    (now, most),
                ).fetchall()
            new = [(self._roots.wrap(now, self._roots.unwrap(root, old, key_id), key_id), now, key_id, old) for key_id, old, root in rows]
            with self._lock, self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany("UPDATE keys SET wrapped = ?, root = ? WHERE key_id = ? AND wrapped = ?", new)
                left: int = self._db.execute(
                    "SELECT count(*) FROM keys WHERE kind = 'subject' AND wrapped IS NOT NULL AND root <> ?", (now,)
                ).fetchone()[0]
                self._roots.retire()
            return left
