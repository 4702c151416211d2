"""Drives races: one superseding append aimed at one open or one release, on a real keyholder and ledger.

Each race has its own people, cameo and generation. The aim is adapted: the next start of its kind moves by half of
what the last missed, so both sides win often and many races are decided within milliseconds.
"""

from __future__ import annotations

import io
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import av

from schemas.envelope import Envelope
from tests.chaos.race.checker import Acknowledged
from tests.keyholder_parts import Keyholding, Replica
from tests.world import World

STEP_S = 0.01
"""How much the aim moves at most after each race."""
CLOSE_US = 5_000


def tiny_film() -> bytes:
    """Make a real MP4 of one frame: what is not from the trivial engine is signed on release."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode())
    return out.getvalue()


FILM = tiny_film()


@dataclass
class Scene:
    """The people of one race, and what they have."""

    world: World
    owner: str
    requester: str
    cameo: str
    generation: str
    grant: str
    engine: str


@dataclass(frozen=True)
class Kind:
    """A way to supersede consent: through the cameo's own stream, or through another one."""

    name: str
    basis: str
    supersede: Callable[[Scene], object]


SWITCHED = "engine switched off"
TAKEN_DOWN = "taken down"
OWN_STREAM = (
    Kind("revoked", "grant", lambda s: s.world.revoke(s.cameo, "stop")),
    Kind(TAKEN_DOWN, "grant", lambda s: s.world.revoke(s.cameo, "take_down", s.requester)),
    Kind("withdrawn", "grant", lambda s: s.world.withdraw(s.cameo, s.grant, s.requester)),
    Kind("audience narrowed", "everyone", lambda s: s.world.audience(s.cameo, "only_me")),
)
OTHER_STREAM = (
    Kind("blocked by owner", "grant", lambda s: s.world.block(s.owner, s.requester)),
    Kind("blocked by requester", "grant", lambda s: s.world.block(s.requester, s.owner)),
    Kind("unfollowed", "mutuals", lambda s: s.world.unfollow(s.requester, s.owner)),
    Kind("owner suspended", "grant", lambda s: s.world.suspend(s.owner)),
    Kind("requester suspended", "grant", lambda s: s.world.suspend(s.requester)),
    Kind(SWITCHED, "grant", lambda s: s.world.switch(f"engine/{s.engine}", on=False)),
)
EXPIRY = "expired"
LAST_USE = "last use"


