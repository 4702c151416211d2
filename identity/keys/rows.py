"""Owns the keyring's tables and what is told of a row. Does not open the file: see keyring."""

from __future__ import annotations

import json
from typing import Any, Literal

import msgspec

KeyKind = Literal["subject", "field", "evidence", "asset", "output"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
  key_id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, about TEXT NOT NULL, wrapped BLOB,
  created_us INTEGER NOT NULL, destroyed_us INTEGER, lease_until_us INTEGER NOT NULL DEFAULT 0, retired INTEGER NOT NULL DEFAULT 0,
  settled INTEGER NOT NULL DEFAULT 0, root TEXT,
  UNIQUE (kind, name));
CREATE TABLE IF NOT EXISTS roots (
  root TEXT PRIMARY KEY, reference TEXT NOT NULL, canary BLOB NOT NULL, added_us INTEGER NOT NULL, retired_us INTEGER,
  wraps_now INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS key_subjects (
  account TEXT NOT NULL, key_id TEXT NOT NULL REFERENCES keys, PRIMARY KEY (account, key_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS key_subjects_by_key ON key_subjects (key_id);
CREATE INDEX IF NOT EXISTS keys_unsettled ON keys (kind) WHERE settled = 0 AND wrapped IS NOT NULL;
CREATE INDEX IF NOT EXISTS keys_open_evidence ON keys (created_us) WHERE kind = 'evidence' AND settled = 0;
CREATE INDEX IF NOT EXISTS keys_retired ON keys (lease_until_us) WHERE retired = 1 AND wrapped IS NOT NULL;
"""
BY_ROOT = "CREATE INDEX IF NOT EXISTS keys_by_root ON keys (root) WHERE kind = 'subject' AND wrapped IS NOT NULL"
ROW = "SELECT key_id, kind, name, about, wrapped IS NULL, created_us, lease_until_us FROM keys WHERE "
UNSETTLED = {
    "output": ROW + "kind = 'output' AND settled = 0 AND wrapped IS NOT NULL LIMIT ?",
    "evidence": ROW + "kind = 'evidence' AND settled = 0 ORDER BY created_us LIMIT ?",
}


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a key, without the key."""

    key_id: str
    kind: KeyKind
    name: str
    about: dict[str, Any]
    destroyed: bool
    created_us: int
    lease_until_us: int


class RootRow(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the root key. `keys`: subject keys that it wraps; `wraps_now`: new ones are wrapped by it."""

    root: str
    reference: str
    added_us: int
    retired_us: int | None
    wraps_now: bool
    keys: int


def row_of(found: tuple[Any, ...]) -> KeyRow:
    """Read a row as `ROW` selects it."""
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


def root_of(found: tuple[Any, ...]) -> RootRow:
    """Read a version of the root key."""
    root, reference, added_us, retired_us, wraps_now, keys = found
    return RootRow(
        root=root, reference=reference, added_us=added_us, retired_us=retired_us, wraps_now=bool(wraps_now), keys=keys
    )  # fmt: skip
