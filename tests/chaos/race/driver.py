"""Drives races: one superseding append aimed at one open or one release, on a real keyholder and ledger.

Each race has its own people, cameo and generation. The aim is adapted: the next start of its kind moves by half of
what the last missed, so both sides win often and many races are decided within milliseconds.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from functools import partial

from tests.chaos.race.kinds import (
    EVERYBODYS,
    EXPIRY,
    LAST_OF_PLAN,
    LAST_USE,
    OTHER_STREAM,
    OWN_STREAM,
    PLANNED,
    SWITCHED,
    Kind,
    Scene,
    let_in,
    plan,
    superseded,
)
from tests.chaos.race.raced import FILM, Race, summary
from tests.keyholder_parts import Keyholding, Replica

STEP_S = 0.02
"""How much the aim moves at most after each race."""
RACED = "raced"
"""All but what is signed or expires take their time alike: they share one aim."""
BASES = ("grant", "everyone", "mutuals", "group", "passed", "rule", "remix")
"""The ways in which a control is permitted."""


class Driver:
    """Runs races one after another (several threads would blur the aim on few cores); keeps what each client saw."""

    def __init__(self, held: Keyholding, *, seed: int = 20261121) -> None:
        self.held = held
        self.world = held.world
        self._random = random.Random(seed)
        self._lead_s: dict[tuple[str, str], float] = defaultdict(lambda: 0.008)
        self._mutex = threading.Lock()
        self._switching = threading.Lock()
        self.races: list[Race] = []
        self.controls_released = 0
        self.controls = 0

    def run(self, count: int, threads: int = 1) -> None:
        """Run so many races, half of them through other streams, and one unraced control for every tenth."""
        jobs: list[Callable[[], None]] = []
        for at in range(count):
            aim = "open" if at % 4 < 2 else "release"
            half = at // 2
            if at % 2 == 0:
                jobs.append(partial(self.race, _in_turn(OWN_STREAM, half), aim))
            elif half % 16 == 13:
                jobs.append(partial(self.race_expiry, aim))
            elif half % 16 in (14, 15):
                jobs.append(partial(self.race_last_use, of_plan=half % 16 == 15))
            else:
                jobs.append(partial(self.race, _in_turn(OTHER_STREAM, half), aim))
            if at % 10 == 0:
                jobs.append(self.control)
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(job) for job in jobs]:
                done.result()

    def scene(self, basis: str, *, uses: int | None = None, signed: bool = False) -> Scene:
        """Make the people of one race, everything permitted."""
        world, region = self.world, f"R{os.urandom(6).hex()}"
        owner, requester = world.register("owner"), world.register("requester", region=region)
        cameo = world.activate_cameo(owner, ("face",))
        scene = Scene(world, owner, requester, cameo, "", "", "portrait" if signed else "trivial", region=region)
        let_in(scene, basis, uses)
        if basis == "remix":
            scene.source = self.ready(requester, cameo, scene.engine)
            assert self._made(scene.source, scene.engine), "the film that another is made from was not released"
        scene.generation = self.ready(requester, cameo, scene.engine, scene.source or None)
        return scene

    def ready(self, requester: str, cameo: str, engine: str, remix_of: str | None = None) -> str:
        """Ask, judge and lease."""
        generation = self.world.request(requester, cameo, engine=engine, facets=("face",), remix_of=remix_of)
        self.world.judge(generation)
        self.world.lease(generation)
        return generation

    def race(self, kind: Kind, aim: str) -> None:
        """Race one superseding append against one open or release. What is everybody's has one such race at a time."""
        aim = aim if aim in kind.aims else kind.aims[0]
        if kind.name not in EVERYBODYS:
            self._race(kind, aim)
            return
        with self._switching:
            if kind.name == SWITCHED:
                self.world.switch("engine/portrait", on=True)
            with self._planned() if kind.name == PLANNED else nullcontext():
                self._race(kind, aim)

    @contextmanager
    def _planned(self) -> Iterator[None]:
        """Ask everybody for a plan meanwhile."""
        self.world.switch("plans", on=True)
        try:
            yield
        finally:
            self.world.switch("plans", on=False)

    def _race(self, kind: Kind, aim: str) -> None:
        scene = self.scene(kind.basis, signed=kind.name == SWITCHED)
        if kind.name == PLANNED:
            self.world.append("api", scene.requester, plan(5))
        replica = self.held.replica(scene.engine)
        race = Race(kind.name, aim, scene.generation, other_stream=kind in OTHER_STREAM)
        act = self._aimed(race, replica, scene.generation)
        key = (SWITCHED if kind.name == SWITCHED else RACED, aim)
        jitter_s = self._random.uniform(-0.001, 0.001)
        go_s = time.perf_counter() + max(0.0, -self._lead_s[key]) + 0.002

        def superseding_now() -> None:
            acknowledged, race.superseded_us = superseded(kind, scene)
            race.acknowledged.append(acknowledged)

        superseding = threading.Thread(target=_at, args=(go_s + self._lead_s[key] + jitter_s, superseding_now))
        superseding.start()
        _at(go_s, act)
        superseding.join()
        self._finish(race, scene.generation)
        self._adapt(key, race)

    def race_expiry(self, aim: str) -> None:
        """Race a grant's end against an open or release: nothing is appended, time itself supersedes."""
        scene = self.scene("grant")
        key = (EXPIRY, aim)
        until_us = time.time_ns() // 1000 + 60_000 + round(self._lead_s[key] * 1e6)
        self.world.withdraw(scene.cameo, scene.grant, scene.requester)
        self.world.grant(scene.cameo, scene.requester, until_us=until_us)
        replica = self.held.replica(scene.engine)
        race = Race(EXPIRY, aim, scene.generation, other_stream=True, superseded_us=until_us)
        act = self._aimed(race, replica, scene.generation)
        start_us = until_us - round(self._lead_s[key] * 1e6)
        _at(time.perf_counter() + max(0.0, start_us / 1e6 - time.time()), act)
        self._finish(race, scene.generation)
        self._adapt(key, race)

    def race_last_use(self, *, of_plan: bool) -> None:
        """Two generations race for the last use of a grant, or the last film of a plan: one starts, the other is refused."""
        with self._switching, self._planned() if of_plan else nullcontext():
            scene = self.scene("grant", uses=None if of_plan else 1)
            if of_plan:
                self.world.append("api", scene.requester, plan(1))
            self._race_both(LAST_OF_PLAN if of_plan else LAST_USE, scene)

    def _race_both(self, name: str, scene: Scene) -> None:
        second = self.ready(scene.requester, scene.cameo, scene.engine)
        races = [Race(name, "open", generation, other_stream=True) for generation in (scene.generation, second)]
        replicas = [self.held.replica(scene.engine) for _ in races]
        acts = [self._aimed(race, replica, race.generation) for race, replica in zip(races, replicas, strict=True)]
        threads = [threading.Thread(target=act) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(race.opened for race in races) == 1, "the last use was not taken exactly once"
        for race in races:
            self._finish(race, race.generation)
        times = [race.decided_us for race in races]
        for race, other in zip(races, reversed(times), strict=True):
            race.superseded_us = other

    def control(self) -> None:
        """Nothing races: it must be released."""
        scene = self.scene(self._random.choice(BASES))
        released = self._made(scene.generation, scene.engine)
        with self._mutex:
            self.controls += 1
            self.controls_released += released

    def _made(self, generation: str, engine: str) -> bool:
        """Open and release, with nobody against it."""
        replica = self.held.replica(engine)
        answer = replica.open(generation)
        return answer.outcome == "opened" and replica.release(replica.package(answer), FILM).outcome == "released"

    def _aimed(self, race: Race, replica: Replica, generation: str) -> Callable[[], None]:
        """Prepare what is aimed at: the open itself, or, after it, the release."""
        if race.aim == "open":

            def opening() -> None:
                answer = _persistent(lambda: replica.open(generation))
                race.opened = answer.outcome == "opened"
                if race.opened:
                    replica.release(replica.package(answer), FILM)

            return opening
        answer = replica.open(generation)
        race.opened = answer.outcome == "opened"
        if not race.opened:
            return lambda: None
        ask = replica.spool(replica.package(answer), FILM)

        def releasing() -> None:
            race.released = _persistent(lambda: replica.client.release(ask)).outcome == "released"

        return releasing

    def _finish(self, race: Race, generation: str) -> None:
        """Take the times of both sides from the record."""
        decisive = "generation.started" if race.aim == "open" else "generation.released"
        events = self.world.store("auditor").read(generation)
        wanted = [event for event in events if event.type == decisive]
        refused = [event for event in events if event.type == "generation.decided" and not event.data["permit"]]
        chosen = wanted or refused
        race.decided_us = chosen[0].time_us if chosen else 0
        with self._mutex:
            self.races.append(race)

    def _adapt(self, key: tuple[str, str], race: Race) -> None:
        """Move the next start of this kind so that both sides would have met."""
        if not race.decided_us or not race.superseded_us:
            return
        missed_s = (race.decided_us - race.superseded_us) / 1e6
        with self._mutex:
            self._lead_s[key] += max(-STEP_S, min(STEP_S, missed_s / 2))

    def summary(self) -> dict[str, object]:
        """Count what was raced."""
        return summary(self.races, self.controls, self.controls_released)


def _in_turn(kinds: tuple[Kind, ...], number: int) -> Kind:
    """Take the kinds in turn, one further each round, so that each meets both aims."""
    return kinds[(number + number // len(kinds)) % len(kinds)]


def _at(when_s: float, act: Callable[[], object]) -> None:
    while (left_s := when_s - time.perf_counter()) > 0:
        time.sleep(left_s if left_s > 0.001 else 0)
    act()


def _persistent(ask: Callable[[], object], tries: int = 4):  # type: ignore[no-untyped-def]
    """Ask as a replica does: `changed` and transient refusals are asked again a few times."""
    answer = ask()
    for _ in range(tries):
        if answer.outcome == "changed" or "consent.contended" in getattr(answer, "codes", ()):  # type: ignore[attr-defined]
            answer = ask()
    return answer
