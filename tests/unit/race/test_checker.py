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


# what consent says since it grew: each way in, and what ends it

PASSER, GROUP = "account-3", "group-1"
NARROWED: dict[str, tuple[list[tuple[str, str, dict[str, Any]]], tuple[str, str, dict[str, Any]]]] = {
    "paused": ([("consent.grant_given", CAMEO, GRANT)], ("consent.paused", CAMEO, {})),
    "purpose revoked": (
        [("consent.grant_given", CAMEO, GRANT)],
        ("consent.revoked", CAMEO, {"account": None, "strength": "stop", "purpose": "personal", "facet": None}),
    ),
    "facet revoked": (
        [("consent.grant_given", CAMEO, GRANT)],
        ("consent.revoked", CAMEO, {"account": None, "strength": "stop", "purpose": None, "facet": "face"}),
    ),
    "group member removed": (
        [
            ("consent.group_named", CAMEO, {"group": GROUP, "active": True}),
            ("consent.group_member_added", CAMEO, {"group": GROUP, "account": FRIEND}),
            ("consent.grant_given", CAMEO, GRANT | {"grantee": GROUP}),
        ],
        ("consent.group_member_removed", CAMEO, {"group": GROUP, "account": FRIEND}),
    ),
    "passer suspended": (
        [
            ("account.registered", PASSER, {}),
            ("consent.grant_given", CAMEO, GRANT | {"grantee": PASSER, "pass_on": True}),
            ("consent.passed_on", CAMEO, {"grant": "g", "by": PASSER, "to": FRIEND}),
        ],
        ("account.standing_changed", PASSER, {"standing": "suspended"}),
    ),
    "rule removed": (
        [
            (
                "consent.audience_set",
                CAMEO,
                {"audience": "everyone", "purposes": ["personal"], "facets": ["face"], "rule": "r", "active": True},
            )
        ],
        (
            "consent.audience_set",
            CAMEO,
            {"audience": "everyone", "purposes": ["personal"], "facets": ["face"], "rule": "r", "active": False},
        ),
    ),
    "region switched off": (
        [("consent.grant_given", CAMEO, GRANT)],
        ("switch.thrown", "switch-main", {"switch": "region/KR", "on": False}),
    ),
    "requester died": ([("consent.grant_given", CAMEO, GRANT)], ("account.died", FRIEND, {})),
}


def starting(*events: tuple[str, str, dict[str, Any]]) -> list[dict[str, Any]]:
    """A record in which everything stands that a start holds, whatever it may be."""
    registered = [(kind, stream, {"region": "KR"} if kind == "account.registered" else data) for kind, stream, data in BEGUN]
    told = [one for one in registered if one[0] != "consent.grant_given"]
    made = record(*told, *events)
    holding = {event["stream"]: event["revision"] for event in made if not event["stream"].startswith("generation-")}
    return record(*told, *events, ("generation.started", "generation-1", STARTED | {"holding": holding}))


@pytest.mark.parametrize("name", sorted(NARROWED))
def test_what_newer_consent_permits_is_a_start_and_what_narrowed_it_is_found(name: str) -> None:
    given, narrowed = NARROWED[name]
    assert check(starting(*given)).violations == []
    assert check(starting(*given, narrowed)).by_kind["not permitted"] == 1


def test_a_film_from_a_film_that_is_gone_is_found() -> None:
    remixed = REQUEST | {"remix_of": "generation-0", "duration_ms": 1}
    given = ("consent.grant_given", CAMEO, GRANT | {"remix": True})
    source = [("generation.requested", "generation-0", REQUEST), ("generation.released", "generation-0", RELEASED)]
    told = [one for one in BEGUN if one[0] not in {"consent.grant_given", "generation.requested"}]
    told.insert(-2, ("generation.requested", "generation-1", remixed))
    gone = ("generation.removed", "generation-0", {"cameo": CAMEO})

    def of_its_source(*events: tuple[str, str, dict[str, Any]]) -> list[str]:
        found = check(record(*told[:-3], given, *source, *events, *told[-3:], STARTS)).violations
        return [text for text in found if "made from" in text]

    assert of_its_source() == []
    assert len(of_its_source(gone)) == 1


@pytest.mark.parametrize(("uses", "found"), [(1, 0), (0, 1)])
def test_a_start_without_a_film_left_in_the_plan_is_found(uses: int, found: int) -> None:
    plan = {"quota": "q", "uses": uses, "duration_ms": None, "from_us": 0, "until_us": None}
    plans = ("switch.thrown", "switch-main", {"switch": "plans", "on": True})
    assert (
        check(starting(("consent.grant_given", CAMEO, GRANT), ("account.plan_set", FRIEND, plan), plans)).by_kind["not permitted"] == found
    )
