"""How stream ids, keys of facts and their values become few bytes for the view, and what they were again. Stores nothing.

Ids are 17 bytes instead of 38 characters; a stream that is named by others is a number of 4 bytes. Words that our own
code writes again and again are one byte. Whatever is not known here is written out: packing never changes what is said.

WORDS and SHAPES are written into views: append, never change or move, or raise policy.adapters.view_layout.LAYOUT.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, cast

import msgspec

from schemas.ids import STREAM_KINDS

WORDS = (
    "personal", "face", "voice", "body", "purposes", "facets", "from_us", "until_us", "uses", "review", "duration_ms", "pass_on",
    "remix", "audience", "everyone", "mutuals", "approved", "only_me", "account", "region", "minor", "standing", "good", "status",
    "active", "assurance", "verified", "enrolment", "state", "activated", "apps", "regions",
    "owner", "grant", "withdrawn", "revoked", "follows", "blocks", "all", "restrictions", "restriction", "preference",
    "no_new_uses", "stop", "take_down", "request", "verdict", "attempt", "started", "progress", "draft", "declined",
    "released", "ended", "taken_down", "removed", "app", "bundle", "switch", "lock", "paused", "group", "member", "passed",
    "asked", "power", "plan", "invited", "died", "step_up", "appeal", "proposal", "asset", "version", "key_id", "key",
    "sandbox", "basic", "parody", "advertising", "political", "education", "training", "", "KR", "US", "JP", "DE", "categories",
    "obligation", "optional", "on", "profile", "expires_at_us", "by", "generation", "challenge", "evidence",
)  # fmt: skip
"""The first 32 take one byte in a value, the others two; in a key each takes one. At most 128."""
SHAPES: tuple[dict[str, Any], ...] = (
    {"purposes": None, "facets": None, "from_us": None, "until_us": None, "uses": None, "review": False, "duration_ms": None,
     "pass_on": False, "remix": False},
    {"audience": None, "purposes": None, "facets": None, "apps": None, "regions": None, "remix": False},
    {"account": None},
    {"region": None, "minor": False},
    {"standing": None},
    {"status": None, "assurance": None},
    {"enrolment": None, "state": None},
    {"asset": None, "version": None, "key_id": None},
    {},
)  # fmt: skip
"""Fields that a value has, in order, and what each mostly is (None or False): a mask tells which are something else."""

SEGMENTS = 5
"""A key is taken apart into so many at most, the last with whatever is left: a key of 400 bytes stays below LMDB's 511."""
ID_BYTES, NAMED_BYTES = 17, 18
NUMBER_BYTES = 4
MAX_NUMBER = 0x6FFF_FFFF
"""The first byte of a number in a key is below that of every other segment."""
HEX, TEXT, NAMED, WORD = 0x70, 0x71, 0x72, 0x80
"""What begins a segment: 16 bytes that were hex; a text and its length; a word, a dash and 16 bytes; a word."""
_WORD_OF = {word: place for place, word in enumerate(WORDS)}
_SHAPE_OF = {tuple(shape): (place, tuple(shape.values())) for place, shape in enumerate(SHAPES)}
_NAMES: tuple[tuple[str, ...], ...] = tuple(tuple(shape) for shape in SHAPES)
_KIND_OF: dict[str, int] = {kind: place for place, kind in enumerate(STREAM_KINDS)}
_MAIN = 0x80
_HEX = re.compile(r"[0-9a-f]{32}(?:[0-9a-f]{32})?")
_NAMED = re.compile(r"([a-z_]+)-([0-9a-f]{32})")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Any]).decode
_ANY_SHAPE, _UNPACKED = -1, -2


@lru_cache(maxsize=4096)
def pack_id(stream: str) -> bytes:
    """Pack a stream's id into 17 bytes. Raises ValueError for a name that is none."""
    kind, _, rest = stream.partition("-")
    number = _KIND_OF.get(kind)
    if number is not None:
        if rest == "main":
            return bytes((_MAIN | number,)).ljust(ID_BYTES, b"\0")
        packed = bytes.fromhex(rest)
        if len(packed) == ID_BYTES - 1 and packed.hex() == rest:
            return bytes((number,)) + packed
    message = f"not a stream id: {stream[:80]!r}"
    raise ValueError(message)


def unpack_id(packed: bytes) -> str:
    """Name the stream."""
    kind = packed[0]
    return f"{STREAM_KINDS[kind & ~_MAIN]}-{'main' if kind & _MAIN else packed[1:].hex()}"


def is_id(text: str) -> bool:
    """Tell whether a text is a stream's id."""
    if "-" not in text:
        return False
    try:
        pack_id(text)
    except ValueError:
        return False
    return True


def pack_segment(segment: str, number_of: Callable[[str], int | None]) -> bytes | None:
    """Pack one segment of a fact's key, which then tells its own length; None for a stream without a number."""
    if segment not in _WORD_OF and is_id(segment):
        number = number_of(segment)
        return None if number is None else number.to_bytes(NUMBER_BYTES)
    return pack_plain(segment)


