"""Races many opens, releases and serves at once against one superseding append; the independent checker judges the record.

The scenes, the ways of superseding and the checker are those of tests/chaos/race, which races one action against one
append and adapts its aim; here a volley of actions spreads over the append, for their number. Through the keyholder's path.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.results import Row
from identity.keys.errors import KeyholderRefusedError, KeyholderUnavailableError
from tests.chaos.race.checker import Acknowledged, Report, Served, check
from tests.chaos.race.driver import FILM, Driver
from tests.chaos.race.export import exported
from tests.chaos.race.kinds import EVERYBODYS, OTHER_STREAM, OWN_STREAM, TAKEN_DOWN, Kind, Scene, superseded
from tests.keyholder_parts import Keyholding

VOLLEY = 8
SERVES = 6
"""How often each film of a volley is asked for."""
CLIENTS = 4
KINDS = tuple(kind for kind in (*OWN_STREAM, *OTHER_STREAM) if kind.name not in EVERYBODYS)
AIMS = ("open", "release", "serve")


@dataclass
class Races:
    """Volleys so far, and what was asked and granted in them."""

    held: Keyholding
    chance: random.Random = field(default_factory=lambda: random.Random(20261121))
    asked: Counter[str] = field(default_factory=Counter)
    granted: Counter[str] = field(default_factory=Counter)
    served: list[Served] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.driver = Driver(self.held)
        self._lock = threading.Lock()
        self._after_s = dict.fromkeys(AIMS, 0.05)
        """When to append after a volley began: moved after each, so that about half of what is asked comes before it."""

    def run(self, wanted: int) -> None:
        """Fire volleys until so many actions were raced."""
        number = 0
        while self.asked.total() < wanted:
            aim = AIMS[number % len(AIMS)]
            kind = KINDS[number // len(AIMS) % len(KINDS)]
            self.volley(next(one for one in KINDS if one.name == TAKEN_DOWN) if aim == "serve" else kind, aim)
            number += 1

    def volley(self, kind: Kind, aim: str) -> None:
        """Prepare a scene and its generations; then some clients act, one act after another, and one appends meanwhile."""
        scene = self.driver.scene(kind.basis)
        more = [self.driver.ready(scene.requester, scene.cameo, scene.engine) for _ in range(VOLLEY - 1)]
        acts = [act for one in (scene.generation, *more) for act in self._acts(aim, scene, one)]
        self.chance.shuffle(acts)
        asked, granted = self.asked[aim], self.granted[aim]
        clients = [threading.Thread(target=_in_order, args=(acts[first::CLIENTS],)) for first in range(CLIENTS)]
        _together([*clients, threading.Thread(target=self._supersede, args=(kind, scene, self._after_s[aim]))])
        half = 2 * (self.granted[aim] - granted) > self.asked[aim] - asked
        self._after_s[aim] *= 0.85 if half else 1.15

    def judged(self, folder: Path) -> Report:
        """Have the checker read the whole record."""
        return check(exported(self.held.world.store("auditor"), folder), self.served, self.acknowledged)

    def _supersede(self, kind: Kind, scene: Scene, after_s: float) -> None:
        time.sleep(after_s * self.chance.uniform(0.8, 1.2))
        self.acknowledged.append(superseded(kind, scene)[0])

    def _acts(self, aim: str, scene: Scene, generation: str) -> Sequence[Callable[[], None]]:
        replica = self.held.replica(scene.engine)
        if aim == "open":
            return [lambda: self._count("open", lambda: replica.open(generation).outcome == "opened")]
        answer = replica.open(generation)
        ask = replica.spool(replica.package(answer), FILM)
        self._count("open", lambda: answer.outcome == "opened")
        releasing = partial(self._count, "release", lambda: replica.client.release(ask).outcome == "released")
        if aim == "release":
            return [releasing]
        releasing()
        return [partial(self._count, "serve", partial(self._serve, generation, scene.requester))] * SERVES

    def _serve(self, generation: str, requester: str) -> bool:
        asked_us = time.time_ns() // 1000
        self.served.append(Served(generation, asked_us, self.held.client("api").film(generation, requester)))
        return True

    def _count(self, what: str, act: Callable[[], bool]) -> None:
        """Act, and count it; an answer that is an error grants nothing."""
        try:
            granted = act()
        except (KeyholderRefusedError, KeyholderUnavailableError):
            granted = False
        with self._lock:
            self.asked[what] += 1
            self.granted[what] += granted


def _in_order(acts: Sequence[Callable[[], None]]) -> None:
    for act in acts:
        act()


def _together(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def rows(races: Races, report: Report) -> list[Row]:
    """Turn what the checker found into figures."""
    total = races.asked.total()
    figures = [Row("new_enemy_violations", "n", len(report.violations), None, total, 0)]
    figures += [Row(f"{what}s raced: granted of those asked", "%", 100 * races.granted[what] / races.asked[what], None, races.asked[what])
                for what in AIMS if races.asked[what]]  # fmt: skip
    return [
        *figures,
        Row(
            "starts, releases and serves on the record that the checker judged",
            "n",
            report.started + report.released + report.served,
            None,
            report.events,
        ),
    ]
