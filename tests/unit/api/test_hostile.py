"""What a stranger or a person sends to harm: it costs them an answer, and nobody else anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from schemas.consent import ConsentRevoked
from schemas.errors import SchemaError
from schemas.ids import stream_id
from serving.api.bounds import MAX_BODY_BYTES
from streams.ports import Append, NewEvent
from tests.unit.api.conftest import Place

LONG = "account-" + "a" * 600
"""Longer than a key of the consent view may be."""


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("kind", ["follows", "blocks"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("name", [LONG, "account-x", "account-" + "A" * 32, "account-" + "a" * 32 + "%0A"])
def test_only_an_accounts_id_becomes_a_fact(place: Place, kind: str, method: str, name: str) -> None:
    _, min_ = place.person("min")
    before = len(list(place.store.read_all()))
    assert problem(place.client.request(method, f"/v1/accounts/me/{kind}/{name}", headers=min_)) == (404, "account.unknown")
    assert len(list(place.store.read_all())) == before


def test_nothing_is_revoked_from_what_is_no_account(place: Place) -> None:
    owner, min_ = place.person("min")
    cameo = place.activate(owner)
    body = {"account": LONG[:80], "strength": "stop"}
    assert problem(place.client.post("/v1/cameos/me/revocations", json=body, headers=min_)) == (404, "account.unknown")
    assert problem(place.client.post("/v1/cameos/me/revocations", json=body | {"account": LONG}, headers=min_))[0] == 422
    assert place.store.read(cameo)[-1].type == "enrolment.activated"


def test_what_an_app_was_given_is_revoked_by_its_id(place: Place) -> None:
    owner, min_ = place.person("min")
    cameo = place.activate(owner)
    app = stream_id("app", b"p" * 16)
    assert place.client.post("/v1/cameos/me/revocations", json={"account": app, "strength": "stop"}, headers=min_).status_code == 201
    assert place.store.read(cameo)[-1].data["account"] == app


def test_no_append_makes_a_fact_that_a_view_cannot_hold(place: Place) -> None:
    owner, _ = place.person("min")
    cameo = place.activate(owner)
    event = NewEvent(cameo, ConsentRevoked(account=LONG, strength="stop"), "e" * 32)
    with pytest.raises(SchemaError, match="key"):
        place.store.append(Append(actor=owner, events=[event], correlation="c"))


def test_a_large_body_is_refused_before_anybody_asks_who_sent_it(place: Place) -> None:
    large = b'{"handle": "' + b"a" * MAX_BODY_BYTES + b'"}'
    json = {"Content-Type": "application/json"}
    assert problem(place.client.post("/v1/accounts", content=large, headers=json)) == (413, "request.too_large")

    def unannounced() -> Iterator[bytes]:
        yield from (large[at : at + 8192] for at in range(0, len(large), 8192))

    assert problem(place.client.post("/v1/accounts", content=unannounced(), headers=json)) == (413, "request.too_large")


def test_no_recording_is_read_without_an_open_challenge(place: Place) -> None:
    _, min_ = place.person("min")
    url = f"/v1/enrolments/{'0' * 32}/recording"
    large = b"x" * 2 * MAX_BODY_BYTES
    assert problem(place.client.put(url, content=large, headers=min_)) == (404, "enrolment.unknown")
    assert problem(place.client.put(url, content=large))[0] == 401


@pytest.mark.parametrize("address", ["/v1/accounts?handle=%00", "/v1/generations/generation-%00", "/v1/audit?generation=a%00"])
def test_a_nul_in_an_address_is_a_problem(place: Place, address: str) -> None:
    _, min_ = place.person("min")
    assert problem(place.client.get(address, headers=min_)) == (400, "request.invalid")


def test_a_token_lives_no_longer_than_time_itself(place: Place) -> None:
    _, min_ = place.person("min")
    body = {"scopes": ["audit"], "lives_s": 10**18}
    assert problem(place.client.post("/v1/tokens", json=body, headers=min_)) == (422, "request.invalid")


def test_a_time_beyond_what_the_record_can_keep_is_refused(place: Place) -> None:
    owner, min_ = place.person("min")
    place.person("theo")
    place.activate(owner)
    body = {"account": "@theo", "until": "2999-01-01T00:00:00+09:00"}
    assert problem(place.client.post("/v1/cameos/me/grants", json=body, headers=min_)) == (422, "request.unrecordable")


def test_an_app_belongs_to_an_account(place: Place) -> None:
    owner, _ = place.person("min")
    operator = place.token(stream_id("account", bytes(16)), "operator")
    body = {"name": "a maker of films", "contact": "min@example.org"}
    assert problem(place.client.post("/v1/apps", json=body | {"owner": LONG[:60]}, headers=operator)) == (404, "account.unknown")
    app = place.client.post("/v1/apps", json=body | {"owner": "@min"}, headers=operator).json()["app"]
    assert place.store.read(app)[0].data["owner"] == owner


def test_an_operator_gives_no_scope_that_it_does_not_have(place: Place) -> None:
    operator = place.token(stream_id("account", bytes(16)), "operator")
    body = {"handle": "spy", "region": "KR", "scopes": ["auditor"]}
    assert problem(place.client.post("/v1/accounts", json=body, headers=operator)) == (403, "scope.wider")
    both = place.token(stream_id("account", bytes(16)), "operator", "auditor")
    assert place.client.post("/v1/accounts", json=body, headers=both).status_code == 201


def test_a_failure_tells_nothing_of_itself(place: Place) -> None:
    _, min_ = place.person("min")
    place.client.app.state.parts.reader.consent = lambda _: 1 / 0  # type: ignore[attr-defined]
    answer = place.client.get("/v1/cameos/me", headers=min_)
    assert problem(answer) == (500, "api.failed")
    assert "division" not in answer.text


@pytest.mark.parametrize("handle", ["min\n", "a", "a" * 31, "../min", "min/theo", "mi n"])
def test_what_cannot_be_a_handle_is_refused(place: Place, handle: str) -> None:
    operator = place.token(stream_id("account", bytes(16)), "operator")
    assert problem(place.client.post("/v1/accounts", json={"handle": handle, "region": "KR"}, headers=operator))[0] == 422
