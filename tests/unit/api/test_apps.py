"""Apps: an app acts for a user within that user's token, what it asks carries its name, and a suspended one opens nothing."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.ids import stream_id
from tests.unit.api.conftest import Place

OPERATOR = stream_id("account", bytes(16))


class Studio:
    """An app of somebody's, and a user who lets it act."""

    def __init__(self, place: Place) -> None:
        self.place, self.operator = place, place.token(OPERATOR, "operator")
        self.owner, self.owners = place.person("owner")
        self.user, self.users = place.person("user")
        self.app: str = self.operate("POST", "/v1/apps", {"name": "Studio", "owner": "@owner"}).json()["app"]

    def operate(self, method: str, path: str, body: Any = None) -> Any:
        return self.place.client.request(method, path, json=body, headers=self.operator)

    def lend(self, *scopes: str, headers: dict[str, str] | None = None, app: str | None = None) -> Any:
        body = {"scopes": list(scopes or ("generate",)), "app": app or self.app}
        return self.place.client.post("/v1/tokens", json=body, headers=headers or self.users)

    def lent(self, *scopes: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.lend(*scopes).json()['token']}", "Cameo-App-Key": self.key()}

    def key(self) -> str:
        return self.place.client.get(f"/v1/apps/{self.app}/key", headers=self.owners).json()["key"]

    def standing(self, standing: str) -> None:
        body = {"standing": standing, "reason": "test"}
        assert self.operate("PUT", f"/v1/apps/{self.app}/standing", body).status_code == 204


@pytest.fixture
def studio(place: Place) -> Studio:
    return Studio(place)


def asked(place: Place, cameo: str, headers: dict[str, str]) -> str:
    body = {"cameo": cameo, "prompt": "a walk", "engine": "trivial"}
    answer = place.client.post("/v1/generations", json=body, headers=headers)
    assert answer.status_code < 300, answer.text
    return answer.json()["generation"]


def test_what_an_app_asks_for_a_user_carries_both_names(place: Place, studio: Studio) -> None:
    place.activate(studio.owner)
    generation = asked(place, "@owner", studio.lent())
    event = place.store.read(generation)[0]
    assert (event.actor, event.app) == (studio.user, studio.app)
    assert (event.data["requester"], event.data["app"]) == (studio.user, studio.app)


def test_who_lends_an_app_a_token_does_not_pass_for_the_app(place: Place, studio: Studio) -> None:
    """What owners let an app do, its users do not do by themselves."""
    place.activate(studio.owner)
    other = studio.operate("POST", "/v1/apps", {"name": "Other", "owner": "@user"}).json()["app"]
    others = place.client.get(f"/v1/apps/{other}/key", headers=studio.users).json()["key"]
    body = {"cameo": "@owner", "prompt": "a walk", "engine": "trivial"}
    token = {"Authorization": studio.lent()["Authorization"]}
    for headers in (token, token | {"Cameo-App-Key": "x"}, token | {"Cameo-App-Key": others}):
        refused = place.client.post("/v1/generations", json=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "app.key")
    for headers in (studio.users, studio.lent("account"), studio.operator | studio.users):
        hidden = place.client.get(f"/v1/apps/{studio.app}/key", headers=headers)
        assert hidden.status_code in (403, 404), "an app's key is its owner's"


def test_an_app_is_given_no_more_than_the_user_has(place: Place, studio: Studio) -> None:
    narrow = place.token(studio.user, "generate")
    assert studio.lend("consent", headers=narrow).json()["code"] == "scope.wider"
    both = place.token(studio.user, "operator", "auditor", "enrol", "generate")
    for scope in ("operator", "auditor", "enrol"):
        assert studio.lend(scope, headers=both).json()["code"] == "scope.not_for_apps"


