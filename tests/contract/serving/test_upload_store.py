"""One suite for every UploadStore: the fake and Postgres with its folder. Nothing of a recording lies on the disk in clear."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg_pool import ConnectionPool

from identity.keys.errors import SealBrokenError
from serving.adapters.access import PostgresAccessStore
from serving.adapters.uploads import PostgresUploadStore
from serving.upload_fakes import InMemoryUploadStore
from serving.upload_ports import Upload, UploadStore
from tests.conftest import Database
from tests.contract.serving.test_access_store import pool

__all__ = ["pool"]
KEY = b"k" * 32
PLANTED = b"a face in clear, which must lie nowhere "


@pytest.fixture
def kept(pool: ConnectionPool, tmp_path: Path, database: Database) -> Iterator[PostgresUploadStore]:
    yield PostgresUploadStore(pool, KEY, tmp_path / "uploads")
    with database.connect("owner") as owner:
        owner.execute("DELETE FROM access.uploads")


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> UploadStore:
    return InMemoryUploadStore() if request.param == "fake" else request.getfixturevalue("kept")


def new(length: int = 100, account: str = "account-a", **more: object) -> Upload:
    expires_at = datetime.now(UTC) + timedelta(minutes=2)
    return replace(Upload(secrets.token_hex(16), account, "e" * 32, length, "camera", expires_at), **more)  # type: ignore[arg-type]


def begun(store: UploadStore, **more: object) -> Upload:
    made = new(**more)  # type: ignore[arg-type]
    assert store.add(made, 3, 10**9)
    found = store.find(made.upload)
    assert found is not None
    return found


def written(store: UploadStore, upload: Upload, *pieces: bytes) -> Upload:
    for piece in pieces:
        at = store.write(upload, upload.received, upload.stored, piece)
        assert store.commit(upload, upload.received + len(piece), at)
        found = store.find(upload.upload)
        assert found is not None
        upload = found
    return upload


def test_pieces_come_back_as_one(store: UploadStore) -> None:
    upload = written(store, begun(store), b"one ", b"two ", b"three")
    assert (upload.received, store.read(upload)) == (13, b"one two three")
    assert store.read(begun(store)) == b""


def test_what_is_not_committed_does_not_count(store: UploadStore) -> None:
    upload = written(store, begun(store), b"one ")
    store.write(upload, 4, upload.stored, b"lost, lost, lost")
    assert store.read(upload) == b"one "
    assert store.read(written(store, upload, b"two")) == b"one two"


def test_of_two_that_go_on_from_one_place_one_counts(store: UploadStore) -> None:
    upload = begun(store)
    at = store.write(upload, 0, 0, b"same")
    assert store.commit(upload, 4, at)
    assert not store.commit(upload, 4, at)


def test_what_is_handed_on_or_removed_is_destroyed(store: UploadStore) -> None:
    done, gone = written(store, begun(store), b"one"), written(store, begun(store), b"two")
    store.finish(done.upload)
    store.remove(gone.upload)
    told = store.find(done.upload)
    assert told is not None
    assert (told.done, told.received) == (True, told.length)
    assert store.find(gone.upload) is None
    assert not store.commit(told, 1, 1)
    for again in (store.finish, store.remove):
        again(done.upload)


def test_too_many_open_ones_are_refused(store: UploadStore) -> None:
    first = begun(store)
    assert store.add(new(), 2, 10**9)
    assert not store.add(new(), 2, 10**9)
    assert store.add(new(account="account-b"), 2, 10**9)
    assert not store.add(new(length=500, account="account-c"), 2, 600)
    store.finish(first.upload)
    assert store.add(new(), 2, 10**9)


def test_what_expired_is_removed(store: UploadStore) -> None:
    old, young = begun(store, expires_at=datetime.now(UTC) - timedelta(seconds=1)), begun(store)
    assert store.expire() == 1
    assert store.find(old.upload) is None
    assert store.find(young.upload) is not None


def test_nothing_lies_in_clear_and_another_process_goes_on(kept: PostgresUploadStore, pool: ConnectionPool, tmp_path: Path) -> None:
    upload = written(kept, begun(kept, length=4000), PLANTED * 50)
    other = PostgresUploadStore(pool, KEY, tmp_path / "uploads")
    found = other.find(upload.upload)
    assert found is not None
    written(other, found, PLANTED * 50)
    content = (tmp_path / "uploads" / upload.upload).read_bytes()
    assert len(content) > 4000
    assert PLANTED[:12] not in content
    assert upload.key not in content
    again = other.find(upload.upload)
    assert again is not None
    assert other.read(again) == PLANTED * 100


def test_the_key_lies_sealed_in_the_row_and_goes_with_it(kept: PostgresUploadStore, database: Database, tmp_path: Path) -> None:
    upload = written(kept, begun(kept), b"one")
    with database.connect("owner") as owner:
        row = owner.execute("SELECT sealed_key FROM access.uploads WHERE upload = %s", (upload.upload,)).fetchone()
    assert row is not None
    assert upload.key not in bytes(row[0])
    kept.finish(upload.upload)
    with database.connect("owner") as owner:
        row = owner.execute("SELECT sealed_key FROM access.uploads WHERE upload = %s", (upload.upload,)).fetchone()
    assert row == (b"",)
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_file_that_was_touched_does_not_open(kept: PostgresUploadStore, tmp_path: Path) -> None:
    upload = written(kept, begun(kept), b"one", b"two")
    path = tmp_path / "uploads" / upload.upload
    content = bytearray(path.read_bytes())
    half = len(content) // 2
    path.write_bytes(content[half:] + content[:half])
    with pytest.raises(SealBrokenError):
        kept.read(upload)


def test_a_file_without_a_row_is_removed(kept: PostgresUploadStore, tmp_path: Path) -> None:
    (tmp_path / "uploads" / ("f" * 32)).write_bytes(b"of a crash")
    upload = written(kept, begun(kept), b"one")
    kept.expire()
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == [upload.upload]


def test_who_is_erased_leaves_no_key(kept: PostgresUploadStore, pool: ConnectionPool, tmp_path: Path) -> None:
    upload = written(kept, begun(kept, account="account-e"), b"one")
    PostgresAccessStore(pool).forget("account-e")
    assert kept.find(upload.upload) is None
    kept.expire()
    assert list((tmp_path / "uploads").iterdir()) == []


def test_one_at_a_time_has_the_turn_at_a_place(store: UploadStore) -> None:
    first = store.alone("account-a/e")
    assert first is not None
    assert store.alone("account-a/e") is None
    beside = store.alone("account-b/e")
    assert beside is not None
    for _ in range(2):
        first.end()
    second = store.alone("account-a/e")
    assert second is not None
    first.end()
    assert store.alone("account-a/e") is None, "an end that is said again ends nobody else's"
    second.end()
    beside.end()


def test_many_threads_take_turns(store: UploadStore) -> None:
    inside, most = list[int](), list[int]()

    def once(_: int) -> None:
        while (turn := store.alone("account-a/e")) is None:
            pass
        inside.append(1)
        most.append(len(inside))
        inside.pop()
        turn.end()

    with ThreadPoolExecutor(4) as four:
        list(four.map(once, range(200)))
    assert max(most) == 1
