"""Rebuilding from the ledger gives what is live, and what was tampered with is found and named."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import msgspec
import psycopg
import pytest

from schemas import account, consent, generation
from schemas.codec import encode
from schemas.envelope import Sealed
from schemas.ids import PARTITIONS, cameo_of, stream_id
from schemas.registry import Event as AnyEvent
from streams.adapters.agent_state import PostgresAgentState
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.postgres_relay import RelaySession
from streams.adapters.projections import TABLES
from streams.adapters.tiles import TileWriter
from streams.agents.projecting import NotifyAgent, ProjectAgent
from streams.agents.publishing import Publisher
from streams.agents.runner import Runner
from streams.core.carried import number
from streams.core.note import origin_of
from streams.fsck import Report, fsck
from streams.ports import Append, Appended, NewEvent
from streams.replay import replay
from tests.conftest import Database
from tests.integration.agents.told import grant, requested, started

ALL = frozenset(range(PARTITIONS))


class Handles:
    """Unseals every handle to the same name."""

    def unseal(self, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        assert purpose == "notify"
        assert event_id
        return {"handle": f"handle of {stream[-4:]}".encode()}


HANDLES = Handles()
SEED = bytes(range(32))


class Installed:
    """A ledger with a story in it, projected and published without Kafka."""

    def __init__(self, database: Database, tiles: Path) -> None:
        self.database = database
        self.tiles = tiles
        self.api = PostgresEventStore(database.dsn("api"), "main")
        self.keyholder = PostgresEventStore(database.dsn("keyholder"), "main")
        self.writer = TileWriter(tiles, origin_of("main"), SEED)

    def append(self, store: PostgresEventStore, stream: str, *events: AnyEvent, sealed: dict[str, Sealed] | None = None) -> None:
        new = [NewEvent(stream, event, secrets.token_hex(16), sealed or {}) for event in events]
        assert isinstance(store.append(Append(actor=stream, events=new, correlation="c")), Appended)

    def story(self) -> None:
        owner, friend = (stream_id("account", secrets.token_bytes(16)) for _ in range(2))
        film, cameo = stream_id("generation", secrets.token_bytes(16)), cameo_of(owner)
        handle = {"handle": Sealed(key_id="k", nonce=b"n" * 12, ciphertext=b"c")}
        for one in (owner, friend):
            self.append(self.api, one, account.AccountRegistered(region="KR", locale="ko", minor=False), sealed=handle)
        self.append(self.api, owner, account.AccountFollowed(account=friend), account.AccountBlocked(account=friend))
        self.append(self.api, owner, account.AccountUnblocked(account=friend))
        self.append(self.api, cameo, started(owner), grant("g1", friend), grant("g2", friend))
        self.append(self.api, film, requested(friend, cameo))
        use = (generation.UseRef(cameo=cameo, grant="g1"),)
        self.append(
            self.keyholder,
            film,
            generation.GenerationStarted(attempt=1, decision="d1", public_key="p", holding={}, not_after_us=None, uses=use, assets=()),
        )
        self.append(
            self.keyholder,
            film,
            generation.GenerationRefused(attempt=1, action="release", codes=("x",), decision=None, reported_by="keyholder", uses=use),
        )
        self.append(self.api, cameo, consent.ConsentRevoked(account=None, strength="stop"))

    def carry(self) -> None:
        """Number, project and publish everything, as relay and worker do."""
        session = RelaySession.open(self.database.dsn("relay"))
        reading = session.read(1000)
        if reading.envelopes:
            session.number(*number(reading.envelopes, session.log_size, session.sequences))
        session.close()
        for agent in (ProjectAgent(HANDLES), NotifyAgent()):
            state = PostgresAgentState(self.database.dsn("worker"), agent.name, agent.kinds)
            runner = Runner(agent, state, self.api, Event(), lambda: time.time_ns() // 1000)
            while runner.sweep(ALL):
                pass
            state.close()
        publisher = Publisher(self.database.dsn("worker"), self.api, self.writer)
        publisher.publish()
        publisher.close()

    def check(self) -> Report:
        return fsck(self.database.dsn("owner"), self.tiles, self.writer.key, HANDLES)


@pytest.fixture(scope="module")
def installed(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    made = Installed(database, tmp_path_factory.mktemp("tiles"))
    for _ in range(3):
        made.story()
    made.carry()
    yield made
    made.api.close()
    made.keyholder.close()


@pytest.fixture
def tamper(database: Database) -> Iterator[Callable[[str], None]]:
    """Change tables as no role of the installation may, and change them back afterwards."""
    connection = psycopg.connect(database.superuser, autocommit=True)
    connection.execute("SET session_replication_role = replica")
    undo: list[str] = []

    def change(statement: str, back: str) -> None:
        undo.append(back)
        assert connection.execute(statement).rowcount > 0  # type: ignore[arg-type]

    yield change  # type: ignore[misc]
    for back in reversed(undo):
        connection.execute(back)  # type: ignore[arg-type]
    connection.close()


def test_rebuilt_projections_equal_the_live_ones(installed: Installed) -> None:
    replayed = replay(installed.database.dsn("owner"), HANDLES)
    assert replayed.equal, replayed.report()
    assert replayed.streams_behind == 0
    filled = {name for name, one in replayed.tables.items() if one.rebuilt.rows}
    assert filled == set(TABLES) - {"decisions", "powers"}


def test_a_fresh_schema_leaves_nothing_behind(installed: Installed) -> None:
    replay(installed.database.dsn("owner"), HANDLES)
    with installed.database.connect("owner") as connection:
        row = connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'replay%'").fetchone()
    assert row == (0,)


def test_projections_are_rebuilt_in_another_database_too(installed: Installed, postgres_part) -> None:
    name = postgres_part.create()
    try:
        into = psycopg.conninfo.make_conninfo(installed.database.dsn("owner"), dbname=name)
        assert replay(installed.database.dsn("owner"), HANDLES, into).equal
        with psycopg.connect(into) as connection:
            assert connection.execute("SELECT count(*) FROM projection.accounts").fetchone() == (6,)
    finally:
        postgres_part.drop(name)


def test_a_replay_beside_traffic_compares_what_was_applied(installed: Installed) -> None:
    installed.story()
    replayed = replay(installed.database.dsn("owner"), HANDLES)
    assert replayed.equal, replayed.report()
    assert replayed.streams_behind > 0
    installed.carry()


def test_a_changed_row_of_a_projection_is_found(installed: Installed, tamper) -> None:
    tamper("UPDATE projection.grants SET uses = uses + 1", "UPDATE projection.grants SET uses = uses - 1")
    replayed = replay(installed.database.dsn("owner"), HANDLES)
    assert [name for name, one in replayed.tables.items() if not one.equal] == ["grants"]


def test_a_sound_record_is_sound_in_every_check(installed: Installed) -> None:
    report = installed.check()
    assert report.sound, report.problems
    assert set(report.checked) == {"events", "heads", "facts", "uses", "log", "tiles", "projections"}
    assert all(report.checked.values())


@pytest.mark.parametrize(
    ("check", "change", "back"),
    [
        ("heads", "UPDATE ledger.streams SET consent_revision = consent_revision + 1", "UPDATE ledger.streams SET consent_revision = consent_revision - 1"),
        ("facts", "UPDATE ledger.facts SET revision = revision + 1 WHERE key = 'standing'", "UPDATE ledger.facts SET revision = revision - 1 WHERE key = 'standing'"),
        ("uses", "UPDATE ledger.grant_counters SET used = used + 1", "UPDATE ledger.grant_counters SET used = used - 1"),
        ("events", "UPDATE ledger.events SET actor = actor || 'x' WHERE type = 'generation.started'", "UPDATE ledger.events SET actor = rtrim(actor, 'x') WHERE type = 'generation.started'"),
        ("log", "UPDATE ledger.log SET partition_seq = partition_seq + 100 WHERE index = 3", "UPDATE ledger.log SET partition_seq = partition_seq - 100 WHERE index = 3"),
        ("projections", "UPDATE projection.accounts SET region = 'DE'", "UPDATE projection.accounts SET region = 'KR'"),
        ("events", "UPDATE ledger.events SET revision = 99 WHERE type = 'consent.revoked'", "UPDATE ledger.events e SET revision = s.revision FROM ledger.streams s WHERE e.type = 'consent.revoked' AND s.stream = e.stream"),
    ],
)  # fmt: skip
def test_what_was_tampered_with_is_named(installed: Installed, tamper, check: str, change: str, back: str) -> None:
    tamper(change, back)
    report = installed.check()
    assert report.problems[check], report.checked


def test_an_altered_tile_is_named(installed: Installed) -> None:
    path = next((installed.tiles / "tile/entries").rglob("*/*"))
    before = path.read_bytes()
    path.write_bytes(before[:100] + bytes([before[100] ^ 1]) + before[101:])
    try:
        assert installed.check().problems["tiles"]
    finally:
        path.write_bytes(before)


def test_a_published_log_of_another_ledger_is_named(installed: Installed, tmp_path: Path) -> None:
    first = installed.api.read_log(limit=1)[0].envelope
    other = msgspec.structs.replace(first, actor="somebody else")
    TileWriter(tmp_path, origin_of("main"), SEED).grow([encode(other)])
    report = fsck(installed.database.dsn("owner"), tmp_path, installed.writer.key, HANDLES)
    assert "not the ledger's" in report.problems["tiles"][0]


def test_a_log_signed_by_somebody_else_is_named(installed: Installed, tmp_path: Path) -> None:
    TileWriter(tmp_path, origin_of("main"), bytes(32)).grow([encode(installed.api.read_log(limit=1)[0].envelope)])
    assert fsck(installed.database.dsn("owner"), tmp_path, installed.writer.key, HANDLES).problems["tiles"]