def test_an_app_makes_no_token_for_another_app_and_keeps_its_name_in_its_own(studio: Studio) -> None:
    other = studio.operate("POST", "/v1/apps", {"name": "Other", "owner": "@owner"}).json()["app"]
    assert studio.lend(headers=studio.lent(), app=other).json()["code"] == "app.lends"
    further = studio.place.client.post("/v1/tokens", json={"scopes": ["generate"]}, headers=studio.lent()).json()
    assert further["app"] == studio.app


def test_an_app_does_nothing_that_outlasts_its_token(place: Place, studio: Studio) -> None:
    place.activate(studio.user)
    headers = studio.lent("account", "consent")
    power = {"holder": "@owner", "may": ["grants"]}
    for method, path, body in (
        ("POST", "/v1/accounts/me/powers", power),
        ("POST", "/v1/accounts/me/step-up", None),
        ("PUT", "/v1/accounts/me/step-up", None),
        ("DELETE", "/v1/accounts/me/step-up", None),
        ("POST", "/v1/accounts/me/step-up/recovery-codes", None),
        ("DELETE", "/v1/cameos/me?handle=user", None),
    ):
        refused = place.client.request(method, path, json=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "app.in_person"), path
    assert place.client.post("/v1/accounts/me/powers", json=power, headers=studio.users).status_code == 201


def test_an_app_removes_its_own_tokens_alone(studio: Studio) -> None:
    mine = studio.place.client.post("/v1/tokens", json={"scopes": ["generate"]}, headers=studio.users).json()
    headers = studio.lent()
    refused = studio.place.client.delete(f"/v1/tokens/{mine['token_id']}", headers=headers)
    assert refused.json()["code"] == "token.of_another"
    own = next(one for one in studio.place.client.get("/v1/tokens", headers=studio.users).json() if one["app"] == studio.app)
    assert studio.place.client.delete(f"/v1/tokens/{own['token_id']}", headers=headers).status_code == 204
    assert studio.place.client.get("/v1/accounts/me", headers=headers).status_code == 401


@pytest.mark.parametrize("standing", ["limited", "suspended"])
def test_a_suspended_app_opens_nothing_until_it_is_restored(studio: Studio, standing: str) -> None:
    headers = studio.lent("account")
    studio.standing(standing)
    refused = studio.place.client.get("/v1/accounts/me", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "app.suspended")
    assert studio.lend().json()["code"] == "app.suspended"
    assert studio.place.client.get("/v1/accounts/me", headers=studio.users).status_code == 200, "the user is not the app"
    studio.standing("good")
    assert studio.place.client.get("/v1/accounts/me", headers=headers).status_code == 200


def test_owners_list_their_own_apps_and_the_operator_all(studio: Studio) -> None:
    studio.operate("POST", "/v1/apps", {"name": "Other", "owner": "@user"})
    studio.standing("limited")
    seen = studio.place.client.get("/v1/apps", headers=studio.owners).json()
    assert seen == [{"app": studio.app, "name": "Studio", "owner": studio.owner, "standing": "limited"}]
    assert [one["name"] for one in studio.operate("GET", "/v1/apps").json()] == ["Studio", "Other"]


def test_an_app_that_there_is_not_is_unknown(studio: Studio) -> None:
    for app in (stream_id("app", bytes(16)), "app-x"):
        assert studio.lend(app=app).json()["code"] == "app.unknown"
        body = {"standing": "good", "reason": "r"}
        assert studio.operate("PUT", f"/v1/apps/{app}/standing", body).json()["code"] == "app.unknown"
    assert studio.operate("POST", "/v1/apps", {"name": "X", "owner": stream_id("account", b"n" * 16)}).json()["code"] == "account.unknown"


def test_what_is_registered_again_under_one_key_is_one_app(place: Place, studio: Studio) -> None:
    key = studio.operator | {"Idempotency-Key": "k"}
    sent = [place.client.post("/v1/apps", json={"name": "X", "owner": "@owner", "contact": "c"}, headers=key).json() for _ in range(2)]
    assert sent[0] == sent[1]
