"""Switches: the narrowing way at once and by one; the widening way by two, within a day, and never over a newer throw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from schemas.ids import SWITCH_STREAM, stream_id
from serving.core.switches import LAPSES_US, is_switch, widens
from serving.fakes import InMemoryAskingLedger
from tests.unit.api.conftest import Place, make_place

FIRST, SECOND = stream_id("account", b"1" * 16), stream_id("account", b"2" * 16)
NARROWING = [
    ("render", False), ("engine/trivial", False), ("region/KR", False), ("sandbox_use", False), ("plans", True), ("invitations", True),
]  # fmt: skip


class Clock:
    """The ledger's time, as the test says."""

    def __init__(self) -> None:
        self.now_us = 1_790_000_000_000_000

    def __call__(self) -> int:
        return self.now_us


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def place(clock: Clock) -> Place:
    return make_place(InMemoryAskingLedger(clock=clock))


def throw(place: Place, switch: str, *, on: bool, who: str = FIRST, **more: str) -> Any:
    body = {"on": on, "reason": "test"}
    return place.client.put(f"/v1/switches/{switch}", json=body, headers=place.token(who, "operator") | more)


def confirm(place: Place, proposal: str, who: str = SECOND) -> Any:
    return place.client.post(f"/v1/switch-proposals/{proposal}/confirmation", json={}, headers=place.token(who, "operator"))


def stands(place: Place, switch: str) -> bool | None:
    with place.store.snapshot() as facts:
        fact = facts.get(SWITCH_STREAM, f"switch/{switch}")
    return None if fact is None else fact.value["on"]


@pytest.mark.parametrize(("switch", "on"), NARROWING)
def test_one_operator_throws_the_narrowing_way_at_once(place: Place, switch: str, *, on: bool) -> None:
    assert throw(place, switch, on=on).json() == {"switch": switch, "on": on, "proposal": None, "operator": None, "until": None}
    assert stands(place, switch) is on


@pytest.mark.parametrize(("switch", "on"), NARROWING)
def test_the_widening_way_takes_a_second_operator(place: Place, switch: str, *, on: bool) -> None:
    throw(place, switch, on=on)
    proposed = throw(place, switch, on=not on).json()
    assert proposed["operator"] == FIRST
    assert stands(place, switch) is on, "a proposal changes nothing"
    own = confirm(place, proposed["proposal"], FIRST)
    assert (own.status_code, own.json()["code"]) == (403, "proposal.own")
    assert stands(place, switch) is on
    assert confirm(place, proposed["proposal"]).json()["on"] is (not on)
    assert stands(place, switch) is (not on)
    thrown = place.store.read(SWITCH_STREAM)[-1]
    assert (thrown.actor, thrown.data["proposal"]) == (SECOND, proposed["proposal"])


def test_a_proposal_is_confirmed_once(place: Place) -> None:
    proposal = throw(place, "render", on=True).json()["proposal"]
    assert confirm(place, proposal).status_code == 200
    throw(place, "render", on=False)
    again = confirm(place, proposal)
    assert (again.status_code, again.json()["code"]) == (404, "proposal.unknown")
    assert stands(place, "render") is False


def test_a_switch_that_was_thrown_meanwhile_makes_a_proposal_stale(place: Place) -> None:
    proposal = throw(place, "render", on=True).json()["proposal"]
    throw(place, "render", on=False)
    refused = confirm(place, proposal)
    assert (refused.status_code, refused.json()["code"]) == (409, "proposal.stale")
    assert stands(place, "render") is False


def test_another_switch_makes_it_not_stale(place: Place) -> None:
    proposal = throw(place, "render", on=True).json()["proposal"]
    throw(place, "engine/trivial", on=False)
    assert confirm(place, proposal).status_code == 200


def test_a_proposal_lapses_after_a_day(place: Place, clock: Clock) -> None:
    kept = throw(place, "render", on=True).json()["proposal"]
    clock.now_us += LAPSES_US - 1
    assert confirm(place, kept).status_code == 200
    lapsed = throw(place, "sandbox_use", on=True).json()["proposal"]
    clock.now_us += LAPSES_US
    refused = confirm(place, lapsed)
    assert (refused.status_code, refused.json()["code"]) == (409, "proposal.lapsed")


def test_what_waits_is_listed_and_what_cannot_be_confirmed_is_not(place: Place, clock: Clock) -> None:
    throw(place, "render", on=False)
    stale = throw(place, "render", on=True).json()["proposal"]
    throw(place, "render", on=False)
    waiting = throw(place, "region/KR", on=True).json()["proposal"]
    listed = place.client.get("/v1/switches", headers=place.token(SECOND, "operator")).json()
    assert [one["proposal"] for one in listed["proposals"]] == [waiting] != [stale]
    assert {one["switch"]: one["on"] for one in listed["switches"]} == {"render": False}
    clock.now_us += LAPSES_US
    assert place.client.get("/v1/switches", headers=place.token(SECOND, "operator")).json()["proposals"] == []


def test_a_retry_under_the_same_key_proposes_once(place: Place) -> None:
    key = {"Idempotency-Key": "k"}
    assert throw(place, "render", on=True, **key).json() == throw(place, "render", on=True, **key).json()
    assert len(place.store.read(SWITCH_STREAM)) == 1


def test_where_one_operator_is_enough_the_widening_way_is_thrown_too(place: Place) -> None:
    place.client.app.state.parts = replace(place.client.app.state.parts, operators=1)  # type: ignore[attr-defined]
    assert throw(place, "render", on=True).json()["proposal"] is None
    assert stands(place, "render") is True


@pytest.mark.parametrize("name", ["Render", "engine/", "engine/UP", "region/kr", "region/KOR", "plan", "switch/render"])
def test_a_switch_that_there_is_not_is_refused(place: Place, name: str) -> None:
    assert not is_switch(name)
    refused = throw(place, name, on=False)
    assert (refused.status_code, refused.json()["code"]) == (422, "switch.unknown")


def test_every_switch_widens_in_exactly_one_direction() -> None:
    for switch, on in NARROWING:
        assert (widens(switch, on=on), widens(switch, on=not on)) == (False, True)
