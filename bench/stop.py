"""Measures how fast a revocation reaches what runs, and the last of eight replicas that would begin something.

`python -m bench.stop [--renders N] [--at-once N] [--rounds N]` writes bench/results/stop.json. Real parts, the trivial
engine. Stopped means: the rendering process was reaped by its watcher. From the acknowledgement of the append.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from multiprocessing.connection import Connection

from bench.results import Row, write
from policy.adapters.opa import OpaEngine
from policy.adapters.view import ViewReader
from policy.errors import PolicyUnavailableError
from serving.core.generation import transient
from serving.replica.asker import ask
from serving.replica.lookout import POLL_S, wall_us
from tests.replica_parts import Host, standing_host

WATCHERS = 8
FILM_MS = 60_000
PATIENT_S = 5.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renders", type=int, default=500)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=500)
    given = parser.parse_args()
    with standing_host() as host:
        refusing = views(host, given.rounds)
        stopped: list[float] = []
        tried = 0
        while len(stopped) < given.renders:
            wanted = min(given.at_once, given.renders - len(stopped))
            stopped, tried = stopped + renders(host, wanted), tried + wanted
    rows = [
        *spread("revocation acknowledged to running render gone", stopped),
        *spread(f"revocation acknowledged to last of {WATCHERS} replicas refusing", refusing),
        Row("renders ended in doubt before the revocation, not counted above", "%", 100 * (tried - len(stopped)) / tried, None, tried),
    ]
    write("stop", rows)


def renders(host: Host, count: int) -> list[float]:
    """Let renders of one cameo run, revoke with stop, and tell for each how long its process outlived that, in ms.

    A render that the platform ended in doubt just before, as a starved machine makes it, is not counted.
    """
    asking = host.asking()
    running = [host.run(host.asked(asking, duration_ms=FILM_MS)) for _ in range(count)]
    for run in running:
        run.rendering(or_ended=True)
    host.world.revoke(asking.cameo, "stop")
    acknowledged_us = wall_us()
    reports = [run.ended() for run in running]
    host.stop_runs()
    stopped = [report for report in reports if "consent.stopped" in report.codes]
    assert all(report in stopped or transient(report.codes) for report in reports), reports
    return [(report.process_gone_at_us - acknowledged_us) / 1000 for report in stopped]


def views(host: Host, rounds: int) -> list[float]:
    """Eight processes watch one cameo; tell for each revocation when the last of them was refused, in ms."""
    asking = host.asking()
    generation = host.asked(asking)
    host.fresh()
    settings = host.installation.settings
    context = multiprocessing.get_context("spawn")
    ends: list[Connection] = []
    processes = []
    for _ in range(WATCHERS):
        mine, theirs = context.Pipe()
        arguments = (theirs, str(settings.view), str(settings.opa_socket), generation, asking.cameo)
        processes.append(context.Process(target=watch, args=arguments, daemon=True))
        processes[-1].start()
        ends.append(mine)
    found: list[float] = []
    for _ in range(rounds):
        host.world.grant(asking.cameo, asking.requester)
        found.append(one_round(host, asking.cameo, ends))
    for end in ends:
        end.send(None)
    for process in processes:
        process.join()
    return found


def one_round(host: Host, cameo: str, ends: list[Connection]) -> float:
    with host.world.store("auditor").snapshot() as facts:
        head = facts.head(cameo)
    assert head is not None
    for end in ends:
        end.send(head.consent_revision)
    for end in ends:
        assert end.recv() == "permitted"
    host.world.revoke(cameo, "stop")
    acknowledged_us = wall_us()
    return (max(end.recv() for end in ends) - acknowledged_us) / 1000


def watch(orders: Connection, view: str, opa: str, generation: str, cameo: str) -> None:
    """Poll as a watcher does: when the cameo moved, ask; tell when the answer is no."""
    reader, engine = ViewReader(view, sys.maxsize // 2), OpaEngine(opa, PATIENT_S)

    def permitted() -> bool:
        while True:
            try:
                return ask(reader, engine, generation, "start", ("visible_mark",), 1).answer.permit
            except PolicyUnavailableError:
                continue

    while (revision := orders.recv()) is not None:
        while reader.consent_revision(cameo) < revision:
            time.sleep(POLL_S)
        orders.send("permitted" if permitted() else "refused")
        while reader.consent_revision(cameo) == revision or permitted():
            time.sleep(POLL_S)
        orders.send(wall_us())


def spread(what: str, values: list[float]) -> list[Row]:
    ordered = sorted(values)
    picked = (("p50", 0.5), ("p99", 0.99), ("worst", 1.0))
    return [line(f"{what} ({kind})", ordered[min(len(ordered) - 1, int(part * len(ordered)))], len(ordered)) for kind, part in picked]


def line(what: str, ours: float, n: int) -> Row:
    """No peer stops work that runs."""
    return Row(what, "ms", ours, None, n)


if __name__ == "__main__":
    main()
