"""The independent checker finds what it is there to find: a record made by hand, and one lie in each."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.chaos.race.checker import Acknowledged, Served, check

OWNER, FRIEND, CAMEO, FILM = "account-1", "account-2", "cameo-1", b"film"
HOLDING = {OWNER: 1, FRIEND: 1, CAMEO: 3, "switch-main": 2, "policy-main": 1}
USES = [{"cameo": CAMEO, "grant": "g"}]
GRANT = {
    "grant": "g", "grantee": FRIEND, "purposes": ["personal"], "facets": ["face"], "from_us": None, "until_us": None, "uses": 1,
    "review": False,
}  # fmt: skip
REQUEST = {
    "requester": FRIEND, "app": None, "cameos": [{"cameo": CAMEO, "facets": ["face"]}], "purpose": "personal", "plan_digest": "p",
    "engine": "trivial",
}  # fmt: skip
STARTED = {"attempt": 1, "holding": HOLDING, "not_after_us": None, "uses": USES}
RELEASED = STARTED | {"film_sha256": hashlib.sha256(FILM).hexdigest()}
TAKEN_BACK = ("consent.revoked", CAMEO, {"account": None, "strength": "take_down"})
BEGUN: list[tuple[str, str, dict[str, Any]]] = [
    ("policy.bundle_activated", "policy-main", {}),
    ("switch.thrown", "switch-main", {"switch": "render", "on": True}),
    ("switch.thrown", "switch-main", {"switch": "engine/trivial", "on": True}),
    ("account.registered", OWNER, {}),
    ("account.registered", FRIEND, {}),
    ("enrolment.started", CAMEO, {"owner": OWNER}),
    ("enrolment.activated", CAMEO, {"assurance": "basic"}),
    ("consent.grant_given", CAMEO, GRANT),
    ("generation.requested", "generation-1", REQUEST),
    ("generation.judged", "generation-1", {"plan_digest": "p"}),
    ("generation.attempt_leased", "generation-1", {"attempt": 1}),
]
STARTS, RELEASES = ("generation.started", "generation-1", STARTED), ("generation.released", "generation-1", RELEASED)


def record(*events: tuple[str, str, dict[str, Any]]) -> list[dict[str, Any]]:
    revisions: dict[str, int] = {}
    made: list[dict[str, Any]] = []
    for position, (kind, stream, data) in enumerate(events, 1):
        revisions[stream] = revisions.get(stream, 0) + 1
        made.append(
            {"id": f"event-{position}", "type": kind, "stream": stream, "revision": revisions[stream], "position": position}
            | {"time": "2026-01-01T00:00:00.000001Z", "data": data}
        )
    return made


def test_what_was_permitted_throughout_has_no_violation() -> None:
    report = check(record(*BEGUN, STARTS, RELEASES), [Served("generation-1", 5, FILM)])
    assert (report.violations, report.started, report.released, report.served) == ([], 1, 1, 1)


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ((*BEGUN, TAKEN_BACK, STARTS), "superseded"),
        ((*BEGUN, STARTS, TAKEN_BACK, RELEASES), "superseded"),
        ((*BEGUN, ("account.blocked", OWNER, {"account": FRIEND}), STARTS), "not permitted"),
        ((*BEGUN, ("switch.thrown", "switch-main", {"switch": "render", "on": False}), STARTS), "superseded"),
        ((*BEGUN, RELEASES), "not permitted"),
        ((*BEGUN, ("generation.started", "generation-1", STARTED | {"attempt": 2})), "not permitted"),
    ],
)
def test_a_start_or_release_on_what_no_longer_stood_is_found(events: tuple[Any, ...], kind: str) -> None:
    assert check(record(*events)).by_kind[kind] > 0


@pytest.mark.parametrize("stream", sorted(HOLDING))
def test_a_stream_that_was_not_held_is_found(stream: str) -> None:
    partly = STARTED | {"holding": {name: at for name, at in HOLDING.items() if name != stream}}
    assert check(record(*BEGUN, ("generation.started", "generation-1", partly))).by_kind == {"holding": 1}


@pytest.mark.parametrize(("asked_us", "found"), [(9, 0), (10, 1), (11, 1)])
def test_a_film_served_after_its_taking_down_was_acknowledged_is_found(asked_us: int, found: int) -> None:
    events = record(*BEGUN, STARTS, RELEASES, TAKEN_BACK)
    report = check(events, [Served("generation-1", asked_us, FILM)], [Acknowledged(events[-1]["id"], 10)])
    assert report.by_kind["served"] == found


def test_bytes_that_were_never_released_are_found() -> None:
    assert check(record(*BEGUN, STARTS, RELEASES), [Served("generation-1", 5, b"other")]).by_kind == {"film": 1}


def test_a_record_with_a_hole_is_found() -> None:
    whole = record(*BEGUN, STARTS)
    assert check([event for event in whole if event["type"] != "generation.judged"]).by_kind["gap"] > 0
