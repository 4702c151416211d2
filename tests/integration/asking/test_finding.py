"""Who may use me, what may I use: exactly whom and what the policy permits, found by asking it about every pair of random worlds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

from policy.codes import codes
from policy.core.opening import opening_events
from policy.handlers.asking import Asker
from schemas.account import AccountFollowed
from schemas.consent import AudienceSet, GrantGiven, GrantPassedOn, GroupMemberAdded, GroupNamed
from schemas.ids import SWITCH_STREAM, cameo_of
from schemas.operation import SwitchThrown
from serving.core.engines import HONOURS
from serving.handlers import finding
from serving.handlers.asking import AskingDesk, Wish
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.postgres_asking import ASKING, PostgresAskingLedger
from tests.conftest import Database
from tests.integration.asking.worlds import FACETS, PURPOSES, World, make_world, quiet_world
from tests.policy_parts import ServedPolicy

SEEDS = range(int(os.environ.get("CAMEO_WORLDS", "4")))


@pytest.fixture(scope="module")
def ledger(database: Database, served: ServedPolicy) -> Iterator[PostgresAskingLedger]:
    """The real ledger of this module, open, with the served bundle in force."""
    with PostgresAskingLedger(database.dsn("api"), "main", max_connections=2) as store:
        world = World(store, store, None, 0)  # type: ignore[arg-type]
        for stream, event in opening_events(served.bundle.sha256, sorted(HONOURS)):
            world.append(stream, event)
        yield store


@pytest.fixture(scope="module")
def worker(database: Database, ledger: PostgresAskingLedger) -> Iterator[PostgresEventStore]:
    """The same ledger as the role that activates cameos."""
    del ledger
    with PostgresEventStore(database.dsn("worker"), "main", max_connections=1) as store:
        yield store


@pytest.fixture(scope="module")
def desk(ledger: PostgresAskingLedger, served: ServedPolicy) -> AskingDesk:
    """Questions of the real ledger and the real policy."""
    return AskingDesk(ledger, Asker(served.engine, codes(), HONOURS), codes())


def permitted(desk: AskingDesk, requester: str, cameo: str, wish: Wish, app: str | None = None) -> bool:
    """Ask the policy about one pair."""
    with desk.ledger.asking() as facts:
        question = desk.asker.question(facts, wish.by(requester, cameo, app=app))
    return desk.asker.ask(question).outcome.permit


def pages(listed: Any) -> list[str]:
    """Read a listing to its end, a few at a time."""
    names: list[str] = []
    token = ""
    while True:
        page = listed(token, 3)
        names += page.names
        token = page.next_token
        if not token:
            return names


@pytest.mark.parametrize("seed", SEEDS)
def test_both_listings_are_what_the_policy_permits_of_every_pair(
    desk: AskingDesk, ledger: PostgresAskingLedger, worker: PostgresEventStore, seed: int
) -> None:
    with ledger.asking() as facts:
        now_us = facts.now_us()
    world = make_world(ledger, worker, seed, now_us)
    world.append(SWITCH_STREAM, SwitchThrown(switch="plans", on=seed % 2 == 1, reason="test"))
    asked = allowed = 0
    for purpose in PURPOSES:
        wish = Wish(purpose=purpose, facets=("face",))
        truth = {(who, cameo): permitted(desk, who, cameo, wish) for who in world.people for cameo in world.cameos}
        asked, allowed = asked + len(truth), allowed + sum(truth.values())
        for cameo, owner in world.cameos.items():
            users = pages(lambda token, limit, c=cameo, o=owner, w=wish: finding.users(desk, c, o, w, token, limit, ("account",)))
            assert users == sorted(set(users))
            assert {one for one in users if one in world.people} == {who for who in world.people if truth[who, cameo]}
            _everyone_is_whoever_is_nobody_in_particular(desk, world, truth, cameo, wish)
        for who in world.people:
            usable = pages(lambda token, limit, r=who, w=wish: finding.usable(desk, r, w, token, limit))
            assert usable == sorted(set(usable))
            assert {one for one in usable if one in world.cameos} == {cameo for cameo in world.cameos if truth[who, cameo]}
    assert asked == 3 * len(world.people) * len(world.cameos)
    assert 0 < allowed < asked


def _everyone_is_whoever_is_nobody_in_particular(
    desk: AskingDesk, world: World, truth: dict[tuple[str, str], bool], cameo: str, wish: Wish
) -> None:
    owner = world.cameos[cameo]
    newcomer = world.newcomers[world.regions[owner]]
    said = finding.everyone(desk, cameo, owner, wish)
    assert said.may is truth[newcomer, cameo]
    with desk.ledger.asking() as facts:
        named = {key.partition("/")[2] for key, _ in facts.scan(owner, "blocks/")}
        named |= {key.split("/")[1] for key, _ in facts.scan(cameo, "revoked/account-")}
    assert said.exceptions == (sum(not truth[who, cameo] for who in named) if said.may else 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_apps_and_groups_are_listed_where_they_let_a_newcomer_in(
    desk: AskingDesk, ledger: PostgresAskingLedger, worker: PostgresEventStore, seed: int
) -> None:
    with ledger.asking() as facts:
        now_us = facts.now_us()
    world = make_world(ledger, worker, 1000 + seed, now_us)
    for cameo, owner in world.cameos.items():
        newcomer, wish = world.newcomers[world.regions[owner]], Wish(facets=("face",))
        listed = pages(lambda token, limit, c=cameo, o=owner, w=wish: finding.users(desk, c, o, w, token, limit, ("app", "group")))
        with desk.ledger.asking() as facts:
            given = {key.split("/")[1] for key, _ in facts.scan(cameo, "grant/app-")}
        assert {one for one in listed if one.startswith("app-")} == {app for app in given if permitted(desk, newcomer, cameo, wish, app)}
        members = [group for group in world.groups[cameo] if group in listed]
        for group in members:
            world.append(cameo, GroupMemberAdded(group=group, account=newcomer))
            assert permitted(desk, newcomer, cameo, wish)


def _way(world: World, way: str) -> None:
    """Let the last person use the first owner's cameo in this one way."""
    owner, who, between = world.owners[0], world.people[-1], world.people[1]
    one, group = cameo_of(owner), "group-" + "7" * 32
    given = {"purposes": ("personal",), "facets": FACETS, "from_us": None, "until_us": None, "uses": None, "review": False}
    match way:
        case "grant":
            world.append(one, GrantGiven(grant="g", grantee=who, **given))
        case "member":
            world.append(one, GroupNamed(group=group, active=True), GrantGiven(grant="g", grantee=group, **given))
            world.append(one, GroupMemberAdded(group=group, account=who))
        case "passed":
            world.append(one, GrantGiven(grant="g", grantee=between, pass_on=True, **given), GrantPassedOn(grant="g", by=between, to=who))
        case "mutuals":
            world.append(owner, AccountFollowed(account=who))
            world.append(who, AccountFollowed(account=owner))
            world.append(one, AudienceSet(audience="mutuals", purposes=("personal",), facets=FACETS))
        case _:
            world.append(one, AudienceSet(audience="everyone", purposes=("personal",), facets=FACETS, rule="open"))


