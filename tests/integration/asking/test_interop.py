"""The published cases of OpenID AuthZEN, against our endpoints: Todo, Search and the certification scenario."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from httpx import Response

from schemas.ids import stream_id
from tests.integration.asking.conftest import cases
from tests.unit.api.conftest import Place

TODO, SEARCH, CERTIFICATION = cases("todo"), cases("search"), cases("certification")
Point = Callable[[str], Place]
SOMEBODY = stream_id("account", b"s" * 16)


def post(place: Place, endpoint: str, body: Any, **headers: str) -> Response:
    """Ask as an application that may ask."""
    return place.client.post(f"/access/v1/{endpoint}", json=body, headers=place.token(SOMEBODY, "generate") | headers)


def user(name: str) -> dict[str, Any]:
    return {"type": "user", "id": TODO["users"][name]}


def owned(owner: str) -> dict[str, Any]:
    return {"type": "todo", "id": TODO["todo"], "properties": {"ownerID": owner}}


def whole(body: Any) -> Any:
    """Write out the short entities of the certification cases."""
    if isinstance(body, list):
        return [whole(one) for one in body]
    if not isinstance(body, dict):
        return body
    found = {key: whole(value) if key == "evaluations" else value for key, value in body.items()}
    for key, kind in (("subject", "user"), ("resource", "record")):
        if isinstance(found.get(key), str):
            found[key] = found[key][1:] if found[key].startswith("=") else {"type": kind, "id": found[key]}
    if isinstance(found.get("action"), str):
        found["action"] = {"name": found["action"]}
    return found


def test_every_published_todo_decision_is_given(point: Point) -> None:
    place = point("todo")
    assert len(TODO["evaluation"]) == 40
    for subject, action, kind, named, decision in TODO["evaluation"]:
        resource = owned(named) if kind == "owned" else {"type": kind, "id": named}
        answer = post(place, "evaluation", {"subject": user(subject), "action": {"name": action}, "resource": resource})
        assert (answer.status_code, answer.json()) == (200, {"decision": decision}), (subject, action, named)


def test_every_published_todo_batch_is_answered_in_order(point: Point) -> None:
    place = point("todo")
    for subject, action, owners, decisions in TODO["evaluations"]:
        body = {"subject": user(subject), "action": {"name": action}, "resource": {}, "context": {}}
        answer = post(place, "evaluations", body | {"evaluations": [{"resource": owned(owner)} for owner in owners]})
        assert answer.json() == {"evaluations": [{"decision": decision} for decision in decisions]}


def test_every_published_subject_search_is_answered(point: Point) -> None:
    place = point("search")
    for record, by_action in SEARCH["subjects"].items():
        for action, users in by_action.items():
            body = {"subject": {"type": "user"}, "action": {"name": action}, "resource": {"type": "record", "id": record}}
            answer = post(place, "search/subject", body).json()
            assert answer["results"] == [{"type": "user", "id": one} for one in users], (record, action)


def test_every_published_resource_and_action_search_is_answered(point: Point) -> None:
    place = point("search")
    for name, by_action in SEARCH["resources"].items():
        subject = {"type": "user", "id": name}
        for action, records in by_action.items():
            answer = post(place, "search/resource", {"subject": subject, "action": {"name": action}, "resource": {"type": "record"}}).json()
            assert answer["results"] == [{"type": "record", "id": str(one)} for one in records], (name, action)
        for record in SEARCH["records"]:
            expected = [{"name": action} for action in ("view", "edit", "delete") if int(record) in by_action[action]]
            answer = post(place, "search/action", {"subject": subject, "resource": {"type": "record", "id": record}}).json()
            assert answer["results"] == expected, (name, record)


@pytest.mark.parametrize(("name", "body", "decision"), CERTIFICATION["evaluation"] + CERTIFICATION["single"])
def test_the_certification_scenarios_decisions_are_given(point: Point, name: str, body: Any, decision: object) -> None:
    endpoint = "evaluations" if name.startswith("c-3") else "evaluation"
    for _ in range(2):  # c-2-6: the same each time
        answer = post(point("certification"), endpoint, whole(body))
        assert (answer.status_code, answer.json()) == (200, {"decision": decision})
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("name", "body", "decisions"), CERTIFICATION["evaluations"])
def test_the_certification_scenarios_batches_are_answered(point: Point, name: str, body: Any, decisions: list[bool | None]) -> None:
    del name
    answer = post(point("certification"), "evaluations", whole(body))
    given = [one["decision"] for one in answer.json()["evaluations"]]
    assert answer.status_code == 200
    assert len(given) == len(decisions)
    assert all(isinstance(one, bool) and wanted in {None, one} for one, wanted in zip(given, decisions, strict=True))


@pytest.mark.parametrize(("name", "endpoint", "body"), CERTIFICATION["malformed"])
def test_what_lacks_something_required_is_refused(point: Point, name: str, endpoint: str, body: Any) -> None:
    del name
    assert post(point("certification"), endpoint, whole(body)).status_code == 400


@pytest.mark.parametrize(("content", "media_type"), [(b"{", "application/json"), (b"", "application/json"), (b"{}", "text/plain")])
def test_what_is_no_json_is_refused(point: Point, content: bytes, media_type: str) -> None:
    headers = point("certification").token(SOMEBODY, "generate") | {"Content-Type": media_type}
    answer = point("certification").client.post("/access/v1/evaluation", content=content, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["detail"]


@pytest.mark.parametrize(("name", "sought", "body", "results"), CERTIFICATION["searches"])
def test_the_certification_scenarios_searches_are_answered(
    point: Point, name: str, sought: str, body: Any, results: list[str] | None
) -> None:
    del name
    answer = post(point("certification"), f"search/{sought}", whole(body))
    found = answer.json()
    assert answer.status_code == 200
    named = [one["name" if sought == "action" else "id"] for one in found["results"]]
    assert (named == []) if results is None else set(results) <= set(named)
    assert isinstance(found["page"]["next_token"], str)


def test_a_search_goes_on_where_its_token_says(point: Point) -> None:
    body = {"subject": {"type": "user"}, "action": {"name": "read"}, "resource": {"type": "record", "id": "record-1"}}
    first = post(point("certification"), "search/subject", body | {"page": {"limit": 1}}).json()
    second = post(point("certification"), "search/subject", body | {"page": {"token": first["page"]["next_token"]}}).json()
    assert [one["id"] for one in first["results"] + second["results"]] == ["alice", "bob"]
    assert second["page"]["next_token"] == ""


def test_a_requests_id_comes_back_also_with_a_refusal(point: Point) -> None:
    place = point("certification")
    body = whole({"subject": "alice", "action": "read", "resource": "record-1"})
    assert post(place, "evaluation", body, **{"X-Request-ID": "bfe9eb29"}).headers["x-request-id"] == "bfe9eb29"
    assert post(place, "evaluation", {}, **{"X-Request-ID": "bfe9eb29"}).headers["x-request-id"] == "bfe9eb29"
    refused = place.client.post("/access/v1/evaluation", json=body, headers={"X-Request-ID": "bfe9eb29"})
    assert (refused.status_code, refused.headers["x-request-id"]) == (401, "bfe9eb29")
    assert "x-request-id" not in post(place, "evaluation", body).headers


@pytest.mark.parametrize(
    ("semantic", "decisions"),
    [("execute_all", [True, False, True]), ("deny_on_first_deny", [True, False]), ("permit_on_first_permit", [True])],
)
def test_a_batch_ends_where_its_semantic_says(point: Point, semantic: str, decisions: list[bool]) -> None:
    actions = [{"action": {"name": name}} for name in ("read", "write", "read")]
    body = whole({"subject": "bob", "resource": "record-1"}) | {"evaluations": actions, "options": {"evaluations_semantic": semantic}}
    answer = post(point("certification"), "evaluations", body).json()
    assert [one["decision"] for one in answer["evaluations"]] == decisions


@pytest.mark.parametrize("more", [{"options": {"evaluations_semantic": "any"}}, {"evaluations": {"1": {}}}, {"evaluations": [{}] * 101}])
def test_a_batch_that_cannot_be_carried_out_is_refused(point: Point, more: dict[str, Any]) -> None:
    body = whole({"subject": "bob", "resource": "record-1", "evaluations": [{"action": "read"}]}) | more
    assert post(point("certification"), "evaluations", body).status_code == 400


def test_the_configuration_names_every_endpoint_there_is(point: Point) -> None:
    place = point("certification")
    found = place.client.get("/.well-known/authzen-configuration").json()
    base = found.pop("policy_decision_point")
    paths = place.client.get("/openapi.json").json()["paths"]
    assert {url.removeprefix(base) for url in found.values()} == {path for path in paths if path.startswith("/access/")}
    assert len(found) == 5