@dataclass
class Race:
    """What one race was, for its report."""

    kind: str
    aim: str
    generation: str
    other_stream: bool
    opened: bool = False
    released: bool = False
    superseded_us: int = 0
    decided_us: int = 0
    acknowledged: list[Acknowledged] = field(default_factory=list)

    @property
    def render_won(self) -> bool:
        return self.opened if self.aim == "open" else self.released

    @property
    def close(self) -> bool:
        return bool(self.superseded_us) and abs(self.decided_us - self.superseded_us) <= CLOSE_US


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
                jobs.append(partial(self.race, OWN_STREAM[half % len(OWN_STREAM)], aim))
            elif half % 8 == 6:
                jobs.append(partial(self.race_expiry, aim))
            elif half % 8 == 7:
                jobs.append(self.race_last_use)
            else:
                jobs.append(partial(self.race, OTHER_STREAM[half % len(OTHER_STREAM)], aim))
            if at % 10 == 0:
                jobs.append(self.control)
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(job) for job in jobs]:
                done.result()

    def scene(self, basis: str, *, uses: int | None = None, signed: bool = False) -> Scene:
        """Make the people of one race, everything permitted."""
        world = self.world
        owner, requester = world.register("owner"), world.register("requester")
        cameo = world.activate_cameo(owner, ("face",))
        engine = "portrait" if signed else "trivial"
        grant = ""
        if basis == "grant":
            grant = world.grant(cameo, requester, uses=uses)
        else:
            world.audience(cameo, "everyone" if basis == "everyone" else "mutuals")
            world.follow(owner, requester)
            world.follow(requester, owner)
        generation = self.ready(requester, cameo, engine)
        return Scene(world, owner, requester, cameo, generation, grant, engine)

    def ready(self, requester: str, cameo: str, engine: str) -> str:
        """Ask, judge and lease."""
        generation = self.world.request(requester, cameo, engine=engine, facets=("face",))
        self.world.judge(generation)
        self.world.lease(generation)
        return generation

    def race(self, kind: Kind, aim: str) -> None:
        """Race one superseding append against one open or release. A switch is everybody's: one such race at a time."""
        if kind.name != SWITCHED:
            self._race(kind, aim)
            return
        with self._switching:
            self.world.switch("engine/portrait", on=True)
            self._race(kind, aim)

    def _race(self, kind: Kind, aim: str) -> None:
        scene = self.scene(kind.basis, signed=kind.name == SWITCHED)
        replica = self.held.replica(scene.engine)
        race = Race(kind.name, aim, scene.generation, other_stream=kind in OTHER_STREAM)
        act = self._aimed(race, replica, scene.generation)
        key = (kind.name, aim)
        jitter_s = self._random.uniform(-0.001, 0.001)
        go_s = time.perf_counter() + max(0.0, -self._lead_s[key]) + 0.002

        def superseding_now() -> None:
            race.acknowledged += superseded(kind, scene)

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

    def race_last_use(self) -> None:
        """Two generations race for a grant's last use: one starts, the other is refused."""
        scene = self.scene("grant", uses=1)
        second = self.ready(scene.requester, scene.cameo, scene.engine)
        races = [Race(LAST_USE, "open", generation, other_stream=True) for generation in (scene.generation, second)]
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
        scene = self.scene(self._random.choice(("grant", "everyone", "mutuals")))
        replica = self.held.replica(scene.engine)
        answer = replica.open(scene.generation)
        released = answer.outcome == "opened" and replica.release(replica.package(answer), FILM).outcome == "released"
        with self._mutex:
            self.controls += 1
            self.controls_released += released

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
        if not race.superseded_us:
            race.superseded_us = self._superseding(race, generation)
        with self._mutex:
            self.races.append(race)

    def _superseding(self, race: Race, generation: str) -> int:
        asked = self.world.store("auditor").read(generation)[0].data
        cameo = asked["cameos"][0]["cameo"]
        streams = [cameo, asked["requester"]]
        owner = next(event.data["owner"] for event in self.world.store("auditor").read(cameo) if event.type == "enrolment.started")
        last: list[Envelope] = [self.world.store("auditor").read(stream)[-1] for stream in [*streams, owner]]
        if race.kind == SWITCHED:
            return self.world.store("auditor").read("switch-main")[-1].time_us
        return max(event.time_us for event in last)

    def _adapt(self, key: tuple[str, str], race: Race) -> None:
        """Move the next start of this kind so that both sides would have met."""
        if not race.decided_us or not race.superseded_us:
            return
        missed_s = (race.decided_us - race.superseded_us) / 1e6
        with self._mutex:
            self._lead_s[key] += max(-STEP_S, min(STEP_S, missed_s / 2))

    def summary(self) -> dict[str, object]:
        """Count what was raced."""
        raced = [race for race in self.races if race.decided_us]
        return {
            "races": len(self.races),
            "through other streams": sum(race.other_stream for race in self.races),
            "aimed at release": sum(race.aim == "release" for race in self.races),
            "within 5 ms": sum(race.close for race in raced),
            "render won": sum(race.render_won for race in self.races),
            "consent won": sum(not race.render_won for race in self.races),
            "controls": self.controls,
            "controls released": self.controls_released,
            "by kind": dict(Counter(race.kind for race in self.races)),
        }


def superseded(kind: Kind, scene: Scene) -> list[Acknowledged]:
    """Supersede consent; tell when the client knew that what may take a film back was durable."""
    appended = kind.supersede(scene)
    acknowledged_us = time.time_ns() // 1000
    return [Acknowledged(one.event_id, acknowledged_us) for one in appended] if isinstance(appended, tuple) else []


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
