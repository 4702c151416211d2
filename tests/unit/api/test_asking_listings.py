"""Searches and listings: who may use me, what may I use, a page at a time, each of one's own alone."""

from __future__ import annotations

from typing import Any

import pytest

from policy.core.supposing import STRANGER
from schemas import account
from tests.unit.api.conftest import Place
from tests.unit.api.test_asking import OVERSIGHT, Scene


@pytest.fixture
def scene(place: Place) -> Scene:
    return Scene(place)


def search(scene: Scene, sought: str, headers: dict[str, str], **more: Any) -> dict[str, Any]:
    body = {
        "subject": {"type": "account", "id": "@theo"}, "resource": {"type": "cameo", "id": "@min"}, "action": {"name": "start"},
    } | more  # fmt: skip
    answer = scene.place.client.post(f"/access/v1/search/{sought}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_searches_find_subjects_resources_and_actions(scene: Scene) -> None:
    scene.audience()
    assert {one["id"] for one in search(scene, "subject", scene.mins)["results"]} == {scene.min, scene.theo}
    assert search(scene, "resource", scene.theos)["results"] == [{"type": "cameo", "id": scene.cameo}]
    actions = search(scene, "action", scene.theos)["results"]
    assert actions == [{"name": "start", "properties": {"purpose": purpose}} for purpose in ("personal", "parody")]


def test_a_search_without_a_match_is_empty(scene: Scene) -> None:
    scene.audience()
    assert search(scene, "subject", scene.mins, action={"name": "film"})["results"] == []
    assert search(scene, "subject", scene.mins, subject={"type": "spaceship"})["results"] == []
    oversight = scene.place.token(OVERSIGHT, "auditor")
    assert search(scene, "resource", oversight, subject={"type": "account", "id": "@nobody"})["results"] == []
    assert search(scene, "action", oversight, subject={"type": "account", "id": "@nobody"})["results"] == []
    assert search(scene, "action", oversight, subject={"type": "account", "id": STRANGER})["results"] == []


@pytest.mark.parametrize("sought", ["subject", "resource", "action"])
def test_a_search_is_of_ones_own(scene: Scene, sought: str) -> None:
    _, others = scene.place.person("other")
    body = {"subject": {"type": "account", "id": "@theo"}, "resource": {"type": "cameo", "id": "@min"}, "action": {"name": "start"}}
    assert scene.place.client.post(f"/access/v1/search/{sought}", json=body, headers=others).status_code == 403


def test_pages_follow_each_other_and_a_token_is_of_its_search(scene: Scene) -> None:
    scene.audience()
    for name in ("ann", "ben", "cem"):
        scene.place.person(name)
    found, token = [], ""
    while True:
        page = search(scene, "subject", scene.mins, page={"limit": 2, "token": token})
        found += [one["id"] for one in page["results"]]
        token = page["page"]["next_token"]
        if not token:
            break
        last = token
    assert len(found) == len(set(found)) == 5
    assert found == sorted(found)
    other = {"action": {"name": "start", "properties": {"purpose": "parody"}}, "page": {"token": last}}
    body = {"subject": {"type": "account"}, "resource": {"type": "cameo", "id": "@min"}} | other
    assert scene.place.client.post("/access/v1/search/subject", json=body, headers=scene.mins).json()["code"] == "cursor.invalid"


def test_everyone_is_told_as_such_and_own_exceptions_are_counted(scene: Scene) -> None:
    scene.audience()
    for name in ("ann", "ben"):
        other, _ = scene.place.person(name)
        scene.place.append(scene.min, account.AccountBlocked(account=other))
    answer = scene.place.client.get("/v1/cameos/me/users", headers=scene.mins).json()
    assert (answer["everyone"], answer["exceptions"], answer["items"], answer["next"]) == (True, 2, [], None)


def test_whom_a_grant_lets_in_is_listed_by_name(scene: Scene) -> None:
    scene.grant(scene.theo)
    answer = scene.place.client.get("/v1/cameos/me/users", headers=scene.mins).json()
    assert (answer["everyone"], answer["exceptions"]) == (False, 0)
    assert {(one["id"], one["handle"]) for one in answer["items"]} == {(scene.min, "min"), (scene.theo, "theo")}
    assert scene.place.client.get("/v1/cameos/me/users?purpose=parody", headers=scene.mins).json()["items"] == [
        {"type": "account", "id": scene.min, "handle": "min"}
    ]


def test_what_one_may_use_is_listed_with_its_owner(scene: Scene) -> None:
    scene.grant(scene.theo)
    answer = scene.place.client.get("/v1/cameos/usable", headers=scene.theos).json()
    assert answer["items"] == [{"type": "cameo", "id": scene.cameo, "handle": "min"}]


def test_without_a_cameo_there_is_nobody_to_list(scene: Scene) -> None:
    answer = scene.place.client.get("/v1/cameos/me/users", headers=scene.theos)
    assert (answer.status_code, answer.json()["code"]) == (404, "cameo.unknown")
