"""Races through the whole installation: judge, dispatcher, Ray Serve replicas, watchers, children of the trivial engine.

CAMEO_RAY_RACES sets how many (default: the short form; `make racefull` runs 200).
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from identity.keys.errors import KeyholderRefusedError
from tests.chaos.conftest import Whole
from tests.chaos.race.checker import Acknowledged, Served, check
from tests.chaos.race.export import exported
from tests.chaos.race.kinds import EVERYBODYS, OTHER_STREAM, OWN_STREAM, Kind, Scene, let_in, superseded

RACES = int(os.environ.get("CAMEO_RAY_RACES", "24"))
KINDS = tuple(kind for kind in (*OWN_STREAM, *OTHER_STREAM) if kind.name not in EVERYBODYS and kind.basis != "remix")
ENDED = {"generation.released", "generation.refused", "generation.stopped", "generation.cancelled"}
PATIENCE_S = 90.0
pytestmark = pytest.mark.timeout(1500)


def scene(whole: Whole, basis: str) -> Scene:
    world = whole.world
    owner, requester = world.register("owner"), world.register("requester")
    cameo = world.activate_cameo(owner, ("face",))
    made = Scene(world, owner, requester, cameo, "", "", "trivial")
    let_in(made, basis, None)
    made.generation = world.request(requester, cameo, facets=("face",), duration_ms=200)
    return made


def until(whole: Whole, generation: str, *wanted: str) -> str:
    """Wait for an event of these types or for the end; a lost attempt is an end only when it is the last."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        events = whole.world.store("auditor").read(generation)
        for event in events:
            if event.type in wanted or event.type in ENDED or event.data.get("final") is True:
                return event.type
        time.sleep(0.01)
    message = f"{generation} stood still: {[event.type for event in events]}"
    raise AssertionError(message)


def one_race(whole: Whole, kind: Kind | None, aim: str, delay_s: float) -> tuple[str, str, list[Acknowledged]]:
    act = scene(whole, "grant" if kind is None else kind.basis)
    acknowledged: list[Acknowledged] = []
    if kind is not None:
        until(whole, act.generation, "generation.attempt_leased" if aim == "open" else "generation.started")
        time.sleep(delay_s)
        acknowledged.append(superseded(kind, act)[0])
    return act.generation, until(whole, act.generation), acknowledged


def test_nothing_starts_or_is_released_on_superseded_consent_through_ray(whole: Whole, tmp_path: Path) -> None:
    chance, mutex = random.Random(20261121), threading.Lock()
    results: Counter[str] = Counter()
    released: list[str] = []
    acknowledged: list[Acknowledged] = []

    def race(at: int) -> None:
        kind = None if at % 8 == 7 else KINDS[at % len(KINDS)]
        aim = "open" if at % 2 else "release"
        with mutex:
            delay_s = chance.uniform(0.0, 0.5 if aim == "open" else 0.6)
        generation, ended, durable = one_race(whole, kind, aim, delay_s)
        with mutex:
            acknowledged.extend(durable)
            results[f"{'control' if kind is None else aim}: {ended.partition('.')[2]}"] += 1
            if ended == "generation.released":
                released.append(generation)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(race, at) for at in range(RACES)]:
            done.result()
    served = [got for generation in released if (got := _served(whole, generation))]
    report = check(exported(whole.world.store("auditor"), tmp_path), served, acknowledged)
    print(
        f"\n{dict(results)}\nchecked: {report.events} events, {report.started} started, {report.released} released, {report.served} served"
    )
    assert report.violations == []
    controls = {name: count for name, count in results.items() if name.startswith("control")}
    assert set(controls) == {"control: released"}, controls
    assert report.released < RACES, "no race was won by consent"


def _served(whole: Whole, generation: str) -> Served | None:
    requester = whole.world.store("auditor").read(generation)[0].data["requester"]
    try:
        return Served(generation, time.time_ns() // 1000, whole.keyholder("api").film(generation, requester))
    except KeyholderRefusedError:
        return None
