"""Owns the checkpoint's text and its signature (C2SP tlog-checkpoint, signed-note, Ed25519).

Does not keep keys: the seed and the public key are arguments.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from streams.core.errors import NoteError
from streams.core.tree import HASH_BYTES

ED25519 = b"\x01"
SIGNATURE_PREFIX = "\u2014 "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log commits to: its name, how many leaves it has, their root."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A log's public key with its name, as strangers pass it round: `name+id+base64`."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that name the key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"


def origin_of(tenant: str) -> str:
    """Name the log of a tenant."""
    return f"cameo/{tenant}/log"


def public_of(seed: bytes) -> bytes:
    """Derive the raw public key (32 bytes) from an Ed25519 seed (32 bytes)."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def read_verifier(text: str) -> VerifierKey:
    """Read a verifier key; raises NoteError where name, id and key do not belong together."""
    try:
        name, key_id, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        message = f"not a verifier key: {text[:80]!r}"
        raise NoteError(message) from error
    key = VerifierKey(name, raw[1:])
    if raw[:1] != ED25519 or len(raw) != 33 or key.key_id.hex() != key_id:
        message = f"not an Ed25519 verifier key: {text[:80]!r}"
        raise NoteError(message)
    return key


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """Write a checkpoint's three lines."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n"


def sign_note(text: str, name: str, seed: bytes) -> str:
    """Sign a text that ends with a newline. Ed25519 is deterministic: the same text gives the same note."""
    key = VerifierKey(name, public_of(seed))
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    return f"{text}\n{SIGNATURE_PREFIX}{name} {base64.b64encode(key.key_id + signature).decode()}\n"


def open_note(note: str, key: VerifierKey) -> str:
    """Return a note's text if this key signed it; unknown signatures are passed over. Raises NoteError."""
    text, found, signatures = note.rpartition("\n\n")
    text += "\n"
    if not found or not signatures.endswith("\n"):
        message = "not a signed note"
        raise NoteError(message)
    for line in signatures.splitlines():
        if _signed_by(line, text, key):
            return text
    message = f"no signature of {key.name} is on the note"
    raise NoteError(message)


def read_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """Open a signed checkpoint; raises NoteError where signature, origin or form is not the log's."""
    lines = open_note(note, key).split("\n")
    try:
        origin, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
    except (IndexError, ValueError, binascii.Error) as error:
        message = "not a checkpoint"
        raise NoteError(message) from error
    if origin != key.name or str(size) != lines[1] or size < 0 or len(root) != HASH_BYTES:
        message = f"not a checkpoint of {key.name}"
        raise NoteError(message)
    return Checkpoint(origin, size, root)


def _signed_by(line: str, text: str, key: VerifierKey) -> bool:
    name, _, encoded = line.removeprefix(SIGNATURE_PREFIX).partition(" ")
    if not line.startswith(SIGNATURE_PREFIX) or name != key.name:
        return False
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False
    if raw[:4] != key.key_id:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4:], text.encode())
    except InvalidSignature as error:
        message = f"the signature of {key.name} does not fit the note"
        raise NoteError(message) from error
    return True
