"""A plan's quota is taken with the start: of what is left exactly that is started by many at once, in films and in length."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from identity.keys.wire import OpenAnswer
from policy.codes import codes
from schemas import account
from tests.integration.keyholder.test_races import insist
from tests.keyholder_parts import Keyholding

PARALLEL = 8


@pytest.fixture
def plans_on(keyholding: Keyholding) -> Iterator[None]:
    """The switch `plans` is on during a test, for everybody in this module's ledger."""
    keyholding.world.switch("plans", on=True)
    yield
    keyholding.world.switch("plans", on=False)


def plan(held: Keyholding, who: str, uses: int | None, duration_ms: int | None = None) -> str:
    quota = f"quota-{os.urandom(16).hex()}"
    begins_us = time.time_ns() // 1000 - 1_000_000
    event = account.PlanSet(plan="basic", quota=quota, uses=uses, duration_ms=duration_ms, from_us=begins_us, until_us=None)
    held.world.append("api", who, event)
    return quota


def open_all(held: Keyholding, generations: list[str]) -> list[OpenAnswer]:
    together = threading.Barrier(len(generations))

    def open_one(generation: str) -> OpenAnswer:
        replica = held.replica()
        together.wait()
        return insist(lambda: replica.open(generation))

    with ThreadPoolExecutor(len(generations)) as pool:
        return list(pool.map(open_one, generations))


@pytest.mark.usefixtures("plans_on")
def test_of_three_films_that_are_left_three_are_started_by_eight_at_once(keyholding: Keyholding) -> None:
    world = keyholding.world
    owner, friend = world.register(), world.register()
    cameo = world.activate_cameo(owner)
    world.grant(cameo, friend)
    quota = plan(keyholding, friend, uses=3)
    generations = [world.ready(friend, cameo) for _ in range(PARALLEL)]
    answers = open_all(keyholding, generations)
    refused = [answer for answer in answers if answer.outcome == "refused"]
    assert len(answers) - len(refused) == 3
    assert {code for answer in refused for code in answer.codes} == {"quota.exhausted"}
    assert sum("generation.started" in world.types(generation) for generation in generations) == 3
    assert world.uses_left(friend, quota, 3) == 0


@pytest.mark.usefixtures("plans_on")
def test_length_is_taken_as_it_was_asked_for(keyholding: Keyholding) -> None:
    world = keyholding.world
    owner, friend = world.register(), world.register()
    cameo = world.activate_cameo(owner)
    world.grant(cameo, friend)
    plan(keyholding, friend, uses=None, duration_ms=2500)
    generations = [world.ready(friend, cameo) for _ in range(PARALLEL)]  # of one second each
    answers = open_all(keyholding, generations)
    assert sum(answer.outcome == "opened" for answer in answers) == 2


@pytest.mark.usefixtures("plans_on")
def test_what_is_cancelled_gives_its_part_back(keyholding: Keyholding) -> None:
    world = keyholding.world
    friend = world.register()
    cameo = world.activate_cameo(friend)
    quota = plan(keyholding, friend, uses=1)
    first, second = world.ready(friend, cameo), world.ready(friend, cameo)
    assert insist(lambda: keyholding.replica().open(first)).outcome == "opened"
    assert world.uses_left(friend, quota, 1) == 0
    world.cancel(first)
    assert insist(lambda: keyholding.replica().open(second)).outcome == "opened"


def test_where_plans_are_not_asked_for_nothing_is_taken(keyholding: Keyholding) -> None:
    world = keyholding.world
    friend = world.register()
    cameo = world.activate_cameo(friend)
    quota = plan(keyholding, friend, uses=0)
    assert insist(lambda: keyholding.replica().open(world.ready(friend, cameo))).outcome == "opened"
    assert world.uses_left(friend, quota, 0) == 0


def no_plan(held: Keyholding, who: str) -> str:
    del held, who
    return "plans"


def no_film_left(held: Keyholding, who: str) -> str:
    plan(held, who, uses=0)
    return "plans"


def not_invited(held: Keyholding, who: str) -> str:
    del held, who
    return "invitations"


def region_off(held: Keyholding, who: str) -> str:
    del held, who
    return "region/KR"


FOUR = {"plan.required": no_plan, "quota.exhausted": no_film_left, "invitation.required": not_invited, "switch.region": region_off}


@pytest.mark.parametrize("code", FOUR)
def test_what_keeps_an_account_from_starting_is_told_by_its_own_code_and_remedy(keyholding: Keyholding, code: str) -> None:
    world = keyholding.world
    friend = world.register()
    cameo = world.activate_cameo(friend)
    switch = FOUR[code](keyholding, friend)
    on = switch in {"plans", "invitations"}
    world.switch(switch, on=on)
    try:
        refused = insist(lambda: keyholding.replica().open(world.ready(friend, cameo)))
    finally:
        world.switch(switch, on=not on)
    assert (refused.outcome, refused.codes) == ("refused", (code,))
    told = codes()[code]
    assert (told.disclosed_as, bool(told.remedy.en), bool(told.remedy.ko)) == (code, True, True)
    assert insist(lambda: keyholding.replica().open(world.ready(friend, cameo))).outcome == "opened", "with the switch thrown back"


@pytest.mark.usefixtures("plans_on")
def test_a_plan_that_is_over_is_none(keyholding: Keyholding) -> None:
    world = keyholding.world
    friend = world.register()
    cameo = world.activate_cameo(friend)
    now_us = time.time_ns() // 1000
    over = account.PlanSet(
        plan="p", quota="q" + os.urandom(8).hex(), uses=None, duration_ms=None, from_us=now_us - 9_000_000, until_us=now_us
    )
    world.append("api", friend, over)
    assert insist(lambda: keyholding.replica().open(world.ready(friend, cameo))).codes == ("plan.required",)
