"""Measures what the gate costs an attempt: reading the view, asking OPA, opening, releasing, and their share of it.

`python -m bench.gate [--attempts N] [--film-ms N]` writes bench/results/gate.json. Real parts, the trivial engine, one
attempt after another, a watcher and a child each; times are the watcher's own, from its signed reports.
"""

from __future__ import annotations

import argparse
import statistics

from bench.results import Row, write
from serving.core.generation import transient
from tests.replica_parts import Host, standing_host

STEPS = {
    "view": "facts read from the view",
    "policy": "OPA asked",
    "open": "keyholder opens",
    "release": "keyholder releases",
    "wait": "waiting for a view that knows of the lease",
    "catch_up": "waiting for a view that knows of the start",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=60)
    parser.add_argument("--film-ms", type=int, default=1000)
    given = parser.parse_args()
    with standing_host() as host:
        tried = [attempt(host, given.film_ms) for _ in range(given.attempts + 1)][1:]
    measured = [timings for timings in tried if timings is not None]
    doubted = 100 * (len(tried) - len(measured)) / len(tried)
    write("gate", [*rows(measured), line("attempts ended in doubt (silent policy, stale feed) on this machine", "%", doubted, len(tried))])


def attempt(host: Host, film_ms: int) -> dict[str, int] | None:
    """Run one attempt; None where the platform ended it in doubt, as a starved machine makes it."""
    asking = host.asking()
    report = host.run(host.asked(asking, duration_ms=film_ms)).ended()
    host.stop_runs()
    assert report.outcome == "released" or transient(report.codes), report
    return report.timings_us if report.outcome == "released" else None


def rows(measured: list[dict[str, int]]) -> list[Row]:
    gates = [sum(timings.get(step, 0) for step in STEPS) / 1000 for timings in measured]
    wholes = [gate + (timings["render"] + timings["start_up"]) / 1000 for gate, timings in zip(gates, measured, strict=True)]
    shares = [100 * gate / whole for gate, whole in zip(gates, wholes, strict=True)]
    found = [
        line(f"{what}, an attempt ({kind})", "ms", at([timings.get(step, 0) / 1000 for timings in measured], part), len(measured))
        for step, what in STEPS.items()
        for kind, part in (("p50", 0.5), ("p99", 0.99))
    ]
    for what, unit, values in (("the whole gate, an attempt", "ms", gates), ("the gate's share of an attempt", "%", shares)):
        found += [line(f"{what} ({kind})", unit, at(values, part), len(values)) for kind, part in (("p50", 0.5), ("p99", 0.99))]
    start_up = [timings["start_up"] / 1000 for timings in measured]
    found.append(line("a cold child until it is ready (p50)", "ms", statistics.median(start_up), len(start_up)))
    return found


def at(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def line(what: str, unit: str, ours: float, n: int) -> Row:
    """No peer offers this."""
    return Row(what, unit, ours, None, n)


if __name__ == "__main__":
    main()
