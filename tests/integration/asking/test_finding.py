"""Who may use me, what may I use: exactly whom and what the policy permits, found by asking it about every pair of random worlds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from policy.codes import codes
from policy.core.opening import opening_events
from policy.handlers.asking import Asker
from schemas.consent import GroupMemberAdded
from schemas.ids import SWITCH_STREAM
from schemas.operation import SwitchThrown
from serving.core.engines import HONOURS
from serving.handlers import finding
from serving.handlers.asking import AskingDesk, Wish
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.postgres_asking import PostgresAskingLedger
from tests.conftest import Database
from tests.integration.asking.worlds import PURPOSES, World, make_world
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


def test_an_index_finds_what_names_a_requester(database: Database) -> None:
    with database.connect("owner") as connection:
        names = {
            row[0] for row in connection.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'ledger' AND tablename = 'facts'")
        }
    assert {"facts_reaching", "facts_open", "facts_owned"} <= names
