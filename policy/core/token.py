"""Tokens: what a write hands its writer, so that a later question is asked of a view that has seen it. Does not wait.

A token is a message authentication code and what it protects: the incarnation of the ledger, and for each stream written
the revision it came to. It says nothing that its writer does not know, permits nothing, and never expires: a view that
has seen it once has seen it for ever. Two tokens are joined by reading both and taking the higher revisions.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping

import msgspec

from policy.errors import TokenError
from schemas.ids import stream_kind

PURPOSE = b"cameo/at_least/1\0"
"""Said before what is signed: the same secret signs nothing else with these bytes."""
MAC_BYTES = hashlib.sha256().digest_size
MIN_SECRET_BYTES = 32
MAX_STREAMS = 64
MAX_CHARS = 8192
_ALPHABET = re.compile(r"[A-Za-z0-9_-]+")

Written = tuple[int, dict[str, int]]
"""(incarnation, stream → revision)."""
_decode = msgspec.msgpack.Decoder(Written).decode


def issue(secret: bytes, incarnation: int, revisions: Mapping[str, int]) -> str:
    """Write a token for what was written: the same writes give the same token. Raises ValueError for what `read` would refuse."""
    if not 0 < len(revisions) <= MAX_STREAMS:
        message = f"a token names 1 to {MAX_STREAMS} streams, not {len(revisions)}"
        raise ValueError(message)
    payload = msgspec.msgpack.encode((incarnation, dict(sorted(revisions.items()))))
    return base64.urlsafe_b64encode(_mac(secret, payload) + payload).decode().rstrip("=")


def read(secret: bytes, token: str, incarnation: int) -> dict[str, int]:
    """Read stream → revision. Raises TokenError: token.malformed, token.forged, token.incarnation (a life of the ledger that is over)."""
    mac, payload = _parts(token)
    if not hmac.compare_digest(mac, _mac(secret, payload)):
        raise TokenError("token.forged")
    written, revisions = _written(payload)
    if written != incarnation:
        raise TokenError("token.incarnation")
    return revisions


def _mac(secret: bytes, payload: bytes) -> bytes:
    if len(secret) < MIN_SECRET_BYTES:
        message = f"the secret of tokens has {len(secret)} bytes, fewer than {MIN_SECRET_BYTES}"
        raise ValueError(message)
    return hmac.digest(secret, PURPOSE + payload, "sha256")


def _parts(token: str) -> tuple[bytes, bytes]:
    if len(token) > MAX_CHARS or not _ALPHABET.fullmatch(token):
        raise TokenError("token.malformed")
    try:
        found = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise TokenError("token.malformed") from error
    canonical = base64.urlsafe_b64encode(found).decode().rstrip("=") == token
    if len(found) <= MAC_BYTES or not canonical:
        raise TokenError("token.malformed")
    return found[:MAC_BYTES], found[MAC_BYTES:]


def _written(payload: bytes) -> Written:
    """Read what was signed here; judged all the same, for an older version may have signed it."""
    try:
        incarnation, revisions = _decode(payload)
        for stream, revision in revisions.items():
            stream_kind(stream)
            if revision < 1:
                raise TokenError("token.malformed")
    except (msgspec.MsgspecError, ValueError) as error:
        raise TokenError("token.malformed") from error
    return incarnation, revisions
