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

from identity.keys.errors import KeyGoneError, NoKeyError
from identity.keys.ports import RootKeys
from identity.keys.proving import Proof, prove_gone
from identity.keys.roots import RootTable
from identity.keys.rows import BY_ROOT, ROW, SCHEMA, UNSETTLED, KeyKind, KeyRow, RootRow, row_of
from identity.keys.sealing import new_id, new_key, unwrap, wrap
from identity.keys.turning import Turning

LEASE_GRAIN_US = 60_000_000
SEARCHED = 64
"""Wrapped keys that one proof searches for at most: of an erased person their own first, under which all others were."""


class KeyRing:
    """Wrapped keys on disk. Every method is durable when it returns, safe between threads, one process at a time."""

    def __init__(self, path: Path | None, roots: RootKeys, clock: Callable[[], int]) -> None:
        """Open or make the file (0600); `path` None keeps everything in memory. `clock`: UTC microseconds.

        Raises RootKeyError where a root key is not the one that the file is wrapped by, RootKeyUnavailableError.
        """
        if path is not None:
            path.touch(mode=0o600, exist_ok=True)
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        # secure_delete zeroes what is deleted; the rollback journal is truncated, never kept, after each commit.
        for pragma in ("secure_delete=ON", "journal_mode=TRUNCATE", "synchronous=EXTRA", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}").fetchall()
        self._db.executescript(SCHEMA)
        self.path = path
        self._clock = clock
        self._lock = threading.RLock()
        self._unproven: list[bytes] = []
        self._roots = RootTable(self._db, roots, clock)
        self._turning = Turning(self._db, self._lock, self._roots)
        self._take_up()

    def close(self) -> None:
        """Close the file and let go of the root keys."""
        with self._lock:
            self._db.close()
            self._roots.close()

    def _take_up(self) -> None:
        """Begin with the configured root key, also in a file from before there were versions; it must open what is there."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            if not any(name == "root" for _, name, *_ in self._db.execute("PRAGMA table_info(keys)")):
                self._db.execute("ALTER TABLE keys ADD COLUMN root TEXT")
            self._db.execute(BY_ROOT)
            if self._roots.now:
                return
            root = self._roots.begin()
            old = self._db.execute("SELECT key_id, wrapped FROM keys WHERE kind = 'subject' AND wrapped IS NOT NULL LIMIT 1").fetchone()
            if old is not None:
                self._roots.unwrap(root, old[1], old[0])
            self._db.execute("UPDATE keys SET root = ? WHERE kind = 'subject'", (root,))
        self._roots.turn(root)

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
            found = self._db.execute(ROW + "kind = ? AND name = ?", (kind, name)).fetchone()
            return None if found is None else row_of(found)

    def row(self, key_id: str) -> KeyRow:
        """Tell what is known of a key; raises NoKeyError."""
        with self._lock:
            found = self._db.execute(ROW + "key_id = ?", (key_id,)).fetchone()
        if found is None:
            message = f"there is no {key_id}"
            raise NoKeyError(message)
        return row_of(found)

    def of_kind(self, kind: KeyKind, prefix: str = "") -> list[KeyRow]:
        """List the keys of a kind whose name begins so, destroyed ones too, in order of making."""
        with self._lock:
            rows = self._db.execute(
                ROW + "kind = ? AND substr(name, 1, ?) = ? ORDER BY rowid",
                (kind, len(prefix), prefix),
            )
            return [row_of(found) for found in rows.fetchall()]

    def unsettled(self, kind: Literal["output", "evidence"], most: int = -1) -> list[KeyRow]:
        """List keys not known for good to be named by the record; of evidence also destroyed ones, oldest first. -1: all."""
        with self._lock:
            return [row_of(found) for found in self._db.execute(UNSETTLED[kind], (most,)).fetchall()]

    def settle(self, key_id: str) -> None:
        """Note that the record names a key, or its end, for good."""
        with self._lock, self._db:
            self._db.execute("UPDATE keys SET settled = 1 WHERE key_id = ?", (key_id,))

    def count(self) -> int:
        """Count the keys that are not destroyed."""
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM keys WHERE wrapped IS NOT NULL").fetchone()[0])

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

    def destroy(self, key_id: str) -> list[bytes]:
        """Destroy a key; may be called again. Gives its wrapped form, for `prove`. Raises NoKeyError for one that never was."""
        self.row(key_id)
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            return self._destroy([key_id])

    def destroy_subject(self, account: str) -> tuple[str, list[KeyRow], list[bytes]]:
        """Destroy a subject's key and every key under it; gives its id, the keys that went, and their wrapped forms.

        May be called again.
        """
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            key_id, *_ = self._subject_row(account)
            under = self._db.execute("SELECT key_id FROM key_subjects WHERE account = ?", (account,)).fetchall()
            rows = [self.row(key) for (key,) in under]
            return key_id, rows, self._destroy([key_id, *(row.key_id for row in rows)])

    def prove(self, wrapped: Sequence[bytes]) -> Proof:
        """Show that destroyed keys are in no file of the keyring's folder; of many, the first. Raises DestructionUnprovenError.

        What could not be shown is searched for again by every later proof. Under the lock, for closing a file would end
        SQLite's own locks on it.
        """
        with self._lock:
            self._unproven = [*wrapped[:SEARCHED], *self._unproven][:SEARCHED]
            proof = prove_gone(None if self.path is None else self.path.parent, self._unproven)
            self._unproven = []
        return proof

    def roots(self) -> list[RootRow]:
        """List the versions of the root key, oldest first."""
        with self._lock:
            return self._roots.rows()

    def turn_to(self, reference: str) -> str:
        """Wrap every new subject key by another root key; those that are there follow by `rewrap`. May be called again."""
        return self._turning.turn_to(reference)

    def rewrap(self, most: int) -> int:
        """Wrap so many subject keys anew, not what they seal; gives how many are left. The last retires the earlier root keys."""
        return self._turning.rewrap(most)

    def _destroy(self, key_ids: Sequence[str]) -> list[bytes]:
        gone: list[bytes] = []
        for key_id in key_ids:
            found = self._db.execute("SELECT wrapped FROM keys WHERE key_id = ? AND wrapped IS NOT NULL", (key_id,)).fetchone()
            if found is not None:
                self._db.execute("UPDATE keys SET wrapped = NULL, destroyed_us = ? WHERE key_id = ?", (self._clock(), key_id))
                gone.append(found[0])
        return gone

    def _subject(self, account: str) -> bytes:
        key_id, wrapped, root = self._subject_row(account)
        if wrapped is None:
            message = f"the key of {account} was destroyed"
            raise KeyGoneError(message)
        return self._roots.unwrap(root, wrapped, key_id)

    def _subject_row(self, account: str) -> tuple[str, bytes | None, str]:
        found = self._db.execute("SELECT key_id, wrapped, root FROM keys WHERE kind = 'subject' AND name = ?", (account,)).fetchone()
        if found is not None:
            return found
        key_id, root = new_id("key"), self._roots.now
        wrapped = self._roots.wrap(root, new_key(), key_id)
        self._insert(key_id, "subject", account, {}, wrapped, root)
        return key_id, wrapped, root

    def _insert(self, key_id: str, kind: KeyKind, name: str, about: dict[str, Any], wrapped: bytes, root: str | None = None) -> None:
        self._db.execute(
            "INSERT INTO keys (key_id, kind, name, about, wrapped, created_us, root) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (key_id, kind, name, json.dumps(about, sort_keys=True), wrapped, self._clock(), root),
        )
