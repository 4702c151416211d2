"""kill -9 of each process in turn while requests run: nothing is lost, nothing doubled, all resumes. Times are printed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Self

import pytest

from infra.supervise.down import down
from infra.supervise.prepare import reopen
from infra.supervise.table import PARTS
from infra.supervise.up import Up
from serving.client import ApiError
from serving.demo.stage import wait_for
from streams.core.note import read_verifier
from streams.fsck import Report, fsck
from streams.view_check import compare_view
from tests.chaos.conftest import Whole
from tests.chaos.race.checker import check
from tests.chaos.race.export import exported

pytestmark = pytest.mark.timeout(1500)
RESUME_S = 120.0


class Traffic:
    """Somebody who keeps asking for films of the trivial engine and counts what became of them."""

    def __init__(self, whole: Whole, requester: str) -> None:
        self.whole, self.requester = whole, requester
        self.asked: list[str] = []
        self.failed_asks: Counter[str] = Counter()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            self.ask(f"traffic-{number}")
            self._stop.wait(0.4)

    def ask(self, key: str) -> str:
        """Ask once, idempotently: an answer that was lost is asked for again under the same key, also when the traffic is to end."""
        body = {"cameo": "@owner", "prompt": "waving", "engine": "trivial", "duration_ms": 200, "facets": ["face"]}
        for _ in range(200):
            try:
                made = self.whole.stage.client("friend").call("POST", "/v1/generations", body, idempotency_key=key)
            except ApiError as error:
                self.failed_asks[error.code] += 1
                time.sleep(0.1)
                continue
            self.asked.append(made["generation"])
            return made["generation"]
        message = "the API did not come back"
        raise AssertionError(message)


def ended(whole: Whole, generation: str, who: str = "friend") -> str | None:
    try:
        state = whole.stage.client(who).call("GET", f"/v1/generations/{generation}")
    except ApiError:
        return None
    return state["state"] if state["ended"] else None


def test_every_process_may_be_killed_while_requests_run(whole: Whole, tmp_path: Path) -> None:
    stage, world = whole.stage, whole.world
    owner = stage.register("owner")["account"]
    friend = stage.register("friend")["account"]
    world.activate_cameo(owner, ("face",))
    stage.client("owner").call("POST", "/v1/cameos/me/grants", {"account": "@friend", "facets": ["face"]})
    took: dict[str, float] = {}
    with Traffic(whole, friend) as traffic:
        for part in PARTS:
            time.sleep(1.0)
            pid = stage.daemon.processes()[part.name]["pid"]
            os.kill(pid, signal.SIGKILL)
            begun_s = time.monotonic()
            took[part.name] = round(resumed(whole, traffic, part.name, begun_s), 1)
            print(f"\n  {part.name:<14} killed, a new request is released after {took[part.name]:.1f} s", end="")
    outcomes = Counter(
        wait_for(f"the end of {generation}", lambda generation=generation: ended(whole, generation), within_s=RESUME_S)
        for generation in traffic.asked
    )
    print(f"\n  {len(traffic.asked)} requests: {dict(outcomes)}; asks that were answered by an error first: {dict(traffic.failed_asks)}")
    assert set(outcomes) <= {"released", "lost"}, outcomes
    assert outcomes["released"] >= len(PARTS)
    nothing_lost_nothing_doubled(whole, traffic, tmp_path)


def test_a_request_survives_a_restart_of_everything(whole: Whole) -> None:
    """Asked, then everything is stopped and started again before it can have ended: it is released all the same."""
    stage = whole.stage
    owner = stage.register("keeper")["account"]
    stage.register("asker")
    whole.world.activate_cameo(owner, ("face",))
    stage.client("keeper").call("POST", "/v1/cameos/me/grants", {"account": "@asker", "facets": ["face"]})
    body = {"cameo": "@keeper", "prompt": "waving", "engine": "trivial", "duration_ms": 5000, "facets": ["face"]}
    generation = stage.client("asker").call("POST", "/v1/generations", body)["generation"]
    stopped = down(stage.places.run, stage.settings.logs, print)
    assert stopped.took_s < 15
    installation = reopen(dict(os.environ), stage.places)
    assert installation is not None
    Up(installation, print).run()
    state = wait_for("its end", lambda: ended(whole, generation, "asker"), within_s=RESUME_S)
    assert state == "released"


def resumed(whole: Whole, traffic: Traffic, part: str, begun_s: float) -> float:
    """Wait until a request asked after the kill is released; a lost one is asked again, as a person would."""
    end_s = time.monotonic() + RESUME_S
    number = 0
    while time.monotonic() < end_s:
        number += 1
        generation = traffic.ask(f"probe-{part}-{number}")
        state = wait_for("a probe", lambda generation=generation: ended(whole, generation), within_s=RESUME_S)
        if state == "released":
            return time.monotonic() - begun_s
    message = f"after {part} was killed nothing was released within {RESUME_S:.0f} s"
    raise AssertionError(message)


def nothing_lost_nothing_doubled(whole: Whole, traffic: Traffic, tmp_path: Path) -> None:
    settings = whole.stage.settings
    events = exported(whole.world.store("auditor"), tmp_path)
    report = check(events)
    assert report.violations == []
    asked = [event for event in events if event["type"] == "generation.requested"]
    requested = [event["stream"] for event in asked if event["data"]["requester"] == traffic.requester]  # others tested here before
    assert sorted(requested) == sorted(set(traffic.asked)), "a request was lost or doubled"
    released = Counter(event["stream"] for event in events if event["type"] == "generation.released")
    assert set(released.values()) == {1}, "a film was released twice"
    found = wait_for("the view", lambda: _equal(compare_view(settings.dsn("auditor"), settings.view)), within_s=60)
    assert found["equal"]
    key = read_verifier((settings.secrets / "log.pub").read_text(encoding="utf-8"))
    sound = wait_for(
        "a sound record", lambda: _sound(fsck(settings.dsn("owner"), settings.tiles, key, whole.keyholder("worker"))), within_s=60
    )
    assert sound.checked


def _sound(found: Report) -> Report | None:
    if not found.sound:
        print(found.problems)
    return found if found.sound else None


def _equal(found: dict[str, object]) -> dict[str, object] | None:
    return found if found["equal"] else None
