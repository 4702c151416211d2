"""Owns the key that receipts are signed with, in the secrets folder: reading it, and replacing it. Signs nothing.

`receipts.key`: 32 bytes, Ed25519. `receipts.retired`: a line for each key before, its Multikey and when it was retired: old receipts
stay verifiable.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from identity.keys import durable
from serving.core.data_integrity import multikey
from serving.core.receipt import KnownKey
from serving.handlers.receipts import ReceiptKeys

NAME = "receipts.key"
RETIRED = "receipts.retired"


def read_keys(folder: Path) -> ReceiptKeys:
    """Read the keys; raises OSError, ValueError."""
    current = Ed25519PrivateKey.from_private_bytes((folder / NAME).read_bytes())
    path = folder / RETIRED
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return ReceiptKeys(current, tuple(KnownKey(*line.split()[:2]) for line in lines if line.strip()))


def rotate(folder: Path, now: str) -> ReceiptKeys:
    """Sign with a new key from now on (ISO 8601, UTC); the last one's public half is kept first, so that a crash loses none."""
    before = read_keys(folder)
    kept = [*before.retired, KnownKey(multikey(before.public), now)]
    durable.replace(folder / RETIRED, "".join(f"{one.multikey} {one.retired_at}\n" for one in kept).encode())
    durable.replace(folder / NAME, secrets.token_bytes(32))
    return read_keys(folder)
