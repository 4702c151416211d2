"""Identifiers: how streams and events are named. Does not draw randomness: entropy is an argument."""

from __future__ import annotations

import hashlib
import re
from typing import Literal, get_args

StreamKind = Literal["account", "cameo", "generation", "app", "policy", "switch", "case", "opening"]
STREAM_KINDS: tuple[StreamKind, ...] = get_args(StreamKind)
PARTITIONS = 32
"""Partitions of the event topic. Fixed for ever: changing it would reorder streams."""

POLICY_STREAM = "policy-main"
SWITCH_STREAM = "switch-main"
OPENING_STREAM = "opening-main"

_STREAM = re.compile(r"^(account|cameo|generation|app|policy|switch|case|opening)-([0-9a-f]{32}|main)$")


def stream_id(kind: StreamKind, entropy: bytes) -> str:
    """Name a new stream from 16 random bytes."""
    if len(entropy) != 16:
        message = f"a stream id takes 16 bytes of entropy, got {len(entropy)}"
        raise ValueError(message)
    return f"{kind}-{entropy.hex()}"


def cameo_of(account: str) -> str:
    """Name the one personal cameo of an account: derived, so that a second one cannot be begun."""
    if stream_kind(account) != "account":
        message = f"{account} is no account"
        raise ValueError(message)
    return "cameo-" + hashlib.sha256(b"cameo/self/" + account.encode()).hexdigest()[:32]


def thing_by_hash(account: str, name: str) -> str:
    """Name the cameo of a thing as it was done before ids of things were drawn: whoever knows its owner can guess its name by this."""
    if stream_kind(account) != "account":
        message = f"{account} is no account"
        raise ValueError(message)
    return "cameo-" + hashlib.sha256(b"cameo/thing/" + account.encode() + b"/" + name.encode()).hexdigest()[:32]


def stream_kind(stream: str) -> StreamKind:
    """Tell the kind of a stream from its name; raises ValueError for a name that is none."""
    match = _STREAM.fullmatch(stream)
    if match is None:
        message = f"not a stream id: {stream[:80]!r}"
        raise ValueError(message)
    return match.group(1)  # type: ignore[return-value]


def is_stream(kind: str, name: str) -> bool:
    """Tell whether a name, from anybody, is the id of a stream of this kind."""
    match = _STREAM.fullmatch(name)
    return match is not None and match.group(1) == kind


def partition_of(stream: str) -> int:
    """Place a stream: SHA-256 of its name, first 8 bytes big-endian, modulo 32."""
    return int.from_bytes(hashlib.sha256(stream.encode()).digest()[:8]) % PARTITIONS
