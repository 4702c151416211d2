"""Owns making the secrets of an installation once; does not own reading them (Settings.secret) or rotating them.

Ed25519 keys are 32 raw bytes; the root key and the keys of access and of at-least tokens are 32 random bytes each; the bundle key
is an ES256 pair in PEM; tokens and passwords are hex text.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.parts.postgres import ROLES, SUPERUSER

if TYPE_CHECKING:
    from pathlib import Path

TOKEN_ROLES = (*(role for role in ROLES if role not in {"owner", "keyholder"}), "operator")
RANDOM_BYTES = 32


def ensure(folder: Path, *, database: bool = True) -> list[str]:
    """Make every absent secret, readable by this account alone; return the names made now.

    database: False when PostgreSQL is outside: its passwords must then be put there, never invented.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = [
        name
        for name in ("root.key", "log.key", "access.key", "at-least.key", "receipts.key", "assertion.key")
        if _write_new(folder / name, secrets.token_bytes(RANDOM_BYTES))
    ]
    made += _replica_keys(folder)
    made += _bundle_keys(folder)
    texts = [f"token-{role}" for role in TOKEN_ROLES] + ["ray-token"]
    if database:
        texts += [f"pg-{role}" for role in (SUPERUSER, *ROLES)]
    made += [name for name in texts if _write_new(folder / name, secrets.token_hex(RANDOM_BYTES).encode())]
    return made


def _replica_keys(folder: Path) -> list[str]:
    if (folder / "replica.key").exists():
        return []
    key = Ed25519PrivateKey.generate()
    _write_new(folder / "replica.key", key.private_bytes_raw())
    _write_new(folder / "replica.pub", key.public_key().public_bytes_raw())
    return ["replica.key", "replica.pub"]


def _bundle_keys(folder: Path) -> list[str]:
    if (folder / "bundle.key").exists():
        return []
    key = ec.generate_private_key(ec.SECP256R1())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    _write_new(folder / "bundle.key", key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    _write_new(folder / "bundle.pub", key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
    return ["bundle.key", "bundle.pub"]


def _write_new(path: Path, content: bytes) -> bool:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return True
