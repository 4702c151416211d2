"""The worker on real Postgres and Kafka: what is appended is projected; what fails is parked and nothing is lost."""

from __future__ import annotations

import http.server
import json
import secrets
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import psycopg
import pytest

from schemas import account
from schemas.envelope import Sealed
from schemas.ids import cameo_of, stream_id
from schemas.registry import Event
from streams.adapters.postgres import PostgresEventStore
from streams.agents.parking import list_parked, retry
from streams.core.note import read_verifier
from streams.ports import Append, Appended, NewEvent
from streams.verify_log import verify_log
from tests.conftest import Database
from tests.integration.agents.told import grant, requested, started
from tests.parts import Installation

DEADLINE_S = 60.0
pytestmark = pytest.mark.usefixtures("processes")


def until(what: Callable[[], Any], why: str) -> Any:
    """Wait for something to be true; the deadline only ends a broken test."""
    end_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < end_s:
        if found := what():
            return found
        time.sleep(0.005)
    pytest.fail(f"never: {why}")


class StandInKeyholder(http.server.BaseHTTPRequestHandler):
    """Answers unseal alone: the worker's own client asks it over the real socket."""

    handles: ClassVar[dict[str, str]] = {}

    def do_POST(self) -> None:
        ask = json.loads(self.rfile.read(int(self.headers["content-length"])))
        handle = self.handles.get(ask.get("stream", ""))
        answer = {"title": "gone", "status": 410, "codes": ["key.destroyed"], "type": "about:blank"}
        if handle is not None:
            import base64

            answer = {"fields": {"handle": base64.b64encode(handle.encode()).decode()}}
        body = json.dumps(answer).encode()
        self.send_response(200 if handle is not None else 410)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "worker"

    def log_message(self, *_: object) -> None:
        pass


class Record:
    """A small record: appends as the api, reads projections as the api."""

    def __init__(self, database: Database) -> None:
        self.store = PostgresEventStore(database.dsn("api"), "main")
        self.connection = database.connect("api")

    def append(self, stream: str, *events: Event, sealed: dict[str, Sealed] | None = None) -> Appended:
        new = [NewEvent(stream, event, secrets.token_hex(16), sealed or {}) for event in events]
        outcome = self.store.append(Append(actor=stream, events=new, correlation="c"))
        assert isinstance(outcome, Appended)
        return outcome

    def account(self, *, sealed: bool = False) -> str:
        stream = stream_id("account", secrets.token_bytes(16))
        fields = {"handle": Sealed(key_id="k", nonce=b"n" * 12, ciphertext=b"c")} if sealed else None
        self.append(stream, account.AccountRegistered(region="KR", locale="ko", minor=False), sealed=fields)
        return stream

    def row(self, table: str, key: str, value: str) -> dict[str, Any] | None:
        from psycopg.rows import dict_row

        with self.connection.cursor(row_factory=dict_row) as cursor:
            query = psycopg.sql.SQL("SELECT * FROM {} WHERE {} = %s").format(
                psycopg.sql.Identifier("projection", table), psycopg.sql.Identifier(key)
            )
            return cursor.execute(query, (value,)).fetchone()

    def applied(self, agent: str, stream: str) -> int:
        query = "SELECT revision FROM agents.applied WHERE agent = %s AND stream = %s"
        row = self.connection.execute(query, (agent, stream)).fetchone()
        return 0 if row is None else row[0]


@pytest.fixture(scope="module")
def record(database: Database) -> Iterator[Record]:
    made = Record(database)
    yield made
    made.connection.close()
    made.store.close()


