"""Two API processes that share one folder and one database, and write to one upload: neither cuts what the other wrote."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg_pool import ConnectionPool

from serving.adapters.uploads import PostgresUploadStore
from serving.errors import ConflictError, LockedError
from serving.handlers.desk import Caller
from serving.handlers.uploads import Uploads
from serving.upload_ports import Upload
from tests.conftest import Database

MIN = Caller("account-min", frozenset())
ENROLMENT = "e" * 32


class Other:
    """The other process, which holds the turn at an upload from the beginning."""

    def __init__(self, *given: object) -> None:
        command = [sys.executable, "-m", "tests.integration.enrolment.holding_turn", *map(str, given)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        assert self.heard() == "holds"

    def heard(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def does(self, what: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        assert self.heard() == what.partition(" ")[0]

    def killed(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=20)


@pytest.fixture
def uploads(database: Database, tmp_path: Path) -> Iterator[Uploads]:
    with ConnectionPool(database.dsn("api"), min_size=1, max_size=2, open=True) as pool:
        yield Uploads(PostgresUploadStore(pool, b"k" * 32, tmp_path / "uploads"))


@pytest.fixture
def upload(uploads: Uploads) -> Iterator[str]:
    made = Upload(secrets.token_hex(16), MIN.account, ENROLMENT, 5000, "", datetime.now(UTC) + timedelta(minutes=2))
    assert uploads.store.add(made, 3, 10**9)
    yield made.upload
    uploads.store.remove(made.upload)


@pytest.fixture
def other(database: Database, tmp_path: Path, upload: str) -> Iterator[Other]:
    made = Other(database.dsn("api"), tmp_path / "uploads", MIN.account, ENROLMENT, upload)
    yield made
    made.killed()


def kept(uploads: Uploads, upload: str) -> bytes:
    return uploads.store.read(uploads.find(MIN, ENROLMENT, upload))


def test_while_one_writes_the_other_waits_and_cuts_nothing(uploads: Uploads, upload: str, other: Other) -> None:
    code = ""
    try:
        mine = uploads.receive(MIN, ENROLMENT, upload, 0, None)
    except LockedError as told:
        mine, code = None, told.code
    other.does("take 5000")
    if mine is not None:
        with suppress(ConflictError):
            mine.take(b"b")
    other.does("end")
    assert kept(uploads, upload) == b"a" * 5000
    assert (mine, code) == (None, "upload.busy")


def test_the_other_goes_on_where_the_first_one_ended(uploads: Uploads, upload: str, other: Other) -> None:
    other.does("take 3000")
    other.does("end")
    receiving = uploads.receive(MIN, ENROLMENT, upload, 3000, None)
    receiving.take(b"b" * 2000)
    receiving.end(whole=True)
    assert kept(uploads, upload) == b"a" * 3000 + b"b" * 2000


def test_a_process_that_is_killed_gives_its_turn_up(uploads: Uploads, upload: str, other: Other, tmp_path: Path) -> None:
    other.does("take 3000")
    other.killed()
    uploads.store.expire()
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == [upload], "nothing of its turn is left"
    uploads.receive(MIN, ENROLMENT, upload, 3000, None).end(whole=True)


def test_a_turn_that_is_held_is_not_swept(uploads: Uploads, upload: str, other: Other) -> None:
    uploads.store.expire()
    with pytest.raises(LockedError):
        uploads.receive(MIN, ENROLMENT, upload, 0, None)
    assert other.process.poll() is None