@pytest.mark.parametrize("way", ["grant", "member", "passed", "mutuals", "everyone"])
def test_each_way_alone_brings_a_requester_into_both_listings(
    desk: AskingDesk, ledger: PostgresAskingLedger, worker: PostgresEventStore, way: str
) -> None:
    world = quiet_world(ledger, worker, f"way {way}")
    cameo, who, wish = cameo_of(world.owners[0]), world.people[-1], Wish(facets=("face",))
    assert not permitted(desk, who, cameo, wish)
    _way(world, way)
    assert permitted(desk, who, cameo, wish)
    assert who in pages(lambda token, limit: finding.users(desk, cameo, world.owners[0], wish, token, limit, ("account",)))
    assert cameo in pages(lambda token, limit: finding.usable(desk, who, wish, token, limit))


def test_indexes_find_what_names_a_requester_and_what_is_open(database: Database) -> None:
    values = {"requester": "account-" + "a" * 32, "app": None, "after": "", "limit": 64}
    with database.connect("owner") as connection:
        connection.execute("SET enable_seqscan = off")
        plan = "\n".join(row[0] for row in connection.execute(b"EXPLAIN " + ASKING["cameos"], values))
    assert {"facts_reaching", "facts_open", "facts_owned"} <= set(re.findall(r"facts_[a-z]+", plan)), plan
    assert "Seq Scan on facts" not in plan
