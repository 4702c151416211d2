"""A ledger that was written before migration 0002 says, after it, what its events say: `fsck` finds no difference."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from schemas import consent, generation
from schemas.ids import stream_id
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.postgres_pool import APPEND_OPTIONS
from streams.fsck import Report, check_ledger
from streams.migrate import MIGRATIONS, apply, migrate
from streams.ports import Append, Appended, NewEvent
from tests import parts

OWNER, FRIEND = stream_id("account", b"o" * 16), stream_id("account", b"f" * 16)
CAMEO, APP = stream_id("cameo", b"c" * 16), stream_id("app", b"a" * 16)
FILM, DRAFT, ENDED = (stream_id("generation", bytes([one]) * 16) for one in (1, 2, 3))
APPEND = """SELECT ledger.append(1, 'actor', NULL, NULL, 'c', NULL, '{}', '{}', NULL, NULL, NULL, %s)"""
SEALED = {"key_id": "k", "nonce": "AAAA", "ciphertext": "AAAA"}
Fact = tuple[str, dict[str, Any] | None]


class Before:
    """The old code: it appends version 1 with the facts and uses of its own fold."""

    def __init__(self, part: parts.PostgresPart, conninfo: str) -> None:
        self.part, self.conninfo, self.count = part, conninfo, 0

    def dsn(self, role: str) -> str:
        return make_conninfo(self.conninfo, user=role, password=self.part.passwords[role])

    def append(
        self, role: str, stream: str, name: str, data: dict[str, Any], *facts: Fact, uses: tuple[dict[str, Any], ...] = (), sealed: str = ""
    ) -> None:
        self.count += 1
        event = {
            "stream": stream, "event_id": f"{self.count:032x}", "type": name, "version": 1, "data": data,
            "sealed": {sealed: SEALED} if sealed else {}, "facts": [{"key": key, "value": value} for key, value in facts],
            "uses": list(uses),
        }  # fmt: skip
        with psycopg.connect(self.dsn(role), autocommit=True, options=APPEND_OPTIONS) as connection:
            row = connection.execute(APPEND, (msgspec.json.encode([event]).decode(),)).fetchone()
        assert row is not None
        assert row[0]["outcome"] == "appended"

    def report(self) -> Report:
        found = Report()
        with psycopg.connect(self.dsn("owner")) as connection:
            check_ledger(connection, found)
        return found

    def fact(self, stream: str, key: str) -> Any:
        with psycopg.connect(self.dsn("auditor")) as connection:
            row = connection.execute("SELECT value FROM ledger.facts WHERE stream = %s AND key = %s", (stream, key)).fetchone()
        return None if row is None else row[0]


@pytest.fixture(scope="module")
def before(postgres_part: parts.PostgresPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Before]:
    """A database with migration 0001 alone and a story in it."""
    name = postgres_part.create()
    made = Before(postgres_part, make_conninfo(postgres_part.conninfo, dbname=name))
    first = tmp_path_factory.mktemp("first")
    shutil.copy(MIGRATIONS / "ledger-0001.py", first)
    shutil.copytree(MIGRATIONS / "ledger", first / "ledger")
    assert apply(made.dsn("owner"), first) == ["ledger-0001"]
    with psycopg.connect(made.dsn("owner"), autocommit=True) as connection:
        connection.execute("INSERT INTO ledger.installation (tenant, incarnation) VALUES ('main', 1)")
    consents(made)
    films(made)
    yield made
    postgres_part.drop(name)


def consents(old: Before) -> None:
    """Accounts, an app, a switch, and a cameo whose audience was set twice and whose grants were given and taken."""
    for one in (OWNER, FRIEND):
        known = {"region": "KR", "locale": "ko", "minor": False}
        facts = ("account", {"region": "KR", "minor": False}), ("standing", {"standing": "good"})
        old.append("api", one, "account.registered", known, *facts, sealed="handle")
    old.append("api", APP, "app.registered", {"name": "Studio", "owner": OWNER}, ("app", {"owner": OWNER, "standing": "good"}))
    thrown = {"switch": "engine/trivial", "on": True, "reason": "r"}
    old.append("api", "switch-main", "switch.thrown", thrown, ("switch/engine/trivial", {"on": True}))
    for purposes in (["personal"], ["personal", "parody"]):
        rule = {"audience": "approved", "purposes": purposes, "facets": ["face"]}
        old.append("api", CAMEO, "consent.audience_set", rule, ("audience", rule))
    for name, uses in (("g1", 3), ("g2", None), ("g3", 1)):
        terms = {"purposes": ["personal"], "facets": ["face"], "from_us": None, "until_us": None, "uses": uses, "review": False}
        data = {"grant": name, "grantee": FRIEND, **terms}
        opened = {"cameo": CAMEO, "grant": name, "step": "open", "limit": uses}
        old.append("api", CAMEO, "consent.grant_given", data, (f"grant/{FRIEND}/{name}", terms), uses=(opened,), sealed="note")
    withdrawn = {"grant": "g3", "grantee": FRIEND, "strength": "stop"}
    old.append("api", CAMEO, "consent.grant_withdrawn", withdrawn, (f"withdrawn/{FRIEND}/g3/stop", {}))
    old.append("api", CAMEO, "consent.revoked", {"account": FRIEND, "strength": "no_new_uses"}, (f"revoked/{FRIEND}/no_new_uses", {}))
    old.append("api", CAMEO, "consent.revoked", {"account": None, "strength": "stop"}, ("revoked/all/stop", {}))


def films(old: Before) -> None:
    """One film was released and taken down, one runs, one was cancelled; each has or had a use of a grant."""
    for film, length_ms in ((FILM, 4000), (DRAFT, 2500), (ENDED, 1000)):
        asked = {
            "requester": FRIEND, "app": None, "cameos": [{"cameo": CAMEO, "facets": ["face"]}], "purpose": "personal",
            "plan_digest": "d", "engine": "trivial",
        }  # fmt: skip
        data = asked | {"width_px": 64, "height_px": 64, "duration_ms": length_ms}
        old.append("api", film, "generation.requested", data, ("request", asked), sealed="prompt")
        use = {"cameo": CAMEO, "grant": "g1"}
        began = {
            "attempt": 1, "decision": "x", "public_key": "p", "holding": {}, "not_after_us": None, "uses": [use], "assets": [],
        }  # fmt: skip
        decided = {
            "decision": "x", "action": "start", "attempt": 1, "permit": True, "codes": [], "obligations": [], "input": {"k": 1},
            "input_sha256": "s", "bundle_sha256": "b", "holding": {}, "not_after_us": None, "path": "exact",
        }  # fmt: skip
        old.append("keyholder", film, "generation.decided", decided)
        old.append("keyholder", film, "generation.started", began, ("started", began), uses=(use | {"step": "reserve"},))
        if film == FILM:
            released(old, film, use)
    old.append("api", ENDED, "generation.cancelled", {"uses": [use]}, ("ended", {"as": "cancelled"}), uses=(use | {"step": "return"},))


def released(old: Before, film: str, use: dict[str, Any]) -> None:
    data = {one.encode_name: _sample(one) for one in msgspec.structs.fields(generation.GenerationReleased)} | {"uses": [use]}
    facts = ("released", data), ("ended", {"as": "released"})
    old.append("keyholder", film, "generation.released", data, *facts, uses=(use | {"step": "consume"},))
    taken_down = {"codes": ["consent.taken_down"]}
    old.append("worker", film, "generation.taken_down", taken_down | {"cause": "e"}, ("taken_down", taken_down))


def _sample(field: msgspec.structs.FieldInfo) -> Any:
    kind = str(field.type)
    if "None" in kind:
        return None
    return 1 if field.type is int else {} if "dict" in kind else [] if "tuple" in kind else "text"


@pytest.fixture(scope="module")
def migrated(before: Before) -> Before:
    """The same database after the migration, which had something to do."""
    assert before.fact(CAMEO, "audience") is not None
    assert "duration_ms" not in before.fact(FILM, "request")
    assert "ledger-0002" in migrate(before.dsn("owner"), "main")
    return before


def test_after_the_migration_nothing_differs(migrated: Before) -> None:
    found = migrated.report()
    assert found.problems == {"events": [], "heads": [], "facts": [], "uses": [], "log": []}
    assert found.checked["events"] == migrated.count


def test_what_the_old_facts_did_not_say_is_there(migrated: Before) -> None:
    assert migrated.fact(CAMEO, "audience") is None
    assert migrated.fact(CAMEO, "audience/")["purposes"] == ["personal", "parody"]
    assert migrated.fact(FILM, "request")["duration_ms"] == 4000
    assert migrated.fact(CAMEO, f"grant/{FRIEND}/g1")["pass_on"] is False
    assert (migrated.fact(APP, "app"), migrated.fact(APP, "standing")) == ({"owner": OWNER}, {"standing": "good"})
    with psycopg.connect(migrated.dsn("auditor")) as connection:
        row = connection.execute("SELECT used, used_ms, use_limit, limit_ms FROM ledger.grant_counters WHERE grant_id = 'g1'").fetchone()
        head = connection.execute("SELECT revision, consent_revision FROM ledger.streams WHERE stream = %s", (FILM,)).fetchone()
    assert row == (2, 6500, 3, None)
    assert head is not None
    assert head[0] == head[1], "the taking down is what moved the answer last"


def test_migrating_a_second_time_changes_nothing(migrated: Before) -> None:
    assert migrate(migrated.dsn("owner"), "main") == []


def test_the_record_goes_on_in_the_new_words(migrated: Before) -> None:
    rule = consent.AudienceSet(audience="everyone", purposes=("parody",), facets=("face",), rule="r1")
    gone = consent.AudienceSet(audience="only_me", purposes=(), facets=(), active=False)
    with PostgresEventStore(migrated.dsn("api"), "main") as store:
        events = [NewEvent(CAMEO, event, f"{index:032x}") for index, event in enumerate((rule, gone), 1000)]
        assert isinstance(store.append(Append(actor=OWNER, events=events, correlation="c")), Appended)
    assert migrated.fact(CAMEO, "audience/") is None
    assert not any(migrated.report().problems.values())
