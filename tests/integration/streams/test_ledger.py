"""What the database itself holds against whoever connects: rights, append only, isolation, deadlines, lost connections."""

from __future__ import annotations

import contextlib
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from policy.core.facts import fold, uses_of
from schemas import account, consent, generation
from schemas.codec import decode, event_of
from schemas.ids import stream_id
from schemas.registry import all_types
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.postgres_pool import APPEND_OPTIONS
from streams.adapters.queries import QUERIES
from streams.errors import IncarnationError, LedgerUnavailableError, NotPermittedError
from streams.migrate import migrate
from streams.ports import Append, Appended, ClockAstray, Conflict, Exhausted, NewEvent

if TYPE_CHECKING:
    from tests.conftest import Database

GOLDEN = Path(__file__).parents[2] / "golden" / "schemas" / "bytes"
ROLES = ("owner", "api", "keyholder", "relay", "feeder", "worker", "judge", "dispatcher", "auditor")


@pytest.fixture
def store(database: Database) -> Iterator[PostgresEventStore]:
    with PostgresEventStore(database.dsn("api"), "main") as made:
        yield made


def new_stream(kind: str) -> str:
    return stream_id(kind, secrets.token_bytes(16))  # type: ignore[arg-type]


def block(stream: str, **words: Any) -> Append:
    return Append(
        actor="a", events=[NewEvent(stream, account.AccountBlocked(account="x"), secrets.token_hex(16))], correlation="c", **words
    )


def raw(**changed: Any) -> dict[str, Any]:
    """The parameters of an append as a client that is not ours would send them."""
    stream = new_stream("account")
    event = {
        "stream": stream, "event_id": secrets.token_hex(16), "type": "account.blocked", "version": 1, "data": {"account": "x"},
        "sealed": {}, "facts": [{"key": "blocks/x", "value": {}}], "uses": [],
    }  # fmt: skip
    event.update(changed)
    return {
        "incarnation": 1, "actor": "a", "acting_as": None, "app": None, "correlation": "c", "causation": None, "expected": "{}",
        "holding": "{}", "not_after_us": None, "key": None, "request": None, "events": msgspec.json.encode([event]).decode(),
    }  # fmt: skip


def test_migrating_again_changes_nothing(database: Database) -> None:
    assert migrate(database.dsn("owner"), "main") == []
    assert migrate(database.dsn("owner"), "other") == []
    with database.connect("auditor") as connection:
        assert connection.execute("SELECT tenant, incarnation FROM ledger.installation").fetchall() == [("main", 1)]


def test_a_store_of_another_tenant_is_refused(database: Database) -> None:
    with PostgresEventStore(database.dsn("api"), "other") as wrong, pytest.raises(LedgerUnavailableError):
        wrong.append(block(new_stream("account")))


def test_the_database_knows_every_event_as_the_vocabulary_does(database: Database) -> None:
    with database.connect("auditor") as connection:
        rows = connection.execute("SELECT type, kind, consent, facts, uses FROM ledger.event_types").fetchall()
    known = {row[0]: row[1:] for row in rows}
    assert {(name, *row[:2]) for name, row in known.items()} == {(kind.name, kind.stream, kind.consent) for kind in all_types()}
    written: dict[str, set[str]] = {name: set() for name in known}
    for path in GOLDEN.iterdir():
        envelope = decode(path.read_bytes())
        event = event_of(envelope)
        written[envelope.type] |= {fact.key.split("/")[0] for fact in fold(event)}
        assert {use.step for use in uses_of(event, envelope.stream)} <= {known[envelope.type][3]}
    for name, keys in written.items():
        assert keys <= set(known[name][2]), name


def test_nobody_changes_what_happened(database: Database, store: PostgresEventStore) -> None:
    store.append(block(new_stream("account")))
    statements = (
        "UPDATE ledger.events SET actor = 'b'", "DELETE FROM ledger.events", "TRUNCATE ledger.events CASCADE",
        "UPDATE ledger.log SET leaf_hash = ''", "DELETE FROM ledger.log",
    )  # fmt: skip
    for role in ROLES:
        with database.connect(role) as connection:
            for statement in statements:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)


