"""Owns how bytes are sealed: AES-256-GCM, each ciphertext bound to its place. Does not store keys: see keyring."""

from __future__ import annotations

import hashlib
import os

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from identity.keys.errors import SealBrokenError
from schemas.envelope import Sealed, associated_data

KEY_BYTES = 32
NONCE_BYTES = 12
"""Random nonces: at most 2**32 messages a key (NIST SP 800-38D, 8.3); a field key seals one account's words."""
TAG_BYTES = 16
SALT_BYTES = 32


class BlobPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a sealed file is bound to: moved, renamed or given another key, it does not open."""

    tenant: str
    kind: str
    name: str
    key_id: str

    def bound(self) -> bytes:
        """Give the associated data."""
        return f"cameo/blob/1\x1f{self.tenant}\x1f{self.kind}\x1f{self.name}\x1f{self.key_id}".encode()


def new_key() -> bytes:
    """Draw a key of 32 bytes."""
    return AESGCM.generate_key(bit_length=256)


def new_id(kind: str) -> str:
    """Draw an identifier that says nothing: KIND-32 hex digits."""
    return f"{kind}-{os.urandom(16).hex()}"


def seal(key: bytes, plain: bytes, bound: bytes) -> bytes:
    """Seal bytes: nonce, ciphertext, tag in one piece. `bound` is authenticated, not stored."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """Open what `seal` made; raises SealBrokenError."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        message = f"{len(sealed)} bytes are too few to be sealed"
        raise SealBrokenError(message)
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except InvalidTag as error:
        message = "the seal does not open: other key, other place or other bytes"
        raise SealBrokenError(message) from error


def seal_field(key: bytes, key_id: str, place: tuple[str, str, str, str], plain: bytes) -> Sealed:
    """Seal one personal field. `place`: tenant, stream, event id, field."""
    sealed = seal(key, plain, associated_data(*place, key_id))
    return Sealed(key_id=key_id, nonce=sealed[:NONCE_BYTES], ciphertext=sealed[NONCE_BYTES:])


def unseal_field(key: bytes, place: tuple[str, str, str, str], sealed: Sealed) -> bytes:
    """Open one personal field; raises SealBrokenError."""
    return unseal(key, sealed.nonce + sealed.ciphertext, associated_data(*place, sealed.key_id))


def bound_to_key(key_id: str) -> bytes:
    """Give the associated data of a wrapped key."""
    return f"cameo/key/1\x1f{key_id}".encode()


def wrap(wrapping: bytes, key: bytes, key_id: str) -> bytes:
    """Wrap a key under another one, bound to its own id (60 bytes for 32)."""
    return seal(wrapping, key, bound_to_key(key_id))


def unwrap(wrapping: bytes, wrapped: bytes, key_id: str) -> bytes:
    """Unwrap a key; raises SealBrokenError."""
    return unseal(wrapping, wrapped, bound_to_key(key_id))


def seal_to(public_key: bytes, plain: bytes) -> bytes:
    """Seal to an X25519 public key (NaCl sealed box: the sender is anonymous and keeps nothing)."""
    return SealedBox(PublicKey(public_key)).encrypt(plain)


def open_with(private_key: bytes, sealed: bytes) -> bytes:
    """Open a sealed box; raises SealBrokenError."""
    try:
        return SealedBox(PrivateKey(private_key)).decrypt(sealed)
    except CryptoError as error:
        message = "the sealed box does not open with this key"
        raise SealBrokenError(message) from error


def keypair() -> tuple[bytes, bytes]:
    """Draw an X25519 pair: private, public; 32 bytes each."""
    private = PrivateKey.generate()
    return bytes(private), bytes(private.public_key)


def new_salt() -> bytes:
    """Draw the salt of a digest of personal content; it is kept sealed beside the content."""
    return os.urandom(SALT_BYTES)


def plan_digest(salt: bytes, plan: bytes) -> str:
    """Digest a plan with its salt, in hex: without the salt, which is erased with the plan, it cannot be guessed."""
    if len(salt) != SALT_BYTES:
        message = f"a salt has {SALT_BYTES} bytes, not {len(salt)}"
        raise ValueError(message)
    return hashlib.sha256(salt + plan).hexdigest()
