"""Plans: the operator sets one, the account sees what is left, a month is renewed once however many ask; invitations are good once."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.generation import CameoUse, GenerationRequested, GenerationStarted, UseRef
from schemas.ids import stream_id
from serving.core.periods import month_of
from serving.fakes import InMemoryAskingLedger
from serving.handlers import plans
from serving.handlers.desk import Caller
from streams.ports import Append, NewEvent
from tests.unit.api.conftest import Place, make_place

OPERATOR = stream_id("account", bytes(16))
START_US = round(datetime(2026, 11, 21, tzinfo=UTC).timestamp()) * 1_000_000
DAY_US = 86_400_000_000


class Clock:
    """The ledger's time, as the test says."""

    def __init__(self) -> None:
        self.now_us = START_US

    def __call__(self) -> int:
        return self.now_us


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def place(clock: Clock) -> Place:
    return make_place(InMemoryAskingLedger(clock=clock))


def operate(place: Place, method: str, path: str, body: Any = None) -> Any:
    return place.client.request(method, path, json=body, headers=place.token(OPERATOR, "operator"))


def mine(place: Place, headers: dict[str, str]) -> Any:
    return place.client.get("/v1/accounts/me/plan", headers=headers).json()


def film(place: Place, account: str, duration_ms: int) -> None:
    """Start a film on the account's plan, as the keyholder would."""
    generation = stream_id("generation", secrets.token_bytes(16))
    with place.store.snapshot() as facts:
        plan = facts.get(account, "plan")
    assert plan is not None
    requested = GenerationRequested(
        requester=account, cameos=(CameoUse(cameo="c", facets=("face",)),), purpose="personal", plan_digest="d", engine="trivial",
        width_px=64, height_px=64, duration_ms=duration_ms,
    )  # fmt: skip
    started = GenerationStarted(
        attempt=1, decision="d", public_key="p", holding={}, not_after_us=None, assets=(),
        uses=(UseRef(cameo=account, grant=plan.value["quota"]),),
    )  # fmt: skip
    for event in (requested, started):
        place.store.append(Append(actor="keyholder", events=[NewEvent(generation, event, secrets.token_hex(16))], correlation="c"))


def test_an_account_without_a_plan_is_told_so(place: Place) -> None:
    _, headers = place.person("min")
    assert mine(place, headers)["code"] == "plan.none"
    assert operate(place, "DELETE", "/v1/accounts/@min/plan").json()["code"] == "plan.none"


def test_what_is_left_is_told_to_the_account_and_the_operator(place: Place) -> None:
    account, headers = place.person("min")
    body = {"plan": "basic", "films": 3, "minutes": 2, "until": "2026-12-24T00:00:00Z"}
    assert operate(place, "PUT", "/v1/accounts/@min/plan", body).status_code == 204
    film(place, account, 30_000)
    seen = mine(place, headers)
    assert (seen["films"], seen["films_left"], seen["minutes"], seen["minutes_left"]) == (3, 2, 2.0, 1.5)
    assert (seen["until"], seen["monthly"], seen["asked_for"]) == ("2026-12-24T00:00:00Z", False, False)
    assert operate(place, "GET", "/v1/accounts/@min/plan").json() == seen


def test_a_new_plan_counts_from_nothing(place: Place) -> None:
    account, headers = place.person("min")
    for _ in range(2):
        operate(place, "PUT", "/v1/accounts/@min/plan", {"plan": "basic", "films": 3})
        film(place, account, 1000)
        assert mine(place, headers)["films_left"] == 2


def test_a_plan_that_has_ended_or_ends_before_it_begins_is_refused(place: Place) -> None:
    place.person("min")
    for body in (
        {"plan": "p", "until": "2026-11-20T00:00:00Z"},
        {"plan": "p", "from": "2026-12-02T00:00:00Z", "until": "2026-12-01T00:00:00Z"},
        {"plan": "p", "monthly": True, "until": "2026-12-01T00:00:00Z"},
    ):
        assert operate(place, "PUT", "/v1/accounts/@min/plan", body).json()["code"] == "plan.window"


def test_a_monthly_plan_is_renewed_when_its_month_is_over(place: Place, clock: Clock) -> None:
    account, headers = place.person("min")
    operate(place, "PUT", "/v1/accounts/@min/plan", {"plan": "basic", "films": 3, "monthly": True})
    film(place, account, 1000)
    first = mine(place, headers)
    assert (first["films_left"], first["until"]) == (2, "2026-12-01T00:00:00Z")
    clock.now_us = month_of(START_US)[1] + 40 * DAY_US
    renewed = mine(place, headers)
    assert (renewed["films_left"], renewed["since"], renewed["until"]) == (3, "2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z")


