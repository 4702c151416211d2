"""How the consent view lies in LMDB: its databases, one environment a process, its lock. Does not read or write rows.

ids    one key → (packed id, number), sorted   heads  number → packed id, revision and consent revision (none: only named)
facts  number, packed key → packed value      edges  number, word → (number, revision), sorted: facts WORD/STREAM that say no more
uses   number, grant → uses, ms; and number, grant, user → r (reserved) or c (consumed), ms         meta  layout, state
Packed: policy.core.packing. Numbers: 32 bit, in the order in which streams and those they name first came.
"""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path
from typing import Any, NamedTuple

import lmdb
import msgspec

from policy.core.freshness import ViewState
from policy.errors import StaleViewError, ViewError, ViewHeldError

LAYOUT = b"3"
"""Raise it with every change of what lies where: a view or snapshot of another layout is not read, but built anew."""
MAP_BYTES = 8 << 30
"""Room of a view unless a setting says otherwise: address space, not memory; the file grows as it fills."""
READ_MAP_BYTES = 1 << 38
"""Address space that a reader reserves, so that it can follow a view of any permitted size."""
MAX_READERS = 512
LAYOUT_KEY, STATE, IDS = b"layout", b"state", b"ids"
DATABASES = (b"ids", b"heads", b"facts", b"edges", b"uses", b"meta")
DATA, READERS, LOCK, REFUSED = "data.mdb", "lock.mdb", "feeder.lock", "refused"
"""Files of a view's folder: LMDB's two, the one writer's lock, and the code of why its writer had to stop applying."""

encode_state = msgspec.msgpack.Encoder().encode
decode_state = msgspec.msgpack.Decoder(ViewState).decode


class Databases(NamedTuple):
    """An open view: the environment and its databases."""

    environment: lmdb.Environment
    ids: Any
    heads: Any
    facts: Any
    edges: Any
    uses: Any
    meta: Any


_open: dict[tuple[int, str], Databases] = {}
_lock = threading.Lock()


def databases(folder: Path, *, write: bool, map_bytes: int = MAP_BYTES) -> Databases:
    """Open the view, once a process: LMDB forbids a second time. A reader shares what a writer here has opened.

    Raises StaleViewError (feed.missing) where a reader finds no view of this layout, ViewError for anything else.
    """
    name = (os.getpid(), str(folder.resolve()))
    with _lock:
        found = _open.get(name)
        if found is not None:
            if write and found.environment.flags()["readonly"]:
                raise ViewError(f"{folder} is open for reading in this process: open the writer first")
            return found
        try:
            _open[name] = opened = _writable(folder, map_bytes) if write else open_readable(folder)
        except lmdb.Error as error:
            if write:
                raise ViewError(str(error)) from error
            raise StaleViewError("feed.missing", f"no view at {folder}: {error}") from error
        return opened


def inode(folder: Path) -> int:
    """Tell which file the view is; 0 where there is none."""
    try:
        return (folder / DATA).stat().st_ino
    except OSError:
        return 0


def reopened(folder: Path, known: Databases) -> Databases:
    """Open for reading what lies in the folder now, in place of what was taken away. What still reads that keeps it open."""
    name = (os.getpid(), str(folder.resolve()))
    with _lock:
        if _open.get(name) is known:
            del _open[name]
    return databases(folder, write=False)


def close(folder: Path) -> None:
    """Close the view in this process. No reading may be open."""
    with _lock:
        found = _open.pop((os.getpid(), str(folder.resolve())), None)
    if found is not None:
        found.environment.close()


def hold(folder: Path) -> int:
    """Take the one writer's lock, until the descriptor is closed or the process ends. Raises ViewHeldError where another has it."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise ViewHeldError(f"another feeder writes {folder}") from error
    return descriptor


def open_readable(folder: Path) -> Databases:
    """Open for reading, whatever this process has open. Raises lmdb.Error, StaleViewError (feed.missing) for another layout."""
    environment = lmdb.open(
        str(folder), readonly=True, max_dbs=len(DATABASES), max_readers=MAX_READERS, map_size=READ_MAP_BYTES, create=False
    )
    try:
        if _layout(environment) == LAYOUT:
            return Databases(environment, *(environment.open_db(name, create=False) for name in DATABASES))
    except lmdb.Error:
        environment.close()
        raise
    environment.close()
    raise StaleViewError("feed.missing", f"the view at {folder} has another layout")


def _writable(folder: Path, map_bytes: int) -> Databases:
    folder.mkdir(parents=True, exist_ok=True)
    environment = _environment(folder, map_bytes)
    if _layout(environment) not in {LAYOUT, None}:
        environment.close()
        for name in (DATA, READERS):
            (folder / name).unlink()
        environment = _environment(folder, map_bytes)
    environment.reader_check()
    return Databases(environment, *(open_database(environment, name) for name in DATABASES))


def _environment(folder: Path, map_bytes: int) -> lmdb.Environment:
    # metasync off: a crash of the machine may lose the last batches, which the feed brings again; never a half batch
    return lmdb.open(str(folder), map_size=map_bytes, max_dbs=len(DATABASES), max_readers=MAX_READERS, metasync=False)


def _layout(environment: lmdb.Environment) -> bytes | None:
    """Tell the layout; None for a view in which nothing was ever written."""
    try:
        meta = environment.open_db(b"meta", create=False)
    except lmdb.NotFoundError:
        return None
    with environment.begin() as transaction:
        return transaction.get(LAYOUT_KEY, b"1", db=meta)


def open_database(environment: lmdb.Environment, name: bytes) -> Any:
    """Open, and make if need be, one of a view's databases."""
    pairs = name in {b"ids", b"edges"}
    return environment.open_db(name, dupsort=pairs, dupfixed=pairs)
