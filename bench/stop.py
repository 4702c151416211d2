"""Measures how fast a revocation reaches what runs, and the last of eight replicas that would begin something.

`python -m bench.stop [--renders N] [--at-once N] [--rounds N]` writes bench/results/stop.json. Real parts, the trivial
engine. Stopped means: the rendering process was reaped by its watcher. From the acknowledgement of the append.
"""

from __future__ import annotations

import argparse

from bench.policy.revoking import REPLICAS, revocations
from bench.results import Row, write
from serving.core.generation import transient
from serving.replica.lookout import wall_us
from tests.replica_parts import Host, standing_host

FILM_MS = 60_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renders", type=int, default=500)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=500)
    given = parser.parse_args()
    with standing_host() as host:
        refusing = [one.last_ms for one in revocations(host, given.rounds, restarts=0)]
        stopped: list[float] = []
        tried = 0
        while len(stopped) < given.renders:
            wanted = min(given.at_once, given.renders - len(stopped))
            stopped, tried = stopped + renders(host, wanted), tried + wanted
    rows = [
        *spread("revocation acknowledged to running render gone", stopped),
        *spread(f"revocation committed to last of {REPLICAS} replicas refusing", refusing),
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


def spread(what: str, values: list[float]) -> list[Row]:
    ordered = sorted(values)
    picked = (("p50", 0.5), ("p99", 0.99), ("worst", 1.0))
    return [line(f"{what} ({kind})", ordered[min(len(ordered) - 1, int(part * len(ordered)))], len(ordered)) for kind, part in picked]


def line(what: str, ours: float, n: int) -> Row:
    """No peer stops work that runs."""
    return Row(what, "ms", ours, None, n)


if __name__ == "__main__":
    main()
