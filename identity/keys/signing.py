"""Owns how a replica's request is signed and checked (Ed25519). Does not know what is asked."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from identity.keys.errors import SignatureRefusedError
from schemas.codec import canonical

SKEW_US = 5_000_000
"""How far a request's time may lie from the keyholder's clock. A bound on the replay cache; unmeasured."""
CACHE_ENTRIES = 100_000
"""Nonces remembered at most; a full cache refuses."""

REPLICA = "x-cameo-replica"
TIME = "x-cameo-time-us"
NONCE = "x-cameo-nonce"
SIGNATURE = "x-cameo-signature"


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replica's signature covers."""

    path: str
    body_sha256: str
    time_us: int
    nonce: str
    replica: str


def load_private_key(raw: bytes) -> Ed25519PrivateKey:
    """Read an Ed25519 private key of 32 raw bytes; raises ValueError."""
    return Ed25519PrivateKey.from_private_bytes(raw)


def load_public_key(raw: bytes) -> Ed25519PublicKey:
    """Read an Ed25519 public key of 32 raw bytes; raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(raw)


def sign(key: Ed25519PrivateKey, *, path: str, body: bytes, replica: str, time_us: int, nonce: str) -> dict[str, str]:
    """Make the headers of a signed request. `time_us`: UTC microseconds; `nonce`: 32 random hex digits, once."""
    signed = Signed(path=path, body_sha256=hashlib.sha256(body).hexdigest(), time_us=time_us, nonce=nonce, replica=replica)
    return {
        REPLICA: replica,
        TIME: str(time_us),
        NONCE: nonce,
        SIGNATURE: key.sign(canonical(signed)).hex(),
    }


class SignatureCheck:
    """Checks signed requests and remembers their nonces until they are too old to pass. Safe between threads."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        """`key`: what every replica of this installation signs with."""
        self._key = key
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()

    def replica(self, path: str, body: bytes, headers: Mapping[str, str], now_us: int) -> str:
        """Tell which replica signed; raises SignatureRefusedError. A nonce passes once."""
        try:
            time_us, nonce, replica = int(headers[TIME]), headers[NONCE], headers[REPLICA]
            signature = bytes.fromhex(headers[SIGNATURE])
        except (KeyError, ValueError) as error:
            message = "the request is not signed"
            raise SignatureRefusedError(message) from error
        if abs(now_us - time_us) > SKEW_US:
            message = f"the request's time is {now_us - time_us} us away"
            raise SignatureRefusedError(message)
        signed = Signed(path=path, body_sha256=hashlib.sha256(body).hexdigest(), time_us=time_us, nonce=nonce, replica=replica)
        try:
            self._key.verify(signature, canonical(signed))
        except InvalidSignature as error:
            message = "the signature is not the replica's"
            raise SignatureRefusedError(message) from error
        self._once(nonce, time_us, now_us)
        return replica

    def _once(self, nonce: str, time_us: int, now_us: int) -> None:
        with self._lock:
            if len(self._seen) >= CACHE_ENTRIES:
                self._seen = {old: at for old, at in self._seen.items() if now_us - at <= SKEW_US}
            if nonce in self._seen or len(self._seen) >= CACHE_ENTRIES:
                message = "the request was seen before"
                raise SignatureRefusedError(message)
            self._seen[nonce] = time_us