def test_a_month_is_renewed_once_however_many_ask(place: Place, clock: Clock) -> None:
    account, headers = place.person("min")
    operate(place, "PUT", "/v1/accounts/@min/plan", {"plan": "basic", "films": 3, "monthly": True})
    clock.now_us = month_of(START_US)[1]
    mine(place, headers)
    film(place, account, 1000)
    desk = place.client.app.state.parts.desk  # type: ignore[attr-defined]
    for _ in range(3):
        plans.renew(desk, Caller(account, frozenset()), account)
    assert mine(place, headers)["films_left"] == 2
    assert [one.type for one in place.store.read(account)].count("account.plan_set") == 2


def test_a_request_renews_first(place: Place, clock: Clock) -> None:
    owner, _ = place.person("owner")
    account, headers = place.person("min")
    cameo = place.activate(owner)
    operate(place, "PUT", "/v1/accounts/@min/plan", {"plan": "basic", "films": 3, "monthly": True})
    clock.now_us = month_of(START_US)[1]
    key = headers | {"Idempotency-Key": "k"}
    body = {"cameo": cameo, "prompt": "a walk", "engine": "trivial"}
    assert place.client.post("/v1/generations", json=body, headers=key).status_code < 300
    assert [one.type for one in place.store.read(account)].count("account.plan_set") == 2


def test_a_plan_that_is_no_monthly_one_just_ends(place: Place, clock: Clock) -> None:
    _, headers = place.person("min")
    operate(place, "PUT", "/v1/accounts/@min/plan", {"plan": "basic", "until": "2026-11-30T00:00:00Z"})
    clock.now_us += 30 * DAY_US
    assert mine(place, headers)["until"] == "2026-11-30T00:00:00Z"


def test_an_ended_plan_is_not_renewed(place: Place, clock: Clock) -> None:
    _, headers = place.person("min")
    operate(place, "PUT", "/v1/accounts/@min/plan", {"plan": "basic", "films": 3, "monthly": True})
    clock.now_us += DAY_US
    assert operate(place, "DELETE", "/v1/accounts/@min/plan").status_code == 204
    assert operate(place, "DELETE", "/v1/accounts/@min/plan").status_code == 204
    clock.now_us += 60 * DAY_US
    ended = mine(place, headers)
    assert (ended["until"], ended["monthly"]) == ("2026-11-22T00:00:00Z", False)


def invitation(place: Place, headers: dict[str, str]) -> Any:
    return place.client.post("/v1/invitations", headers=headers).json()


def redeem(place: Place, headers: dict[str, str], code: str) -> Any:
    return place.client.put("/v1/accounts/me/invitation", json={"code": code}, headers=headers)


def test_a_code_invites_one_account_once(place: Place) -> None:
    account, headers = place.person("min")
    _, other = place.person("theo")
    code = invitation(place, place.token(OPERATOR, "operator", "account"))["code"]
    assert redeem(place, headers, f" {code.upper()} ").status_code == 204
    assert redeem(place, headers, code).status_code == 204, "again: it is done"
    assert redeem(place, other, code).json()["code"] == "invitation.invalid"
    events = [one for one in place.store.read(account) if one.type == "account.invited"]
    assert [one.data["by"] for one in events] == ["operator"]


def test_who_was_not_invited_makes_no_codes_and_who_was_makes_four(place: Place) -> None:
    _, headers = place.person("min")
    assert invitation(place, headers)["code"] == "invitation.not_invited"
    operate(place, "PUT", "/v1/accounts/@min/invitation")
    codes = [invitation(place, headers)["code"] for _ in range(4)]
    assert len(set(codes)) == 4
    refused = place.client.post("/v1/invitations", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "invitation.exhausted")
    account, other = place.person("theo")
    redeem(place, other, codes[0])
    listed = place.client.get("/v1/invitations", headers=headers).json()
    assert sorted(one["redeemed"] for one in listed) == [False, False, False, True]
    assert "code" not in listed[0]
    assert [one.type for one in place.store.read(account)][-1] == "account.invited"
    assert invitation(place, headers)["code"] == "invitation.exhausted", "a redeemed code gives none back"


def test_a_code_of_somebody_who_was_suspended_is_worth_nothing(place: Place) -> None:
    _, headers = place.person("min")
    _, other = place.person("theo")
    operate(place, "PUT", "/v1/accounts/@min/invitation")
    code = invitation(place, headers)["code"]
    operate(place, "PUT", "/v1/accounts/@min/standing", {"standing": "suspended", "reason": "r"})
    assert redeem(place, other, code).json()["code"] == "invitation.invalid"


def test_an_operator_makes_as_many_as_they_like(place: Place) -> None:
    headers = place.token(OPERATOR, "operator", "account")
    assert len({invitation(place, headers)["code"] for _ in range(9)}) == 9