class Processes:
    """Relay and worker of this module."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self.relay = installation.start("relay", "streams.relay")
        self.worker = installation.start("worker", "streams.worker")

    def start_relay(self) -> None:
        self.relay = self._installation.start("relay", "streams.relay")

    def start_worker(self) -> None:
        self.worker = self._installation.start("worker", "streams.worker")


@pytest.fixture(scope="module")
def processes(kafka: str, installation: Installation, database: Database) -> Processes:
    del kafka, database
    installation.run("streams.topics")
    return Processes(installation)


def test_what_is_appended_is_projected(record: Record) -> None:
    owner, other = record.account(), record.account()
    record.append(owner, account.AccountFollowed(account=other), account.AccountStandingChanged(standing="limited", reason="r"))
    row = until(lambda: (found := record.row("accounts", "account", owner)) and found["standing"] == "limited" and found, "row")
    assert (row["cameo"], row["region"]) == (cameo_of(owner), "KR")
    assert record.row("relations", "account", owner)


def test_subjects_and_requesters_are_notified_each_of_their_own(record: Record) -> None:
    owner, asker = record.account(), record.account()
    cameo, film = cameo_of(owner), stream_id("generation", secrets.token_bytes(16))
    record.append(cameo, started(owner))
    record.append(cameo, grant("g1", asker))
    record.append(film, requested(asker, cameo))

    def inbox(reader: str) -> list[str]:
        query = "SELECT kind FROM projection.inbox WHERE reader = %s ORDER BY time_us"
        return [kind for (kind,) in record.connection.execute(query, (reader,))]

    until(lambda: inbox(owner) == ["generation.requested"], "the subject hears of the request")
    until(lambda: inbox(asker) == ["grant.given"], "the grantee hears of the grant")
    queued = record.connection.execute("SELECT count(*) FROM agents.outbox WHERE sent_at_us IS NULL").fetchone()
    assert queued
    assert queued[0] >= 2


def test_a_failed_event_parks_its_stream_alone_and_retry_brings_all_of_it(record: Record, installation: Installation) -> None:
    failing = record.account(sealed=True)  # no keyholder answers: its handle cannot be read
    record.append(failing, account.AccountStandingChanged(standing="limited", reason="r"))
    going_on = record.account()
    until(lambda: record.row("accounts", "account", going_on), "others go on")
    parked = until(lambda: [one for one in list_parked(record.connection) if one.stream == failing], "parked")[0]
    assert (parked.agent, parked.revision, parked.waiting) == ("project", 1, 2)
    assert "Keyholder" in parked.error
    assert record.row("accounts", "account", failing) is None
    with keyholder(installation.settings.keyholder_socket, {failing: "mina"}):
        assert retry(record.connection, parked.id)
        row = until(lambda: record.row("accounts", "account", failing), "retried")
    until(lambda: record.applied("project", failing) == 2, "what waited follows")
    row = record.row("accounts", "account", failing)
    assert row
    assert (row["handle"], row["standing"]) == ("mina", "limited")
    assert not [one for one in list_parked(record.connection) if one.stream == failing]


def test_a_handle_whose_key_is_destroyed_is_shown_as_none(record: Record, installation: Installation) -> None:
    with keyholder(installation.settings.keyholder_socket, {}):
        erased = record.account(sealed=True)
        row = until(lambda: record.row("accounts", "account", erased), "projected")
    assert row["handle"] is None


def test_a_challenge_that_nobody_answered_runs_out(record: Record) -> None:
    owner = record.account()
    record.append(cameo_of(owner), msgspec.structs.replace(started(owner), expires_at_us=1))
    row = until(lambda: (found := record.row("enrolments", "owner", owner)) and found["state"] == "expired" and found, "expired")
    assert row["decided_us"]


def test_nothing_is_lost_when_the_worker_is_killed(processes: Processes, record: Record) -> None:
    before = [record.account() for _ in range(20)]
    processes.worker.kill()
    during = [record.account() for _ in range(20)]
    processes.start_worker()
    for one in (*before, *during):
        until(lambda one=one: record.applied("project", one) == 1 and record.applied("notify", one) == 1, "projected after a kill")


def test_the_sweeper_reads_from_the_ledger_what_kafka_never_delivered(processes: Processes, record: Record) -> None:
    processes.relay.kill()
    skipped = record.account()
    record.append(skipped, account.AccountStandingChanged(standing="suspended", reason="r"))
    until(lambda: record.applied("project", skipped) == 2, "swept")
    processes.start_relay()
    assert record.row("accounts", "account", skipped)


def test_the_published_log_follows_and_verifies(record: Record, installation: Installation) -> None:
    record.account()
    head = record.connection.execute("SELECT count(*) FROM ledger.events").fetchone()
    assert head
    folder = installation.settings.tiles
    until(lambda: int((folder / "checkpoint").read_text().split("\n")[1]) >= head[0], "published")
    verified = verify_log(folder, read_verifier((folder / "verifier-key").read_text()))
    assert verified.size >= head[0]


def test_the_worker_stops_cleanly_and_says_so_by_its_exit_code(processes: Processes) -> None:
    processes.worker.stop()
    assert processes.worker.process.returncode == 0


class _UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class keyholder:  # noqa: N801 -- read as `with keyholder(...)`
    def __init__(self, socket: Path, handles: dict[str, str]) -> None:
        self._socket = socket
        StandInKeyholder.handles = handles

    def __enter__(self) -> None:
        self._socket.unlink(missing_ok=True)
        self._server = _UnixServer(str(self._socket), StandInKeyholder)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._socket.unlink(missing_ok=True)
