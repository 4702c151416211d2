"""The fast path: a question read from this host's view says how old that is, waits for what was seen, and refuses what is late."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from policy.adapters.view import ViewWriter
from schemas import consent
from schemas.codec import event_of
from serving.adapters.asking_view import ViewLedger
from serving.handlers.authzen import CameoDecisions
from tests.policy_parts import Feed
from tests.unit.api.conftest import Place
from tests.unit.api.test_asking import Scene, told

Fed = Callable[..., None]


@pytest.fixture
def scene(place: Place) -> Scene:
    made = Scene(place)
    made.audience()
    return made


@pytest.fixture
def fed(scene: Scene, tmp_path: Path) -> Iterator[Fed]:
    """A factory: fed(age_us) has this host's view hold everything that is on record, told so by a beat of that age."""
    writer, feed = ViewWriter(tmp_path / "view"), Feed()
    parts: Any = scene.place.client.app.state.parts  # type: ignore[attr-defined]
    desk = replace(parts.asking, view=ViewLedger(tmp_path / "view", 60_000_000))
    object.__setattr__(parts, "asking", desk)
    object.__setattr__(parts, "decisions", CameoDecisions(desk, scene.place.access))
    applied = 0

    def upto_now(age_us: int = 0, number: int = 1) -> None:
        nonlocal applied
        events = list(scene.place.store.read_all(applied))
        applied += len(events)
        arrived = feed.of(*[(one.stream, event_of(one)) for one in events])
        writer.apply(arrived, feed.beat(number, time.time_ns() // 1000 - age_us))

    yield upto_now
    writer.close()


def preflight(scene: Scene, **headers: str) -> Any:
    return scene.place.client.post("/v1/preflight?path=fast", json={"cameos": ["@min"]}, headers=scene.theos | headers)


def test_the_view_answers_as_the_ledger_does_and_says_how_old_it_is(scene: Scene, fed: Fed) -> None:
    fed(age_us=2_000_000)
    asked = {"subject": {"type": "account", "id": "@theo"}, "resource": {"type": "cameo", "id": "@min"}, "action": {"name": "start"}}
    answer = scene.place.client.post("/access/v1/evaluation?path=fast", json=asked, headers=scene.theos).json()
    assert answer["decision"] is True
    assert answer["context"]["path"] == "fast"
    assert answer["context"]["age_ms"] >= 2000
    assert answer["context"]["position"] == len(list(scene.place.store.read_all())) - 1
    assert preflight(scene).json()["permit"] is True
    scene.place.append(scene.cameo, consent.ConsentPaused())
    assert scene.preflight()["permit"] is False, "the ledger knows at once"
    assert preflight(scene).json()["permit"] is True, "the view may be late, within its bound"
    fed(number=2)
    assert told(preflight(scene).json()) == ["consent.required"]


def test_a_late_view_refuses(scene: Scene, fed: Fed) -> None:
    fed(age_us=61_000_000)
    answer = preflight(scene)
    assert (answer.status_code, answer.json()["code"]) == (503, "feed.stale")


def test_a_view_that_lacks_what_was_seen_refuses(scene: Scene, fed: Fed) -> None:
    fed()
    at_least = scene.place.client.app.state.parts.at_least  # type: ignore[attr-defined]
    assert preflight(scene, **{"Cameo-At-Least": at_least.issue({scene.cameo: 3}, {})}).status_code == 200
    answer = preflight(scene, **{"Cameo-At-Least": at_least.issue({scene.cameo: 4}, {})})
    assert (answer.status_code, answer.json()["code"]) == (503, "feed.behind")


def test_listings_are_of_the_ledger(fed: Fed, tmp_path: Path) -> None:
    fed()
    with ViewLedger(tmp_path / "view", 60_000_000).asking() as facts:
        for listed in (lambda: facts.requesters("", "", "", 1, ()), lambda: facts.cameos("", None, "", 1)):
            with pytest.raises(Exception, match="listings are read from the ledger"):
                listed()
