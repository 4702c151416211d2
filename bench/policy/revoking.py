"""Measures how soon a revocation is known to the last of eight replica processes, also while Kafka's broker restarts.

Each process does what a replica's watcher does: when the view was written, and every 5 ms, it looks whether the view is
fresh and whether the cameo moved, and asks OPA when it did. It counts as refusing once it holds the answer no (or its view
went stale); that it could no longer have permitted, its glance having seen the revocation, is told apart. Stops no render.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import NamedTuple

from bench.results import Row, percentile
from policy.adapters.opa import OpaEngine
from policy.adapters.view import ViewReader
from policy.errors import PolicyUnavailableError, StaleViewError
from serving.replica.asker import ask
from serving.replica.lookout import POLL_S, mono_us, wall_us
from serving.replica.wake import Wake
from tests.replica_parts import Asking, Host

REPLICAS = 8
GLANCES_KEPT = 1000
PATIENT_S = 5.0
RESTARTED_S = (0.0, 0.1, 0.3, 0.6, 1.2)
"""When a revocation comes after the broker was told to stop: before it did, while it does, while it is away."""
SETTLES_S = 3.0
"""How long after a restart a round still counts as disturbed: clients find the broker again."""
GOAL_P50_MS, GOAL_WORST_MS, GOAL_FALSE_STALE = 25.0, 1000.0, 0.001


class Seen(NamedTuple):
    """What one replica saw in one round; times in UTC microseconds."""

    refused_at_us: int
    seen_at_us: int
    """When the glance began whose answer was no: a question asked then was refused."""
    permitted_at_us: tuple[int, ...]
    """The latest glances that would have permitted."""
    glances: int
    stale: int


@dataclass
class Round:
    """One revocation. `disturbed`: the broker was restarting, or had just been."""

    committed_us: int
    seen: list[Seen]
    disturbed: bool

    @property
    def last_ms(self) -> float:
        """From the commit until the last replica refused; 0 where all refused already, for their view was stale."""
        return max(0, max(one.refused_at_us for one in self.seen) - self.committed_us) / 1000

    @property
    def seen_ms(self) -> float:
        """From the commit until the last replica began the glance that it answered with no."""
        return max(0, max(one.seen_at_us for one in self.seen) - self.committed_us) / 1000

    @property
    def late(self) -> int:
        """Glances after the commit that would still have permitted: the fast path, being late."""
        return sum(at > self.committed_us for one in self.seen for at in one.permitted_at_us)


@dataclass
class Replicas:
    """Eight processes that watch one cameo."""

    host: Host
    asking: Asking
    ends: list[Connection] = field(default_factory=list)

    def open(self) -> None:
        """Open the cameo and wait until all of them permit. By its audience: grants of one pair would pile up in each question."""
        host, cameo = self.host, self.asking.cameo
        host.world.audience(cameo, "everyone")
        with host.world.store("auditor").snapshot() as facts:
            head = facts.head(cameo)
        assert head is not None
        for end in self.ends:
            end.send(head.consent_revision)
        assert [end.recv() for end in self.ends] == ["permitted"] * len(self.ends)

    def revoke(self, *, disturbed: bool = False) -> Round:
        """Revoke and wait until all of them refuse."""
        committed_us = self.host.world.revoke(self.asking.cameo, "stop")[0].time_us
        return Round(committed_us, [end.recv() for end in self.ends], disturbed)


@contextmanager
def replicas(host: Host, count: int = REPLICAS) -> Iterator[Replicas]:
    """Start the processes for a block."""
    asking = host.asking()
    generation = host.asked(asking)
    host.fresh()
    settings = host.installation.settings
    context = multiprocessing.get_context("spawn")
    made = Replicas(host, asking)
    processes = []
    for _ in range(count):
        mine, theirs = context.Pipe()
        arguments = (theirs, str(settings.view), settings.max_staleness_ms, str(settings.opa_socket), generation, asking.cameo)
        processes.append(context.Process(target=watch, args=arguments, daemon=True))
        processes[-1].start()
        made.ends.append(mine)
    yield made
    for end in made.ends:
        end.send(None)
    for process in processes:
        process.join()


def watch(orders: Connection, view: str, max_staleness_ms: int, opa: str, generation: str, cameo: str) -> None:
    """Watch until told to end: an order is the revision from which on the cameo is open."""
    reader, engine, wake = ViewReader(view, max_staleness_ms * 1000), OpaEngine(opa, PATIENT_S), Wake(view)

    def fresh() -> bool:
        try:
            reader.freshness(wall_us(), mono_us())
        except StaleViewError:
            return False
        return True

    def permitted() -> bool:
        while True:
            try:
                return ask(reader, engine, generation, "start", ("visible_mark",), 1).answer.permit
            except PolicyUnavailableError:
                continue

    while (revision := orders.recv()) is not None:
        while reader.consent_revision(cameo) < revision or not fresh() or not permitted():
            wake.wait(POLL_S)
        orders.send("permitted")
        permitting: deque[int] = deque(maxlen=GLANCES_KEPT)
        refused_at_us, seen_at_us, glances, stale, ended = 0, 0, 0, 0, False
        while not ended:
            seen_at_us = wall_us()
            is_fresh, moved = fresh(), reader.consent_revision(cameo) != revision
            ended = moved and not permitted()
            glances, stale = glances + 1, stale + (not is_fresh)
            if is_fresh and not ended:
                permitting.append(wall_us())
                refused_at_us = 0
            refused_at_us = refused_at_us or (wall_us() if ended or not is_fresh else 0)
            if not ended:
                wake.wait(POLL_S)
        orders.send(Seen(refused_at_us, seen_at_us, tuple(permitting), glances, stale))


def revocations(host: Host, rounds: int = 2000, restarts: int = 5) -> list[Round]:
    """Revoke so often; a few times while the broker restarts."""
    found: list[Round] = []
    with replicas(host) as watching:
        restarting = {rounds * (number + 1) // (restarts + 1): RESTARTED_S[number % len(RESTARTED_S)] for number in range(restarts)}
        calm_s = 0.0
        for number in range(rounds):
            watching.open()
            after_s = restarting.get(number)
            if after_s is None:
                found.append(watching.revoke(disturbed=time.monotonic() < calm_s))
            else:
                found.append(_while_restarting(watching, after_s))
                calm_s = time.monotonic() + SETTLES_S
    return found


def _while_restarting(watching: Replicas, after_s: float) -> Round:
    """Revoke so long after the broker began to restart. This thread restarts it: what is started dies with its thread."""
    found: list[Round] = []

    def revoking() -> None:
        time.sleep(after_s)
        found.append(watching.revoke(disturbed=True))

    thread = threading.Thread(target=revoking)
    thread.start()
    watching.host.restart_kafka()
    thread.join()
    return found[0]


def rows(found: list[Round]) -> list[Row]:
    """Turn rounds into figures; the false stale rate is that of glances while nothing was disturbed."""
    quiet = [one for one in found if not one.disturbed]
    calm, whole = [one.last_ms for one in quiet], [one.last_ms for one in found]
    glances = sum(seen.glances for one in quiet for seen in one.seen)
    stale = sum(seen.stale for one in quiet for seen in one.seen)
    seen = [one.seen_ms for one in quiet]
    disturbed = [one.last_ms for one in found if one.disturbed]
    late = sum(one.late for one in found)
    figures = [
        Row("revocation_p50_ms", "ms", percentile(whole, 0.5), None, len(whole), GOAL_P50_MS),
        Row("revocation_p99_ms, no restart of the broker", "ms", percentile(calm, 0.99), None, len(calm)),
        Row("revocation seen by the last replica: it could not permit any more (p50)", "ms", percentile(seen, 0.5), None, len(seen)),
        Row("revocation_worst_ms", "ms", max(whole), None, len(whole), GOAL_WORST_MS),
        Row("false_stale_rate", "share", stale / glances, None, glances, GOAL_FALSE_STALE),
        Row("fast path: glances after the commit that would still have permitted, a revocation", "n", late / len(found), None, len(found)),
    ]
    if disturbed:
        figures.insert(4, Row("revocation while the broker restarts, and 3 s after (worst)", "ms", max(disturbed), None, len(disturbed)))
    return figures