def test_nobody_writes_past_the_append(database: Database) -> None:
    for role in ROLES[1:]:
        with database.connect(role) as connection:
            for table in ("events", "facts", "streams", "uses", "grant_counters", "rights", "event_types", "installation", "idempotency"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"INSERT INTO ledger.{table} SELECT * FROM ledger.{table}")


def test_each_role_appends_what_the_table_of_rights_says_and_nothing_else(database: Database) -> None:
    with database.connect("auditor") as connection:
        granted = set(connection.execute("SELECT role, type FROM ledger.rights").fetchall())
    allowed = set()
    for role in ROLES:
        with psycopg.connect(database.dsn(role), autocommit=True, options=APPEND_OPTIONS) as connection:
            for kind in all_types():
                for path in ("exact", "fast"):
                    stream = (
                        "policy-main" if kind.stream == "policy" else "switch-main" if kind.stream == "switch" else new_stream(kind.stream)
                    )
                    words = raw(stream=stream, type=kind.name, data={"path": path, "kind": "appeal"}, facts=[])
                    try:
                        connection.execute(QUERIES["append"], words)
                    except psycopg.errors.InsufficientPrivilege:
                        continue
                    allowed.add((role, kind.name, path) if kind.name == "generation.decided" else (role, kind.name))
    decided = {("keyholder", "generation.decided", "exact"), ("dispatcher", "generation.decided", "fast")}
    assert allowed == {pair for pair in granted if pair[1] != "generation.decided"} | decided
    assert {role for role, *_ in allowed}.isdisjoint({"relay", "feeder", "auditor"})


