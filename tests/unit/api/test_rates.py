"""Who tries too often is told when to try again; whose address counts; a challenge is answered where it was taken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from serving.api.whence import UNREADABLE, address, networks
from serving.errors import InvalidError, NotFoundError
from serving.handlers.desk import Caller
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from serving.handlers.rates import RULES, Rates, Rule, Whence, rules_from
from serving.rate_fakes import InMemoryRateStore
from tests.unit.api.conftest import Place

BODY = {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256}
DEVICE = {"Cameo-Device": "d" * 22}
PROXIES = networks("10.0.0.0/8, fd00::/8")


def test_who_takes_challenges_too_often_waits(place: Place) -> None:
    _, min_ = place.person("min")
    _, theo = place.person("theo")
    answers = [place.client.post("/v1/enrolments", json=BODY, headers=min_) for _ in range(RULES["start/account"].burst + 1)]
    assert [one.status_code for one in answers[:-1]] == [201] * RULES["start/account"].burst
    last = answers[-1]
    assert (last.status_code, last.json()["code"]) == (429, "rate.limited")
    assert 1 <= int(last.headers["Retry-After"]) <= RULES["start/account"].period_s
    assert last.json()["remedy"] == f"try again in {last.headers['Retry-After']} s"
    assert place.client.post("/v1/enrolments", json=BODY, headers=theo).status_code == 201


def test_many_accounts_on_one_device_share_its_allowance(place: Place) -> None:
    store = InMemoryRateStore()
    parts = place.client.app.state.parts  # type: ignore[attr-defined]
    place.client.app.state.parts = replace(parts, rates=Rates(store, b"k", {"start/device": Rule(2, 100)}))  # type: ignore[attr-defined]
    answers = [place.client.post("/v1/enrolments", json=BODY, headers=place.person(f"someone{at}")[1] | DEVICE) for at in range(3)]
    assert [one.status_code for one in answers] == [201, 201, 429]


def test_an_address_and_a_device_are_kept_as_digests_only() -> None:
    store = InMemoryRateStore()
    Rates(store, b"k").require("start", Whence("203.0.113.9", "d" * 22), "account-x")
    kept = " ".join(store._full_at)
    assert "203.0.113.9" not in kept
    assert "d" * 22 not in kept
    assert len(store._full_at) == 3


def test_unknown_tokens_are_slowed_and_known_ones_are_not(place: Place) -> None:
    parts = place.client.app.state.parts  # type: ignore[attr-defined]
    place.client.app.state.parts = replace(parts, rates=Rates(InMemoryRateStore(), b"k", {"token/address": Rule(3, 100)}))  # type: ignore[attr-defined]
    _, min_ = place.person("min")
    away = TestClient(place.client.app, client=("203.0.113.9", 4000))
    forged = {"Authorization": "Bearer cameo_" + "A" * 43}
    assert [away.get("/v1/accounts/me", headers=forged).status_code for _ in range(5)] == [401] * 3 + [429] * 2
    assert away.get("/v1/accounts/me", headers=min_).status_code == 200
    other = TestClient(place.client.app, client=("203.0.113.10", 4000))
    assert other.get("/v1/accounts/me", headers=forged).status_code == 401


@pytest.mark.parametrize(
    ("peer", "forwarded", "told"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # no proxy of ours: what it says of others is not believed
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),  # what the client wrote before our proxy did
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),  # through two of ours
        ("10.0.0.1", ["198.51.100.1:52044"], "198.51.100.1"),  # proxies that write the port too
        ("10.0.0.1", ["[2001:db8:1:2:3:4:5:6]:443"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["[2001:db8:1:2::1]"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["[::ffff:198.51.100.1]:80"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1:52044, 10.0.0.2:80"], "198.51.100.1"),
        ("10.0.0.1", ["nonsense"], UNREADABLE),  # counted, together
        ("10.0.0.1", ["198.51.100.1, unknown"], UNREADABLE),
        ("10.0.0.1", ["198.51.100.1:port"], UNREADABLE),
        ("10.0.0.1", [], "10.0.0.1"),
        ("127.0.0.1", ["198.51.100.1"], None),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        ("testclient", [], None),
    ],
)
def test_whose_address_counts(peer: str, forwarded: list[str], told: str | None) -> None:
    assert address(peer, forwarded, PROXIES) == told


def test_a_challenge_is_answered_on_the_device_that_took_it(place: Place) -> None:
    _, min_ = place.person("min")
    enrolment = place.client.post("/v1/enrolments", json=BODY, headers=min_ | DEVICE).json()["enrolment"]
    url = f"/v1/enrolments/{enrolment}/recording"
    for other in ({}, {"Cameo-Device": "e" * 22}, {"Cookie": "cameo_device=" + "e" * 22}):
        answer = place.client.put(url, content=b"webm", headers=min_ | other)
        assert (answer.status_code, answer.json()["code"]) == (403, "challenge.other_device")
    assert place.client.put(url, content=b"webm", headers=min_ | {"Cookie": "cameo_device=" + "d" * 22}).status_code == 202


def test_a_challenge_taken_without_a_device_is_answered_with_the_token_that_took_it(place: Place) -> None:
    account, min_ = place.person("min")
    enrolment = place.client.post("/v1/enrolments", json=BODY, headers=min_ | {"Cameo-Device": "too short"}).json()["enrolment"]
    url, another = f"/v1/enrolments/{enrolment}/recording", place.token(account, "enrol")
    for headers in (another, another | DEVICE):
        answer = place.client.put(url, content=b"webm", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "challenge.other_session")
    assert place.client.put(url, content=b"webm", headers=min_ | DEVICE).status_code == 202


def test_a_challenge_that_was_bound_to_nothing_is_answered_by_nobody() -> None:
    with pytest.raises(NotFoundError):
        Rates(InMemoryRateStore(), b"k").require_same_place("c", Caller("account-a", frozenset()))


def test_an_operator_changes_single_rates() -> None:
    found = rules_from("start/address=200/10 token/address=off")
    assert found["start/address"] == Rule(200, 10)
    assert "token/address" not in found
    assert found["start/account"] == RULES["start/account"]
    for wrong in ("start/nobody=1/1", "start/address=many", "start/address=0/1", "start/address=1/0", "start/address=1/nan"):
        with pytest.raises(InvalidError):
            rules_from(wrong)
