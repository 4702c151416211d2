"""What an erased person leaves in PostgreSQL's own files, looked for in every byte of its data folder, before and after it is rewritten."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from infra.parts.postgres import is_reachable
from serving.adapters import scrubbing
from serving.adapters.access import PostgresAccessStore
from serving.adapters.scrubbing import PostgresScrubber
from serving.cli.main import run
from serving.demo.stage import wait_for
from tests import parts
from tests.conftest import Database


@dataclass
class Person:
    """Somebody with a name in every column that keeps one in clear, and the place to look for it."""

    data: Path
    account: str = field(default_factory=lambda: f"account-{os.urandom(16).hex()}")
    name: str = field(default_factory=lambda: f"mark{os.urandom(8).hex()}")

    def found(self) -> list[str]:
        """Every file of the server that holds the name."""
        return [str(path.relative_to(self.data)) for path in sorted(self.data.rglob("*")) if path.is_file() and self._is_in(path)]

    def _is_in(self, path: Path) -> bool:
        try:
            return self.name.encode() in path.read_bytes()
        except FileNotFoundError:  # the server deletes, too
            return False


@pytest.fixture
def person(database: Database, postgres_part: parts.PostgresPart) -> Person:
    """Registered, with a token, and projected."""
    made = Person(postgres_part.cluster.data)
    with database.connect("owner") as connection:
        connection.execute("DELETE FROM access.erasures")
        connection.execute("INSERT INTO access.handles VALUES (%s, %s, %s)", (made.name, made.name.upper(), made.account))
        connection.execute("INSERT INTO projection.accounts (account, handle) VALUES (%s, %s)", (made.account, made.name))
        values = (made.account[-16:], os.urandom(32), made.account, f"{made.name}'s phone")
        connection.execute("INSERT INTO access.tokens (token_id, sha256, account, scopes, label) VALUES (%s, %s, %s, '{}', %s)", values)
    return made


@pytest.fixture
def forget(database: Database) -> Callable[[Person], None]:
    """Erase as the API and the worker do."""

    def do(person: Person) -> None:
        with ConnectionPool(database.dsn("api"), min_size=1, max_size=1, open=True) as pool:
            PostgresAccessStore(pool).forget(person.account)
        with database.connect("worker") as worker:
            worker.execute("UPDATE projection.accounts SET handle = NULL WHERE account = %s", (person.account,))

    return do


@pytest.fixture
def scrubber(database: Database, monkeypatch: pytest.MonkeyPatch) -> PostgresScrubber:
    monkeypatch.setattr(scrubbing, "PAUSES_S", (0.0, 0.1))
    return PostgresScrubber(database.dsn("api"))


@pytest.fixture
def superuser(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        yield connection


def test_an_erased_name_is_in_no_file_of_the_server_once_they_are_rewritten(
    database: Database, person: Person, forget: Callable[[Person], None], scrubber: PostgresScrubber, superuser: psycopg.Connection
) -> None:
    with database.connect("owner") as owner:
        owner.execute("ANALYZE")
    forget(person)
    superuser.execute("CHECKPOINT")
    assert {place.partition("/")[0] for place in person.found()} == {"base", "pg_wal"}, "dead rows, and the log"
    done = scrubber.scrub()
    assert (done.people, done.clean) == (1, True)
    assert person.found() == []
    assert scrubber.scrub().people == 0, "nothing is rewritten where nobody was erased since"


def test_who_stays_is_still_found_and_analyze_copies_no_name(
    database: Database, person: Person, forget: Callable[[Person], None], scrubber: PostgresScrubber, superuser: psycopg.Connection
) -> None:
    others = [f"{person.name}{number}" for number in range(40)]
    with database.connect("owner") as owner, owner.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO access.handles VALUES (%s, %s, %s)", [(one, one, f"account-{os.urandom(9).hex()}") for one in others]
        )
        cursor.executemany(
            "INSERT INTO projection.accounts (account, handle) VALUES (%s, %s)", [(f"account-{os.urandom(9).hex()}", one) for one in others]
        )
        owner.execute("ANALYZE access.handles, access.tokens, projection.accounts")
    with superuser.cursor().copy("COPY pg_catalog.pg_statistic TO STDOUT") as copy:
        assert person.name.encode() not in b"".join(bytes(piece) for piece in copy)
    forget(person)
    assert scrubber.scrub().clean
    with database.connect("api") as api:
        assert api.execute("SELECT count(*) FROM access.handles WHERE starts_with(handle, %s)", (person.name,)).fetchone() == (40,)


def test_it_waits_until_the_projection_has_forgotten_them(
    database: Database, person: Person, forget: Callable[[Person], None], scrubber: PostgresScrubber
) -> None:
    with ConnectionPool(database.dsn("api"), min_size=1, max_size=1, open=True) as pool:
        PostgresAccessStore(pool).forget(person.account)
    assert (scrubber.scrub().waiting, scrubber.scrub().clean) == (1, False)
    forget(person)
    assert scrubber.scrub().clean
    assert person.found() == []


def test_somebody_who_was_never_projected_is_due_after_a_minute(database: Database, person: Person, scrubber: PostgresScrubber) -> None:
    with database.connect("api") as api:
        api.execute("DELETE FROM access.handles WHERE account = %s", (person.account,))
        api.execute("DELETE FROM access.tokens WHERE account = %s", (person.account,))
        api.execute("INSERT INTO access.erasures (account) VALUES ('account-before-0008')")
    with database.connect("worker") as worker:
        worker.execute("DELETE FROM projection.accounts WHERE account = %s", (person.account,))
    assert scrubber.scrub().waiting == 1
    with database.connect("api") as api:
        api.execute("UPDATE access.erasures SET erased_at = erased_at - interval '2 minutes'")
    assert (scrubber.scrub().people, person.found()) == (1, [])


def test_rows_that_an_older_transaction_still_sees_keep_it_due(
    database: Database, person: Person, forget: Callable[[Person], None], scrubber: PostgresScrubber
) -> None:
    with database.connect("auditor") as reader:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT 1 FROM ledger.events LIMIT 1")
        forget(person)
        assert scrubber.scrub().left == ("scrub.snapshot_old",)
        assert person.found() != []
    assert scrubber.scrub().clean
    assert person.found() == []


def test_a_table_that_is_in_use_keeps_it_due_and_nobody_waits_long(
    database: Database, person: Person, forget: Callable[[Person], None], scrubber: PostgresScrubber
) -> None:
    forget(person)
    with database.connect("api") as other:
        other.execute("BEGIN")
        other.execute("SELECT 1 FROM access.handles LIMIT 1")
        assert "scrub.locked" in scrubber.scrub().left
    assert scrubber.scrub().clean
    assert person.found() == []


def test_log_that_a_slot_holds_back_keeps_it_due(
    person: Person, forget: Callable[[Person], None], scrubber: PostgresScrubber, superuser: psycopg.Connection
) -> None:
    superuser.execute("SELECT pg_create_physical_replication_slot('behind', true)")
    forget(person)
    assert scrubber.scrub().left == ("scrub.wal_kept",)
    assert person.found() != []
    superuser.execute("SELECT pg_drop_replication_slot('behind')")
    assert scrubber.scrub().clean
    assert person.found() == []


def test_a_segment_that_lay_ready_with_old_content_is_written_over(
    person: Person, forget: Callable[[Person], None], scrubber: PostgresScrubber, superuser: psycopg.Connection
) -> None:
    row = superuser.execute("SELECT max(name), pg_walfile_name(pg_current_wal_lsn()), max(size) FROM pg_ls_waldir()").fetchone()
    assert row is not None
    last, current, size = row
    ready = person.data / "pg_wal" / (last if last > current else f"{last[:16]}{int(last[16:], 16) + 1:08X}")
    ready.write_bytes(person.name.encode().ljust(1024, b".") * (size // 1024))  # as the server renames one for use again
    owner = (person.data / "PG_VERSION").stat()
    os.chown(ready, owner.st_uid, owner.st_gid)
    forget(person)
    assert scrubber.scrub().clean
    assert person.found() == []


def test_a_file_that_a_crash_left_is_named_until_it_is_deleted(
    database: Database, person: Person, forget: Callable[[Person], None], scrubber: PostgresScrubber
) -> None:
    with psycopg.connect(database.dsn("owner")) as half:
        half.execute("CREATE TABLE access.copied AS SELECT * FROM access.handles")
        with psycopg.connect(database.superuser, autocommit=True) as superuser:
            superuser.execute("CHECKPOINT")
        os.kill(half.info.backend_pid, signal.SIGKILL)  # the server starts anew, and the file stays
        half.close()
    wait_for("PostgreSQL", lambda: is_reachable(database.superuser), within_s=30)
    forget(person)
    told: list[str] = []
    assert PostgresScrubber(database.dsn("api"), told.append).scrub().left == ("scrub.stray_file",)
    named = {line.removeprefix("no table owns ") for line in told if line.startswith("no table owns ")}
    assert person.found() != []
    assert set(person.found()) <= named, "the rows; its index has a file, too"
    for path in named:
        (person.data / path).unlink()
    assert scrubber.scrub().clean
    assert person.found() == []


def test_without_the_rights_nothing_is_said_to_be_done(
    person: Person, forget: Callable[[Person], None], scrubber: PostgresScrubber, superuser: psycopg.Connection
) -> None:
    forget(person)
    superuser.execute("REVOKE MAINTAIN ON access.tokens FROM api")
    assert scrubber.scrub().left == ("scrub.right_missing",)
    superuser.execute("GRANT MAINTAIN ON access.tokens TO api")
    assert scrubber.scrub().clean


def test_two_at_once_do_not_meet(database: Database, person: Person, forget: Callable[[Person], None], scrubber: PostgresScrubber) -> None:
    forget(person)
    with database.connect("api") as other:
        other.execute("SELECT pg_advisory_lock(%s)", (scrubbing.LOCK,))
        assert scrubber.scrub().left == ("scrub.busy",)
    assert scrubber.scrub().clean


def test_the_command_does_it_at_once_and_ends_with_1_where_something_is_left(
    installation: parts.Installation, person: Person, forget: Callable[[Person], None],
    superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for name, value in installation.environ.items():
        monkeypatch.setenv(name, value)
    forget(person)
    superuser.execute("REVOKE MAINTAIN ON access.tokens FROM api")
    with pytest.raises(SystemExit, match="1"):
        run(["scrub", "--within-s", "0", "--json"])
    answer = capsys.readouterr()
    assert json.loads(answer.out)["left"] == ["scrub.right_missing"]
    assert "docs/identity.md" in answer.err
    superuser.execute("GRANT MAINTAIN ON access.tokens TO api")
    with pytest.raises(SystemExit, match="0"):
        run(["scrub", "--json"])
    assert json.loads(capsys.readouterr().out)["people"] == 1
    assert person.found() == []
