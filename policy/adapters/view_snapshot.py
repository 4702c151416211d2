"""Snapshots of the consent view: taken beside it, and taken again by a host whose view is empty. Does not tail the feed.

A snapshot is a folder `<log index>-<incarnation>` with the view's rows, packed in order of key, and `snapshot.json`: where
it stands, its layout, and the SHA-256 of its bytes. It is renamed into place when it is whole. It says nothing of its age:
what follows it comes from the feed, and no beat is kept, so that a restored view refuses until the feed has caught up.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import lmdb
import msgspec

from policy.adapters.view_layout import (
    DATA,
    DATABASES,
    LAYOUT,
    MAX_READERS,
    READ_MAP_BYTES,
    READERS,
    STATE,
    databases,
    decode_state,
    encode_state,
    open_database,
    open_readable,
)
from policy.adapters.view_writer import held_partitions
from policy.core.freshness import ViewState
from policy.errors import SnapshotError, StaleViewError

log = logging.getLogger(__name__)

MANIFEST = "snapshot.json"
KEPT = 2
ROWS = 500_000
"""Rows a transaction."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot is, and the digest of its bytes."""

    layout: str
    incarnation: int
    log_index: int
    held: tuple[int, ...]
    bytes: int
    sha256: str


def take(view: Path, snapshots: Path, kept: int = KEPT) -> tuple[Path, Snapshot]:
    """Write a snapshot of the view as it stands, and keep the newest; returns its folder. May run beside the feeder.

    The view's own pages are pinned meanwhile: some 30 s for a million cameos (measured). Raises StaleViewError where
    there is no view, SnapshotError for one that holds nothing.
    """
    opened = databases(view, write=False)
    snapshots.mkdir(parents=True, exist_ok=True)
    making = snapshots / ".making"
    shutil.rmtree(making, ignore_errors=True)
    with opened.environment.begin() as source:
        state = _state(source, opened.meta)
        if state.log_index < 0:
            raise SnapshotError(f"{view} holds nothing yet")
        _copy(source, opened, making)
    return _named(making, snapshots, state, kept)


def restore(
    snapshots: Path, view: Path, incarnation: int, partitions: Iterable[int] | None = None, told: Callable[[str], None] = log.warning
) -> Snapshot | None:
    """Make a view from the newest snapshot that can be used; None, and an empty folder, where there is none.

    Nothing is done where there is a view already. What is refused, and why, is told: another layout, incarnation or share
    of the partitions; bytes that are missing or changed.
    """
    if (view / DATA).exists():
        return None
    for folder in newest_first(snapshots):
        try:
            snapshot = check(folder, incarnation, partitions)
        except SnapshotError as error:
            told(f"snapshot {folder.name} is refused: {error}")
            continue
        view.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / DATA, view / (DATA + ".new"))
        (view / (DATA + ".new")).rename(view / DATA)
        log.info("the view begins with snapshot %s", folder.name)
        return snapshot
    return None


def check(folder: Path, incarnation: int, partitions: Iterable[int] | None = None) -> Snapshot:
    """Read a snapshot whole and compare it with what it says of itself and what is wanted. Raises SnapshotError."""
    try:
        snapshot = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Snapshot)
        size = (folder / DATA).stat().st_size
    except (OSError, msgspec.MsgspecError) as error:
        raise SnapshotError(str(error)) from error
    wanted: dict[str, Any] = {"layout": LAYOUT.decode(), "incarnation": incarnation, "held": held_partitions(partitions), "bytes": size}
    for name, value in wanted.items():
        if getattr(snapshot, name) != value:
            raise SnapshotError(f"its {name} is {getattr(snapshot, name)}, not {value}")
    if _sha256(folder / DATA) != snapshot.sha256:
        raise SnapshotError("its bytes were changed")
    _check_state(folder, snapshot)
    return snapshot


def newest_first(snapshots: Path) -> list[Path]:
    """List snapshots, the highest log index first."""
    return sorted((path.parent for path in snapshots.glob(f"[0-9]*/{MANIFEST}")), key=lambda path: path.name, reverse=True)


def _copy(source: Any, opened: Any, making: Path) -> None:
    environment = lmdb.open(str(making), map_size=READ_MAP_BYTES, max_dbs=len(DATABASES), max_readers=MAX_READERS, sync=False, lock=False)
    try:
        for name in DATABASES:
            database = open_database(environment, name)
            with source.cursor(db=getattr(opened, name.decode())) as rows:
                _append(environment, database, iter(rows.iternext()))
        meta = open_database(environment, b"meta")
        with environment.begin(write=True) as transaction:
            state = _state(transaction, meta)
            bare = msgspec.structs.replace(state, beat=None, waiting=False, older_epoch=False)
            transaction.put(STATE, encode_state(bare), db=meta)
        environment.sync(True)  # noqa: FBT003 -- LMDB's own call
    finally:
        environment.close()


def _append(environment: lmdb.Environment, database: Any, rows: Iterator[tuple[bytes, bytes]]) -> None:
    while True:
        with environment.begin(write=True) as transaction, transaction.cursor(db=database) as cursor:
            consumed, _ = cursor.putmulti(islice(rows, ROWS), append=True)
        if consumed < ROWS:
            return


def _named(making: Path, snapshots: Path, state: ViewState, kept: int) -> tuple[Path, Snapshot]:
    snapshot = Snapshot(
        layout=LAYOUT.decode(),
        incarnation=state.incarnation,
        log_index=state.log_index,
        held=state.held,
        bytes=(making / DATA).stat().st_size,
        sha256=_sha256(making / DATA),
    )
    (making / MANIFEST).write_bytes(msgspec.json.encode(snapshot))
    named = snapshots / f"{state.log_index:020d}-{state.incarnation}"
    shutil.rmtree(named, ignore_errors=True)
    making.rename(named)
    for old in newest_first(snapshots)[kept:]:
        shutil.rmtree(old)
    return named, snapshot


def _check_state(folder: Path, snapshot: Snapshot) -> None:
    try:
        opened = open_readable(folder)
    except (lmdb.Error, StaleViewError) as error:
        raise SnapshotError(str(error)) from error
    try:
        with opened.environment.begin() as transaction:
            state = _state(transaction, opened.meta)
    finally:
        opened.environment.close()
        (folder / READERS).unlink(missing_ok=True)
    if (state.incarnation, state.log_index, state.held) != (snapshot.incarnation, snapshot.log_index, snapshot.held):
        raise SnapshotError("it stands elsewhere than it says")


def _state(transaction: Any, meta: Any) -> ViewState:
    found = transaction.get(STATE, db=meta)
    if found is None:
        raise SnapshotError("it does not say where it stands")
    return decode_state(found)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
