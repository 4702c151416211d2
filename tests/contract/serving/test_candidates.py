"""One suite for both ledgers that questions are asked of: the fake and Postgres. A listing holds everybody who could come in."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from schemas.account import AccountFollowed, AccountRegistered
from schemas.cameo import EnrolmentStarted
from schemas.consent import AudienceSet, GrantGiven, GrantPassedOn, GroupMemberAdded
from schemas.ids import cameo_of, stream_id
from schemas.registry import Event
from serving.fakes import InMemoryAskingLedger
from streams.adapters.postgres_asking import PostgresAskingLedger
from streams.ports import Append, NewEvent
from tests.parts import Installation

Ledger = InMemoryAskingLedger | PostgresAskingLedger
GROUP, APP = "group-" + "9" * 32, stream_id("app", b"a" * 16)
KINDS = ("account", "app", "group")


@pytest.fixture(params=["fake", "postgres"])
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    with ExitStack() as ending:
        if request.param == "fake":
            yield InMemoryAskingLedger()
            return
        installation: Installation = request.getfixturevalue("installation")
        yield ending.enter_context(PostgresAskingLedger(installation.settings.dsn("api"), "main", max_connections=1))


class People:
    """An owner with a cameo, and four others who come in one way each; ids in order."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        ids = sorted(secrets.token_bytes(16) for _ in range(5))
        self.granted, self.member, self.passed, self.followed, self.owner = (stream_id("account", one) for one in ids)
        self.cameo = cameo_of(self.owner)
        for one in (self.granted, self.member, self.passed, self.followed, self.owner):
            self.append(one, AccountRegistered(region="KR", locale="ko", minor=False))
        self.append(self.cameo, EnrolmentStarted(
            enrolment="e", owner=self.owner, profile="basic", phrase=("one",), movements=("left",), expires_at_us=1,
            consent_text_version="1", consent_text_sha256="0",
        ))  # fmt: skip
        given: dict[str, Any] = {
            "purposes": ("personal",),
            "facets": ("face",),
            "from_us": None,
            "until_us": None,
            "uses": None,
            "review": False,
        }
        self.append(self.cameo, GrantGiven(grant="g1", grantee=self.granted, **given))
        self.append(self.cameo, GroupMemberAdded(group=GROUP, account=self.member), GrantGiven(grant="g2", grantee=GROUP, **given))
        self.append(self.cameo, GrantGiven(grant="g3", grantee=APP, **given), GrantPassedOn(grant="g1", by=self.granted, to=self.passed))
        self.append(self.owner, AccountFollowed(account=self.followed))
        self.append(self.followed, AccountFollowed(account=self.owner))

    def append(self, stream: str, *events: Event) -> None:
        news = [NewEvent(stream, event, secrets.token_hex(16)) for event in events]
        self.ledger.append(Append(actor="test", events=news, correlation="test"))


@pytest.fixture
def people(ledger: Ledger) -> People:
    return People(ledger)


def test_whoever_could_come_in_is_listed_in_order(people: People) -> None:
    with people.ledger.asking() as facts:
        found = facts.requesters(people.cameo, people.owner, "", 1000, KINDS)
        accounts = facts.requesters(people.cameo, people.owner, people.member, 1000, ("account",))
        few = facts.requesters(people.cameo, people.owner, "", 2, KINDS)
    assert {people.granted, people.member, people.passed, people.followed, people.owner, GROUP, APP} <= set(found)
    assert list(found) == sorted(set(found))
    assert {people.passed, people.followed, people.owner} <= set(accounts)
    assert all(one > people.member and one.startswith("account-") for one in accounts)
    assert list(few) == list(found[:2])


def test_what_each_could_use_is_listed_in_order(people: People) -> None:
    with people.ledger.asking() as facts:
        for who in (people.granted, people.member, people.passed, people.followed, people.owner):
            found = facts.cameos(who, None, "", 1000)
            assert people.cameo in found
            assert list(found) == sorted(set(found))
            assert people.cameo not in facts.cameos(who, None, people.cameo, 1000)
        assert people.cameo in facts.cameos("account-" + "0" * 32, APP, "", 1000)


def test_what_is_open_to_everyone_is_everybodys_candidate(people: People) -> None:
    stranger = stream_id("account", secrets.token_bytes(16))
    people.append(stranger, AccountRegistered(region="KR", locale="ko", minor=False))
    people.append(people.cameo, AudienceSet(audience="everyone", purposes=("personal",), facets=("face",), rule="open"))
    with people.ledger.asking() as facts:
        assert stranger in facts.requesters(people.cameo, people.owner, "", 10_000, ("account",))
        assert people.cameo in facts.cameos(stranger, None, "", 10_000)


def test_a_reading_says_where_it_stands_and_is_not_late(people: People) -> None:
    with people.ledger.asking() as facts:
        before = facts.position()
        assert facts.age_us() == 0
    people.append(people.owner, AccountFollowed(account=people.member))
    with people.ledger.asking() as facts:
        assert facts.position() > before
        assert facts.get(people.owner, f"follows/{people.member}") is not None
