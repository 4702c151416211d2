"""Access requests: asked with a message, answered in four ways; who is blocked is answered like anybody and the owner is shown nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.api.conftest import Place

ME = "/v1/cameos/me"
Person = tuple[str, dict[str, str]]
WISH = {"owner": "@min", "purposes": ["parody"], "uses": 2, "duration_ms": 60_000, "message": "축하 영상에 나와 주세요"}


@pytest.fixture
def owner(place: Place) -> Person:
    account, token = place.person("min")
    place.activate(account)
    return account, token


@pytest.fixture
def theo(place: Place) -> Person:
    return place.person("theo")


def asked(place: Place, who: Person, **changes: Any) -> str:
    answer = place.client.post("/v1/requests", json=WISH | changes, headers=who[1])
    assert answer.status_code == 201, answer.text
    return answer.json()["request"]


def inbox(place: Place, owner: Person) -> list[dict[str, Any]]:
    return place.client.get(f"{ME}/requests", headers=owner[1]).json()["items"]


def states(place: Place, who: Person) -> list[str]:
    return [one["state"] for one in place.client.get("/v1/requests", headers=who[1]).json()["items"]]


def test_a_request_reaches_its_owner_with_its_message_and_its_terms(place: Place, owner: Person, theo: Person) -> None:
    request = asked(place, theo)
    (shown,) = inbox(place, owner)
    assert (shown["request"], shown["handle"], shown["message"]) == (request, "theo", WISH["message"])
    assert (shown["purposes"], shown["uses"], shown["duration_ms"]) == (["parody"], 2, 60_000)
    assert "축하" not in str(list(place.store.read_all())), "the message is sealed"
    assert states(place, theo) == ["open"]


def test_an_approval_gives_what_was_asked_once_however_often_it_is_said(place: Place, owner: Person, theo: Person) -> None:
    request = asked(place, theo)
    grants = {place.client.post(f"{ME}/requests/{request}/approval", json={}, headers=owner[1]).json()["grant"] for _ in range(2)}
    assert len(grants) == 1
    (grant,) = place.client.get(f"{ME}/grants", headers=owner[1]).json()["items"]
    assert (grant["grantee"], grant["purposes"], grant["uses_left"], grant["pass_on"]) == (theo[0], ["parody"], 2, False)
    assert inbox(place, owner) == []
    assert states(place, theo) == ["approved"]
    late = place.client.post(f"{ME}/requests/{request}/refusal", json={}, headers=owner[1])
    assert (late.status_code, late.json()["code"]) == (409, "request.answered")


def test_an_owner_gives_other_terms_than_were_asked_for(place: Place, owner: Person, theo: Person) -> None:
    request = asked(place, theo)
    terms = {"purposes": ["personal"], "facets": ["face"], "uses": 1, "review": True, "note": "한 번만"}
    assert place.client.post(f"{ME}/requests/{request}/approval", json={"terms": terms}, headers=owner[1]).status_code == 201
    (grant,) = place.client.get(f"{ME}/grants", headers=owner[1]).json()["items"]
    assert (grant["purposes"], grant["facets"], grant["uses_left"], grant["review"], grant["note"]) == (
        ["personal"],
        ["face"],
        1,
        True,
        "한 번만",
    )
    assert states(place, theo) == ["changed"]


def test_who_is_refused_is_told_and_who_is_ignored_is_not(place: Place, owner: Person, theo: Person) -> None:
    refused, ignored = asked(place, theo), asked(place, theo, uses=1)
    for request, silently in ((refused, False), (ignored, True)):
        for _ in range(2):
            done = place.client.post(f"{ME}/requests/{request}/refusal", json={"silently": silently}, headers=owner[1])
            assert done.status_code == 204
    assert inbox(place, owner) == []
    assert states(place, theo) == ["open", "refused"]


def test_a_request_is_taken_back(place: Place, owner: Person, theo: Person) -> None:
    request = asked(place, theo)
    for _ in range(2):
        assert place.client.delete(f"/v1/requests/{request}", headers=theo[1]).status_code == 204
    assert inbox(place, owner) == []
    gone = place.client.post(f"{ME}/requests/{request}/approval", json={}, headers=owner[1])
    assert (gone.status_code, gone.json()["code"]) == (404, "request.unknown")
    stranger = place.client.delete(f"/v1/requests/{asked(place, theo)}", headers=place.person("ren")[1])
    assert stranger.json()["code"] == "request.unknown"


def test_five_unanswered_requests_are_enough_and_an_ignored_one_is_unanswered(place: Place, owner: Person, theo: Person) -> None:
    requests = [asked(place, theo, uses=number) for number in range(1, 6)]
    more = place.client.post("/v1/requests", json=WISH, headers=theo[1])
    assert (more.status_code, more.json()["code"]) == (409, "request.too_many")
    place.client.post(f"{ME}/requests/{requests[0]}/refusal", json={"silently": True}, headers=owner[1])
    assert place.client.post("/v1/requests", json=WISH, headers=theo[1]).status_code == 409
    place.client.post(f"{ME}/requests/{requests[1]}/refusal", json={}, headers=owner[1])
    asked(place, theo)


def test_a_retry_under_its_key_asks_once_and_another_wish_under_it_is_refused(place: Place, owner: Person, theo: Person) -> None:
    keyed = (theo[0], theo[1] | {"Idempotency-Key": "k1"})
    assert asked(place, keyed) == asked(place, keyed)
    assert len(inbox(place, owner)) == 1
    other = place.client.post("/v1/requests", json=WISH | {"uses": 9}, headers=keyed[1])
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.reused")


def conversation(place: Place, who: Person, keyed: dict[str, str]) -> list[Any]:
    """Everything that somebody can find out by asking: answers, headers, lists, limits, retries, taking back."""
    heard: list[Any] = []

    def hear(answer: Any) -> Any:
        told = answer.json() if answer.content else None
        names = {"request", "asked_at", "cameo"}
        plain = {key: value for key, value in told.items() if key not in names} if isinstance(told, dict) else told
        if isinstance(plain, dict) and "items" in plain:
            plain = [{key: value for key, value in one.items() if key not in names} for one in plain["items"]]
        heard.append((answer.status_code, plain, sorted(key for key in answer.headers if key != "content-length")))
        return told

    first = hear(place.client.post("/v1/requests", json=WISH, headers=keyed))["request"]
    assert hear(place.client.post("/v1/requests", json=WISH, headers=keyed))["request"] == first
    hear(place.client.post("/v1/requests", json=WISH | {"uses": 9}, headers=keyed))
    for _ in range(5):
        hear(place.client.post("/v1/requests", json=WISH, headers=who[1]))
    hear(place.client.get("/v1/requests", headers=who[1]))
    hear(place.client.delete(f"/v1/requests/{first}", headers=who[1]))
    hear(place.client.get("/v1/requests", headers=who[1]))
    hear(place.client.post("/v1/requests", json=WISH, headers=who[1]))
    return heard


def test_who_is_blocked_hears_what_anybody_hears_and_the_owner_is_shown_nothing(place: Place, owner: Person) -> None:
    free, blocked = place.person("theo"), place.person("mallory")
    assert place.client.put("/v1/accounts/me/blocks/@mallory", headers=owner[1]).status_code == 204
    cameo = place.activate(owner[0])
    before = len(place.store.read(cameo))
    silence = conversation(place, blocked, blocked[1] | {"Idempotency-Key": "k1"})
    assert len(place.store.read(cameo)) == before, "nothing of it is in the record"
    assert inbox(place, owner) == []
    assert conversation(place, free, free[1] | {"Idempotency-Key": "k1"}) == silence
    assert len(place.store.read(cameo)) > before


def test_a_request_of_somebody_who_is_blocked_later_is_hidden(place: Place, owner: Person, theo: Person) -> None:
    asked(place, theo)
    place.client.put("/v1/accounts/me/blocks/@theo", headers=owner[1])
    assert inbox(place, owner) == []
    assert states(place, theo) == ["open"]


@pytest.mark.usefixtures("owner")
def test_what_may_be_told_is_told(place: Place, theo: Person) -> None:
    place.person("ren")
    place.client.put("/v1/accounts/me/blocks/@min", headers=theo[1])
    for body, code in (
        (WISH, "account.blocked"),
        (WISH | {"owner": "@ren"}, "cameo.unknown"),
        (WISH | {"owner": "@nobody"}, "account.unknown"),
        (WISH | {"until": "2020-01-01T00:00:00Z"}, "grant.window"),
        (WISH | {"owner": "@theo"}, "grant.self"),
    ):
        assert place.client.post("/v1/requests", json=body, headers=theo[1]).json()["code"] == code


def test_requests_come_in_pages(place: Place, owner: Person) -> None:
    people = [place.person(name) for name in ("aa", "bb", "cc")]
    wanted = [asked(place, who) for who in people]
    for url, token in ((f"{ME}/requests", owner[1]), ("/v1/requests", people[0][1])):
        first = place.client.get(url, params={"limit": 1}, headers=token).json()
        assert len(first["items"]) == 1
        if url == "/v1/requests":
            assert first["next"] is None
            continue
        rest = place.client.get(url, params={"cursor": first["next"]}, headers=token).json()
        assert [one["request"] for one in first["items"] + rest["items"]] == wanted[::-1]