def is_edge(packed: bytes) -> bool:
    """Tell whether a packed key is a word and a stream, WORD/STREAM."""
    return len(packed) == 1 + NUMBER_BYTES and packed[0] >= WORD and packed[1] < HEX


@lru_cache(maxsize=1024)
def pack_words(key: str) -> bytes | None:
    """Pack a key that consists of words alone; None for any other."""
    words = [_WORD_OF.get(segment) for segment in key.split("/")]
    return None if None in words else bytes(WORD + word for word in words if word is not None)


def pack_plain(segment: str) -> bytes:
    """Pack one segment that is not a numbered stream."""
    word = _WORD_OF.get(segment)
    if word is not None:
        return bytes((WORD + word,))
    if len(segment) == 32 and _HEX.fullmatch(segment):
        return bytes((HEX,)) + bytes.fromhex(segment)
    named = _named(segment)
    return _text(segment) if named is None else bytes((NAMED,)) + named


def unpack_segments(packed: bytes, name_of: Callable[[int], str]) -> str:
    """Name a fact's key again."""
    found: list[str] = []
    at = 0
    while at < len(packed):
        first = packed[at]
        if first >= WORD:
            segment, length = WORDS[first - WORD], 1
        elif first == HEX:
            segment, length = packed[at + 1 : at + 17].hex(), 17
        elif first == NAMED:
            segment, length = _unnamed(packed[at + 1 : at + 18]), 18
        elif first == TEXT:
            length = 3 + int.from_bytes(packed[at + 1 : at + 3])
            segment = packed[at + 3 : at + length].decode()
        else:
            segment, length = name_of(int.from_bytes(packed[at : at + NUMBER_BYTES])), NUMBER_BYTES
        found.append(segment)
        at += length
    return "/".join(found)


def pack_fact(value: Mapping[str, Any], revision: int) -> bytes:
    """Pack a fact: its revision, its shape, the mask of its fields and those fields; or names and all."""
    shape, usual = _SHAPE_OF.get(tuple(value), (_ANY_SHAPE, ()))
    try:
        if shape == _ANY_SHAPE:
            return _encode((revision, shape, _squeezed(value)))
        mask = 0
        packed: list[Any] = [revision, shape, 0]
        for place, (found, default) in enumerate(zip(value.values(), usual, strict=True)):
            if found is not default:
                mask |= 1 << place
                packed.append(_squeezed(found))
        packed[2] = mask
        return _encode(packed)
    except ArithmeticError:
        return _encode((revision, _UNPACKED, value))


def unpack_fact(packed: bytes) -> tuple[dict[str, Any], int]:
    """Tell a fact's value and revision."""
    row = _decode(packed)
    revision: int = row[0]
    shape: int = row[1]
    mask: Any = row[2]
    if shape < 0:
        return (mask if shape == _UNPACKED else _inflated(mask)), revision
    value, at = SHAPES[shape].copy(), 3
    for name in _NAMES[shape]:
        if mask & 1:
            value[name] = _inflated(row[at])
            at += 1
        mask >>= 1
    return value, revision


def _text(segment: str) -> bytes:
    encoded = segment.encode()
    return bytes((TEXT,)) + len(encoded).to_bytes(2) + encoded


def _named(text: str) -> bytes | None:
    """Pack what identity.keys and groups call their things: a word, a dash, 32 hex digits."""
    found = _NAMED.fullmatch(text)
    word = None if found is None else _WORD_OF.get(found[1])
    return None if found is None or word is None else bytes((word,)) + bytes.fromhex(found[2])


def _unnamed(packed: bytes) -> str:
    return f"{WORDS[packed[0]]}-{packed[1:].hex()}"


def _squeezed(value: Any) -> Any:
    """Words become negative numbers, ids and digests become bytes: facts are JSON and have neither, or it raises ArithmeticError."""
    match value:
        case str():
            return _squeezed_text(value)
        case int() if value < 0:
            raise ArithmeticError
        case dict():
            return {_squeezed_text(name): _squeezed(found) for name, found in cast("dict[str, Any]", value).items()}
        case list() | tuple():
            return [_squeezed(found) for found in cast("list[Any]", value)]
        case _:
            return value


def _squeezed_text(text: str) -> str | int | bytes:
    word = _WORD_OF.get(text)
    if word is not None:
        return -1 - word
    if len(text) in {32, 64} and _HEX.fullmatch(text):
        return bytes.fromhex(text)
    if is_id(text):
        return pack_id(text)
    named = _named(text)
    return text if named is None else b"\0" + named


def _inflated(value: Any) -> Any:
    if isinstance(value, int):
        return value if value >= 0 else WORDS[-1 - value]
    if isinstance(value, bytes):
        return _inflated_bytes(value)
    if isinstance(value, list):
        return [_inflated(found) for found in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {_inflated(name): _inflated(found) for name, found in cast("dict[Any, Any]", value).items()}
    return value


def _inflated_bytes(packed: bytes) -> str:
    if len(packed) == ID_BYTES:
        return unpack_id(packed)
    return _unnamed(packed[1:]) if len(packed) == NAMED_BYTES else packed.hex()
