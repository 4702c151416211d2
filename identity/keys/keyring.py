"""Owns the wrapped keys: its own SQLite file, apart from the ledger. Does not own the root key's file or the sealed bytes.

root key → subject key (one an account) → field, evidence, asset and output keys. A key that concerns several subjects (a
film) is wrapped by each in turn, so destroying any one of them destroys it. A destroyed key leaves its row without the
wrapped bytes: the answer "destroyed" can be told for ever, the key cannot.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from identity.keys.errors import KeyGoneError, NoKeyError
from identity.keys.sealing import new_id, new_key, unwrap, wrap

LEASE_GRAIN_US = 60_000_000
KeyKind = Literal["subject", "field", "evidence", "asset", "output"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
  key_id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, about TEXT NOT NULL, wrapped BLOB,
  created_us INTEGER NOT NULL, destroyed_us INTEGER, lease_until_us INTEGER NOT NULL DEFAULT 0, retired INTEGER NOT NULL DEFAULT 0,
  settled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (kind, name));
CREATE TABLE IF NOT EXISTS key_subjects (
  account TEXT NOT NULL, key_id TEXT NOT NULL REFERENCES keys, PRIMARY KEY (account, key_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_unsettled ON keys (kind) WHERE settled = 0 AND wrapped IS NOT NULL;
CREATE INDEX IF NOT EXISTS keys_retired ON keys (lease_until_us) WHERE retired = 1 AND wrapped IS NOT NULL;
"""
_ROW = "SELECT key_id, kind, name, about, wrapped IS NULL, created_us, lease_until_us FROM keys WHERE "


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a key, without the key."""

    key_id: str
    kind: KeyKind
    name: str
    about: dict[str, Any]
    destroyed: bool
    created_us: int
    lease_until_us: int


class KeyRing:
    """Wrapped keys on disk. Every method is durable when it returns, safe between threads, one process at a time."""

    def __init__(self, path: Path | None, root_key: bytes, clock: Callable[[], int]) -> None:
        """Open or make the file (0600); `path` None keeps everything in memory. `clock`: UTC microseconds."""
        if path is not None:
            path.touch(mode=0o600, exist_ok=True)
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        # secure_delete zeroes what is deleted; the rollback journal is truncated, never kept, after each commit.
        for pragma in ("secure_delete=ON", "journal_mode=TRUNCATE", "synchronous=EXTRA", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}").fetchall()
        self._db.executescript(_SCHEMA)
        self._root = root_key
        self._clock = clock
        self._lock = threading.RLock()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def create(self, kind: KeyKind, name: str, subjects: Sequence[str], about: dict[str, Any]) -> tuple[str, bytes]:
        """Make a key under its subjects' keys; gives its id and the key. Raises KeyGoneError for an erased subject."""
        key_id, key = new_id("key"), new_key()
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            wrapped = key
            for account in sorted(set(subjects)):
                wrapped = wrap(self._subject(account), wrapped, key_id)
            self._insert(key_id, kind, name, about, wrapped)
            self._db.executemany("INSERT INTO key_subjects VALUES (?, ?)", [(account, key_id) for account in sorted(set(subjects))])
        return key_id, key

    def field_key(self, account: str) -> tuple[str, bytes]:
        """Give the account's field key, made at the first call. Raises KeyGoneError for an erased account."""
        with self._lock:
            row = self.find("field", account)
            if row is None:
                return self.create("field", account, (account,), {})
            return row.key_id, self.key(row.key_id)

    def key(self, key_id: str) -> bytes:
        """Unwrap a key; raises KeyGoneError where it was destroyed or never was."""
        with self._lock:
            found = self._db.execute("SELECT wrapped FROM keys WHERE key_id = ?", (key_id,)).fetchone()
            if found is None or found[0] is None:
                message = f"{key_id} was destroyed or never was"
                raise KeyGoneError(message)
            key: bytes = found[0]
            for account in reversed(self.subjects(key_id)):
                key = unwrap(self._subject(account), key, key_id)
            return key

    def subjects(self, key_id: str) -> list[str]:
        """List the accounts whose keys wrap this one, in the order of wrapping."""
        with self._lock:
            rows = self._db.execute("SELECT account FROM key_subjects WHERE key_id = ? ORDER BY account", (key_id,))
            return [account for (account,) in rows.fetchall()]

    def find(self, kind: KeyKind, name: str) -> KeyRow | None:
        """Find a key by what it is for, destroyed ones too."""
        with self._lock:
            found = self._db.execute(_ROW + "kind = ? AND name = ?", (kind, name)).fetchone()
            return None if found is None else _row(found)

    def row(self, key_id: str) -> KeyRow:
        """Tell what is known of a key; raises NoKeyError."""
        with self._lock:
            found = self._db.execute(_ROW + "key_id = ?", (key_id,)).fetchone()
        if found is None:
            message = f"there is no {key_id}"
            raise NoKeyError(message)
        return _row(found)

    def of_kind(self, kind: KeyKind, prefix: str = "") -> list[KeyRow]:
        """List the keys of a kind whose name begins so, destroyed ones too, in order of making."""
        with self._lock:
            rows = self._db.execute(
                _ROW + "kind = ? AND substr(name, 1, ?) = ? ORDER BY rowid",
                (kind, len(prefix), prefix),
            )
            return [_row(found) for found in rows.fetchall()]

    def unsettled(self, kind: KeyKind) -> list[KeyRow]:
        """List the keys of a kind of which it is not known for good whether the record names them."""
        with self._lock:
            rows = self._db.execute(_ROW + "kind = ? AND settled = 0 AND wrapped IS NOT NULL", (kind,))
            return [_row(found) for found in rows.fetchall()]

    def settle(self, key_id: str) -> None:
        """Note that the record names a key for good."""
        with self._lock, self._db:
            self._db.execute("UPDATE keys SET settled = 1 WHERE key_id = ?", (key_id,))

    def count(self) -> int:
        """Count the keys that are not destroyed."""
        with self._lock:
            count: int = self._db.execute("SELECT count(*) FROM keys WHERE wrapped IS NOT NULL").fetchone()[0]
            return count

    def note_lease(self, key_ids: Sequence[str], lease_until_us: int) -> None:
        """Remember that an attempt may need these keys until then: a retired key is not destroyed before.

        Noted up to a minute long, so that a much used likeness costs one write a minute, not one an opening.
        """
        noted_us = -(-lease_until_us // LEASE_GRAIN_US) * LEASE_GRAIN_US
        with self._lock, self._db:
            known = [self.row(key_id) for key_id in key_ids]
            later = [(noted_us, row.key_id) for row in known if row.lease_until_us < noted_us]
            if later:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany("UPDATE keys SET lease_until_us = ? WHERE key_id = ?", later)

    def retire(self, key_id: str) -> None:
        """Mark a key as replaced: it is due for destruction when its last lease ended."""
        with self._lock, self._db:
            self._db.execute("UPDATE keys SET retired = 1 WHERE key_id = ?", (key_id,))

    def due(self, now_us: int) -> list[str]:
        """List the retired keys whose last lease has ended."""
        with self._lock:
            rows = self._db.execute("SELECT key_id FROM keys WHERE retired = 1 AND wrapped IS NOT NULL AND lease_until_us <= ?", (now_us,))
            return [key_id for (key_id,) in rows.fetchall()]

    def destroy(self, key_id: str) -> None:
        """Destroy a key; may be called again. Raises NoKeyError for one that never was."""
        self.row(key_id)
        with self._lock, self._db:
            self._destroy([key_id])

    def destroy_subject(self, account: str) -> tuple[str, list[KeyRow]]:
        """Destroy a subject's key and every key under it; gives its id and the keys that went. May be called again."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._subject_row(account)
            under = self._db.execute("SELECT key_id FROM key_subjects WHERE account = ?", (account,)).fetchall()
            rows = [self.row(key_id) for (key_id,) in under]
            subject = self.find("subject", account)
            if subject is None:
                message = f"{account} has no key"
                raise NoKeyError(message)
            self._destroy([row.key_id for row in rows] + [subject.key_id])
        return subject.key_id, rows

    def _destroy(self, key_ids: Sequence[str]) -> None:
        now_us = self._clock()
        self._db.executemany(
            "UPDATE keys SET wrapped = NULL, destroyed_us = ? WHERE key_id = ? AND wrapped IS NOT NULL",
            [(now_us, key_id) for key_id in key_ids],
        )

    def _subject(self, account: str) -> bytes:
        key_id, wrapped = self._subject_row(account)
        if wrapped is None:
            message = f"the key of {account} was destroyed"
            raise KeyGoneError(message)
        return unwrap(self._root, wrapped, key_id)

    def _subject_row(self, account: str) -> tuple[str, bytes | None]:
        found = self._db.execute("SELECT key_id, wrapped FROM keys WHERE kind = 'subject' AND name = ?", (account,)).fetchone()
        if found is not None:
            return found[0], found[1]
        key_id = new_id("key")
        wrapped = wrap(self._root, new_key(), key_id)
        self._insert(key_id, "subject", account, {}, wrapped)
        return key_id, wrapped

    def _insert(self, key_id: str, kind: KeyKind, name: str, about: dict[str, Any], wrapped: bytes) -> None:
        self._db.execute(
            "INSERT INTO keys (key_id, kind, name, about, wrapped, created_us) VALUES (?, ?, ?, ?, ?, ?)",
            (key_id, kind, name, json.dumps(about, sort_keys=True), wrapped, self._clock()),
        )


def _row(found: tuple[Any, ...]) -> KeyRow:
    key_id, kind, name, about, destroyed, created_us, lease_until_us = found
    return KeyRow(
        key_id=key_id,
        kind=kind,
        name=name,
        about=json.loads(about),
        destroyed=bool(destroyed),
        created_us=created_us,
        lease_until_us=lease_until_us,
    )
