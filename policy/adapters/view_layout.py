"""How the consent view lies in LMDB: databases, keys, values, one environment a process. Does not apply or judge.

facts  stream NUL key → msgpack [value, revision]   heads  stream → revision, consent revision (2 x 64 bit)
uses   cameo NUL grant → uses, ms; cameo NUL grant NUL generation → r (reserved) or c (consumed), ms   meta  state → ViewState
"""

from __future__ import annotations

import os
import struct
import threading
from pathlib import Path
from typing import Any, NamedTuple

import lmdb
import msgspec

from policy.core.freshness import ViewState
from policy.errors import StaleViewError, ViewError
from policy.ports import Fact, Head

MAP_BYTES = 8 << 30
"""Room of the map: address space, not memory; the file grows as it fills."""
MAX_READERS = 512
STATE = b"state"
HEAD = struct.Struct(">QQ")
COUNT = struct.Struct(">QQ")
USE = struct.Struct(">cQ")
DATABASES = (b"facts", b"heads", b"uses", b"meta")

encode_fact = msgspec.msgpack.Encoder().encode
_decode_fact = msgspec.msgpack.Decoder(tuple[dict[str, Any], int]).decode
encode_state = msgspec.msgpack.Encoder().encode
decode_state = msgspec.msgpack.Decoder(ViewState).decode


class Databases(NamedTuple):
    """An open view: the environment and its four databases."""

    environment: lmdb.Environment
    facts: Any
    heads: Any
    uses: Any
    meta: Any


_open: dict[tuple[int, str], Databases] = {}
_lock = threading.Lock()


def databases(folder: Path, *, write: bool) -> Databases:
    """Open the view, once a process: LMDB forbids a second time. A reader shares what a writer here has opened.

    Raises StaleViewError (feed.missing) where a reader finds no view, ViewError for anything else.
    """
    name = (os.getpid(), str(folder.resolve()))
    with _lock:
        found = _open.get(name)
        if found is not None:
            if write and found.environment.flags()["readonly"]:
                raise ViewError(f"{folder} is open for reading in this process: open the writer first")
            return found
        try:
            _open[name] = opened = _writable(folder) if write else _readable(folder)
        except lmdb.Error as error:
            if write:
                raise ViewError(str(error)) from error
            raise StaleViewError("feed.missing", f"no view at {folder}: {error}") from error
        return opened


def close(folder: Path) -> None:
    """Close the view in this process. No reading may be open."""
    with _lock:
        found = _open.pop((os.getpid(), str(folder.resolve())), None)
    if found is not None:
        found.environment.close()


def _writable(folder: Path) -> Databases:
    folder.mkdir(parents=True, exist_ok=True)
    # metasync off: a crash of the machine may lose the last batches, which the feed brings again; never a half batch
    environment = lmdb.open(str(folder), map_size=MAP_BYTES, max_dbs=len(DATABASES), max_readers=MAX_READERS, metasync=False)
    environment.reader_check()
    return Databases(environment, *(environment.open_db(name) for name in DATABASES))


def _readable(folder: Path) -> Databases:
    environment = lmdb.open(str(folder), readonly=True, max_dbs=len(DATABASES), max_readers=MAX_READERS, map_size=MAP_BYTES, create=False)
    try:
        return Databases(environment, *(environment.open_db(name, create=False) for name in DATABASES))
    except lmdb.Error:
        environment.close()
        raise


def fact_key(stream: str, key: str) -> bytes:
    """Key of a fact."""
    return f"{stream}\0{key}".encode()


def split_fact_key(found: bytes) -> tuple[str, str]:
    """Stream and key of a fact."""
    stream, _, key = found.decode().partition("\0")
    return stream, key


def read_fact(value: bytes) -> Fact:
    """Decode a fact."""
    return Fact(*_decode_fact(value))


def read_head(value: bytes) -> Head:
    """Decode a head."""
    return Head(*HEAD.unpack(value))


def use_key(cameo: str, grant: str, generation: str | None = None) -> bytes:
    """Key of a grant's count, or of one generation's use of it."""
    return (f"{cameo}\0{grant}" if generation is None else f"{cameo}\0{grant}\0{generation}").encode()