@pytest.mark.parametrize(
    "changed",
    [
        {"facts": [{"key": "standing", "value": {"standing": "good"}}]},
        {"uses": [{"cameo": "cameo-x", "grant": "g", "step": "return", "limit": None}]},
        {"stream": "cameo-" + "a" * 32},
    ],
    ids=["another fact", "a use", "another kind of stream"],
)
def test_an_event_cannot_smuggle_the_effects_of_another(database: Database, changed: dict[str, Any]) -> None:
    with (
        psycopg.connect(database.dsn("api"), autocommit=True, options=APPEND_OPTIONS) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(QUERIES["append"], raw(**changed))


def test_a_grant_opens_its_own_counter_alone(database: Database) -> None:
    use = {"cameo": new_stream("cameo"), "grant": "g", "step": "open", "limit": None}
    words = raw(stream=new_stream("cameo"), type="consent.grant_given", facts=[], uses=[use])
    with (
        psycopg.connect(database.dsn("api"), autocommit=True, options=APPEND_OPTIONS) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(QUERIES["append"], words)


@pytest.mark.parametrize("options", ["", "-c transaction_timeout=301ms", f"{APPEND_OPTIONS} -c default_transaction_isolation=serializable"])
def test_an_append_called_otherwise_than_it_must_be_raises(database: Database, options: str) -> None:
    with psycopg.connect(database.dsn("api"), autocommit=True, options=options) as connection:
        with pytest.raises(psycopg.Error) as raised:
            connection.execute(QUERIES["append"], raw())
        assert raised.value.sqlstate == "CA003"


def test_an_ended_incarnation_appends_and_reads_nothing(database: Database, store: PostgresEventStore) -> None:
    store.append(block(new_stream("account")))
    with psycopg.connect(database.superuser, autocommit=True) as outside:
        outside.execute("UPDATE ledger.installation SET incarnation = 2")
    try:
        with pytest.raises(IncarnationError):
            store.append(block(new_stream("account")))
        with pytest.raises(IncarnationError), store.snapshot():
            pass
    finally:
        with psycopg.connect(database.superuser, autocommit=True) as outside:
            outside.execute("UPDATE ledger.installation SET incarnation = 1")


def test_a_clock_behind_what_was_written_is_refused(database: Database, store: PostgresEventStore) -> None:
    stream = new_stream("account")
    store.append(block(stream))
    with psycopg.connect(database.superuser, autocommit=True) as outside:
        outside.execute("UPDATE ledger.streams SET head_time_us = head_time_us + 60000000 WHERE stream = %s", (stream,))
    assert isinstance(store.append(block(stream)), ClockAstray)
    assert isinstance(store.append(block(new_stream("account"), holding={stream: 1})), ClockAstray)
    assert len(store.read(stream)) == 1


def test_a_client_frozen_in_a_transaction_delays_a_revocation_by_no_more_than_its_deadline(
    database: Database, store: PostgresEventStore
) -> None:
    stream = new_stream("account")
    store.append(block(stream))
    with psycopg.connect(database.dsn("keyholder"), options=APPEND_OPTIONS) as frozen:
        held = raw(stream=new_stream("generation"), type="generation.refused", facts=[]) | {"holding": f'{{"{stream}": 1}}'}
        frozen.execute(QUERIES["append"], held)  # a transaction that is begun and never ended
        assert isinstance(store.append(block(stream)), Appended)
        assert frozen.closed or frozen.broken or _is_over(frozen)


def _is_over(connection: psycopg.Connection[Any]) -> bool:
    with pytest.raises(psycopg.Error):
        connection.execute("SELECT 1")
    return True


class Cut:
    """A wire to Postgres that, when armed, swallows the answer to an append and closes."""

    def __init__(self, conninfo: str) -> None:
        words = conninfo_to_dict(conninfo)
        self._target = f"{words['host']}/.s.PGSQL.{words['port']}"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.conninfo = make_conninfo(conninfo, host="127.0.0.1", port=self._listener.getsockname()[1])
        self.armed = threading.Event()
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._target)
            threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
            threading.Thread(target=self._answers, args=(server, client), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := _received(source):
                sink.sendall(data)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        while data := _received(server):
            if self.armed.is_set() and b'"outcome"' in data:
                self.armed.clear()
                self.cuts += 1
                break
            client.sendall(data)
        for one in (client, server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""


def test_an_append_whose_answer_was_lost_is_settled_once(database: Database) -> None:
    cut = Cut(database.dsn("api"))
    stream = new_stream("account")
    with PostgresEventStore(cut.conninfo, "main") as store:
        first = store.append(block(stream))
        cut.armed.set()
        second = store.append(block(stream, expected={stream: 1}))
        assert isinstance(first, Appended)
        assert isinstance(second, Appended)
        assert second.envelopes[0].revision == 2
        cut.armed.set()
        assert store.append(block(stream, expected={stream: 1})) == Conflict(stream, 1, 2)
        assert cut.cuts == 2
        assert list(store.read(stream, 1)) == list(second.envelopes)
    cut.close()


def test_an_append_whose_connection_was_killed_while_it_waited_is_done_once(database: Database, store: PostgresEventStore) -> None:
    stream = new_stream("account")
    outcomes: list[object] = []
    with psycopg.connect(database.superuser, autocommit=True) as outside:
        outside.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (stream,))
        waiting = threading.Thread(target=lambda: outcomes.append(store.append(block(stream))))
        waiting.start()
        killed = False
        while not killed:
            found = outside.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s", (database.name,)
            ).fetchall()
            killed = bool(found)
            time.sleep(0.005)
    waiting.join()
    assert isinstance(outcomes[0], Appended)
    assert len(store.read(stream)) == 1


def test_a_ledger_that_is_away_is_told_within_the_patience(database: Database) -> None:
    nowhere = make_conninfo(database.dsn("api"), host="/nowhere")
    with PostgresEventStore(nowhere, "main", patience_s=0.2) as store:
        with pytest.raises(LedgerUnavailableError):
            store.append(block(new_stream("account")))
        with pytest.raises(LedgerUnavailableError), store.snapshot():
            pass


def test_a_role_of_ours_is_told_what_it_may_not(database: Database) -> None:
    with PostgresEventStore(database.dsn("judge"), "main") as judge, pytest.raises(NotPermittedError, match=r"judge may not append"):
        judge.append(block(new_stream("account")))


def test_of_seven_uses_exactly_seven_are_given_to_sixty_four_at_once(database: Database, store: PostgresEventStore) -> None:
    cameo = new_stream("cameo")
    given = consent.GrantGiven(grant="g", grantee="account-b", purposes=(), facets=(), from_us=None, until_us=None, uses=7, review=False)
    store.append(Append(actor="o", events=[NewEvent(cameo, given, secrets.token_hex(16))], correlation="c"))
    use = (generation.UseRef(cameo=cameo, grant="g"),)
    started = generation.GenerationStarted(attempt=1, decision="d", public_key="k", holding={}, not_after_us=None, uses=use, assets=())
    with PostgresEventStore(database.dsn("keyholder"), "main", max_connections=16) as keyholder, ThreadPoolExecutor(64) as pool:
        ask = lambda film: keyholder.append(  # noqa: E731
            Append(actor="k", events=[NewEvent(film, started, secrets.token_hex(16))], correlation="c", holding={cameo: 1})
        )
        outcomes = list(pool.map(ask, [new_stream("generation") for _ in range(64)]))
    assert sum(isinstance(outcome, Appended) for outcome in outcomes) == 7
    assert sum(isinstance(outcome, Exhausted) for outcome in outcomes) == 57
    with store.snapshot() as facts:
        assert facts.used(cameo, "g", "generation-x")[:2] == (7, False)


# A holding append against a superseding one.

WITHOUT_LOCKS = re.compile(r" {4}-- 1 locks.*?(?= {4}-- 2 done before)", re.DOTALL)


def unlocked(source: str) -> str:
    """A copy of the append that takes no lock. It exists here alone."""
    first = source[: source.index("$$;", source.index("AS $$")) + 3]
    copy, count = WITHOUT_LOCKS.subn("", first)
    assert count == 1
    return copy.replace(" FOR UPDATE;", ";").replace(" FOR SHARE;", ";").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def raced(database: Database, rounds: int) -> int:
    """Race starts that hold a cameo against revocations of it; count the starts that committed on superseded consent."""
    cameos = [new_stream("cameo") for _ in range(rounds)]
    gate = threading.Barrier(4)

    def start(cameo: str, store: PostgresEventStore) -> None:
        refused = generation.GenerationRefused(attempt=None, action="start", codes=("c",), decision=cameo, reported_by="k", uses=())
        store.append(
            Append(
                actor="k", events=[NewEvent(new_stream("generation"), refused, secrets.token_hex(16))], correlation="c", holding={cameo: 1}
            )
        )

    def revoke(cameo: str, store: PostgresEventStore) -> None:
        revoked = consent.ConsentRevoked(account=None, strength="stop")
        store.append(Append(actor="o", events=[NewEvent(cameo, revoked, secrets.token_hex(16))], correlation="c"))

    def run(role: str, what: Any) -> None:
        with PostgresEventStore(database.dsn(role), "main", max_connections=2) as store:
            store.incarnation()
            for cameo in cameos:
                gate.wait()
                what(cameo, store)

    with PostgresEventStore(database.dsn("api"), "main") as store:
        for cameo in cameos:
            given = consent.AudienceSet(audience="everyone", purposes=("personal",), facets=("face",))
            store.append(Append(actor="o", events=[NewEvent(cameo, given, secrets.token_hex(16))], correlation="c"))
        racers = [threading.Thread(target=run, args=pair) for pair in [("keyholder", start)] * 3 + [("api", revoke)]]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        with database.connect("auditor") as connection:
            (late,) = connection.execute(
                "SELECT count(*) FROM ledger.events s JOIN ledger.events r ON r.stream = s.data ->> 'decision' AND r.type = 'consent.revoked'"
                " WHERE s.type = 'generation.refused' AND r.stream = ANY (%s) AND s.position > r.position",
                (cameos,),
            ).fetchone()  # type: ignore[misc]
    return late


def test_no_start_commits_on_superseded_consent_and_without_locks_the_same_check_finds_some(database: Database) -> None:
    assert raced(database, 400) == 0
    source = (Path(__file__).parents[3] / "streams/migrations/ledger/append.sql").read_text()
    with database.connect("owner") as owner:
        try:
            owner.execute(unlocked(source))
            assert raced(database, 400) > 0
        finally:
            locked = source[: source.index("$$;", source.index("AS $$")) + 3]
            owner.execute(locked.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
