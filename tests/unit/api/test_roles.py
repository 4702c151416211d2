"""Who may look at recordings and who operates: given by two operators' codes, so that neither alone can hold somebody's role."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from schemas.ids import SWITCH_STREAM, stream_id
from schemas.operation import RoleGiven
from serving.core.switches import LAPSES_US
from serving.fakes import InMemoryAskingLedger
from streams.core.casework import hand_of
from tests.unit.api.conftest import Place, make_place

FIRST, SECOND, THIRD = (stream_id("account", bytes([n]) * 16) for n in range(3))


class House:
    """An installation with two operators, and rea, whose account the first one registered."""

    def __init__(self, place: Place) -> None:
        self.place = place
        place.append(SWITCH_STREAM, RoleGiven(proposal="p", role="operator", account=SECOND, operators=(FIRST,)))
        self.operators = {one: place.token(one, "operator") for one in (FIRST, SECOND, THIRD)}
        self.rea, self.hers = place.person("rea")

    def call(self, method: str, path: str, body: Any = None, who: str | dict[str, str] = FIRST) -> Any:
        headers = self.operators[who] if isinstance(who, str) else who
        return self.place.client.request(method, f"/v1{path}", json=body, headers=headers)

    def propose(self, role: str = "reviewer", who: str = FIRST, account: str = "@rea") -> dict[str, Any]:
        made = self.call("POST", "/roles", {"account": account, "role": role}, who)
        assert made.status_code == 201, made.text
        return made.json()

    def confirm(self, proposal: str, who: str = SECOND) -> Any:
        return self.call("POST", f"/role-proposals/{proposal}/confirmation", None, who)

    def redeem(self, *codes: str, who: dict[str, str] | None = None) -> Any:
        return self.call("POST", "/accounts/me/roles", {"codes": list(codes)}, who or self.hers)

    def hand(self) -> str | None:
        with self.place.store.snapshot() as facts:
            return hand_of(facts, self.rea)


@pytest.fixture
def house(place: Place) -> House:
    return House(place)


def test_the_codes_of_two_operators_make_a_reviewer_and_a_token_that_neither_was_given(house: House) -> None:
    proposed = house.propose()
    confirmed = house.confirm(proposed["proposal"]).json()
    assert (len(proposed["codes"]), len(confirmed["codes"])) == (1, 1)
    made = house.redeem(*confirmed["codes"], *proposed["codes"])
    assert (made.status_code, made.json()["scopes"]) == (201, ["reviewer"])
    desk = {"Authorization": f"Bearer {made.json()['token']}"}
    assert house.call("GET", "/cases", who=desk).status_code == 200
    assert house.hand() == house.rea
    assert house.call("GET", "/roles").json()["roles"][-1]["operators"] == [FIRST, SECOND]
    assert [one.type for one in house.place.store.read(SWITCH_STREAM)][1:] == ["role.proposed", "role.confirmed", "role.given"]


def test_neither_operator_alone_has_what_a_role_needs_whatever_other_token_they_hold(house: House) -> None:
    proposed = house.propose()
    (first,) = proposed["codes"]
    assert house.confirm(proposed["proposal"], FIRST).json()["code"] == "proposal.own"
    assert house.redeem(first, first).json()["code"] == "role.invalid"
    (second,) = house.confirm(proposed["proposal"]).json()["codes"]
    for code in (first, second):
        assert house.redeem(code, code).json()["code"] == "role.invalid"
    assert house.confirm(proposed["proposal"]).json()["codes"] == [second], "asked again, the same"
    assert house.confirm(proposed["proposal"], THIRD).json()["code"] == "proposal.unknown"
    assert house.hand() is None


def test_codes_are_their_own_persons_and_good_once(house: House) -> None:
    proposed = house.propose()
    codes = (*proposed["codes"], *house.confirm(proposed["proposal"]).json()["codes"])
    _, stranger = house.place.person("theo")
    assert house.redeem(*codes, who=stranger).json()["code"] == "role.invalid"
    assert house.redeem(*codes).status_code == 201
    assert house.redeem(*codes).json()["code"] == "role.invalid"


@pytest.mark.parametrize("role", ["reviewer", "operator"])
def test_no_account_is_registered_with_a_role(house: House, role: str) -> None:
    body = {"handle": "puppet", "region": "KR", "scopes": [role]}
    assert house.call("POST", "/accounts", body).json()["code"] == "scope.appointed"


def test_the_second_operator_of_a_house_is_the_firsts_and_no_third_one_is(place: Place) -> None:
    house = House.__new__(House)
    house.place, house.operators = place, {FIRST: place.token(FIRST, "operator")}
    people = {name: place.person(name)[1] for name in ("sun", "puppet")}
    proposed = [house.propose("operator", account=f"@{name}")["codes"] for name in people]
    assert [len(codes) for codes in proposed] == [2, 2], "nobody was appointed yet"
    assert house.redeem(*proposed[0], who=people["sun"]).status_code == 201
    assert house.redeem(*proposed[1], who=people["puppet"]).json()["code"] == "role.unconfirmed", "there is a second one now"
    assert len(house.propose("operator", account="@puppet")["codes"]) == 1


def test_where_one_operator_is_enough_their_reviewers_count_as_that_operator(house: House) -> None:
    app = house.place.client.app
    app.state.parts = replace(app.state.parts, operators=1)  # type: ignore[attr-defined]
    assert house.redeem(*house.propose()["codes"]).status_code == 201
    assert house.hand() == FIRST


def test_a_proposal_lapses_a_day_after_its_last_step() -> None:
    now = [10**15]
    house = House(make_place(InMemoryAskingLedger(clock=lambda: now[0])))
    proposed = house.propose()
    now[0] += LAPSES_US - 1
    (second,) = house.confirm(proposed["proposal"]).json()["codes"]
    now[0] += LAPSES_US
    assert house.redeem(*proposed["codes"], second).json()["code"] == "proposal.lapsed"
    assert house.call("GET", "/roles").json()["proposals"] == []


def test_one_operator_ends_a_role_at_once_with_its_tokens(house: House) -> None:
    proposed = house.propose()
    made = house.redeem(*proposed["codes"], *house.confirm(proposed["proposal"]).json()["codes"]).json()
    assert house.call("DELETE", f"/roles/reviewer/{house.rea}?reason=left").status_code == 204
    assert house.call("GET", "/cases", who={"Authorization": f"Bearer {made['token']}"}).status_code == 401
    assert house.call("GET", "/accounts/me", who=house.hers).status_code == 200, "the person stays"
    assert house.hand() is None
    assert house.call("DELETE", f"/roles/operator/{house.rea}?reason=left").json()["code"] == "role.unknown"
