"""Measures how soon the consent view is whole again: after Kafka's return, and after its feeder was killed. Owns no threshold.

`python -m bench.feed [--rounds N]`, on parts of its own: PostgreSQL, Kafka, relay, two feeders. Writes bench/results/feed.json.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable

from psycopg.conninfo import make_conninfo

from bench.ledger import blocked, named, until_fresh
from bench.results import Row, percentile, write
from policy.adapters.view import ViewReader
from policy.errors import StaleViewError
from streams.adapters.postgres import PostgresEventStore
from tests import parts

GOAL_BACK_MS = 1000
MEANWHILE = 200
"""Events appended while Kafka is away."""
AWAY_S = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    folder, tools = parts.short_folder(), parts.tools()
    postgres, kafka = parts.start_postgres(folder, tools), parts.start_kafka(folder, tools)
    conninfo = make_conninfo(postgres.conninfo, dbname=postgres.create())
    installation = parts.new_installation(folder / "i", tools, conninfo, kafka.address, postgres.passwords)
    try:
        for step in ("streams.migrate", "streams.topics"):
            installation.run(step)
        installation.start("relay", "streams.relay")
        installation.start("feeder", "streams.feeder")
        with PostgresEventStore(installation.settings.dsn("api"), "main") as store:
            rows = measured(installation, kafka, store, rounds)
    finally:
        installation.stop()
        kafka.running.stop()
        postgres.running.stop()
        shutil.rmtree(folder)
    write("feed", rows)


def measured(installation: parts.Installation, kafka: parts.KafkaPart, store: PostgresEventStore, rounds: int) -> list[Row]:
    """Kill the broker, then the feeder that writes, several times each."""
    view = ViewReader(installation.settings.view)
    until_fresh(view)
    back = [after_return(kafka, store, view) for _ in range(rounds)]
    waiting = second(installation)
    taken = []
    for _ in range(rounds):
        until_fresh(view)
        writing = installation.processes.pop(-2)
        taken.append(after_kill(writing, store, view))
        waiting = second(installation)
    del waiting
    view.close()
    what = f"Kafka's return -> the view is fresh, with {MEANWHILE} events of the {AWAY_S:.0f} s before"
    return [
        Row(f"kafka_back_ms: {what}, p50", "ms", percentile(back, 0.5), None, rounds, GOAL_BACK_MS),
        Row(f"{what}, worst", "ms", max(back), None, rounds),
        Row("hand_over_ms: kill -9 of the feeder -> an event appended then is in the view, by the second feeder, p50", "ms",
            percentile(taken, 0.5), None, rounds),
        Row("kill -9 of the feeder -> an event appended then is in the view, by the second feeder, worst", "ms", max(taken), None, rounds),
    ]  # fmt: skip


def after_return(kafka: parts.KafkaPart, store: PostgresEventStore, view: ViewReader) -> float:
    """Tell milliseconds from when the broker answers again until the view is fresh and whole."""
    kafka.running.kill()
    away_s = time.monotonic()
    streams = [named("account") for _ in range(MEANWHILE)]
    for stream in streams:
        store.append(blocked(stream))
    until(lambda: not fresh(view) and time.monotonic() > away_s + AWAY_S)
    kafka.restart()
    begun_s = time.perf_counter()
    until(lambda: fresh(view) and all(view.head(stream) is not None for stream in streams))
    return (time.perf_counter() - begun_s) * 1e3


def after_kill(writing: parts.Running, store: PostgresEventStore, view: ViewReader) -> float:
    """Tell milliseconds from the death of the feeder that writes until what is appended then is in the view."""
    begun_s = time.perf_counter()
    writing.kill()
    store.append(blocked(stream := named("account")))
    until(lambda: view.head(stream) is not None)
    return (time.perf_counter() - begun_s) * 1e3


def second(installation: parts.Installation) -> parts.Running:
    """Start a feeder that waits for the one that writes."""
    command = [sys.executable, "-m", "streams.feeder"]
    (installation.settings.logs / "second.log").unlink(missing_ok=True)
    running = parts.start("second", command, lambda: True, installation.settings.logs, environ=installation.environ)
    installation.processes.append(running)
    until(lambda: "another feeder writes" in running.tail())
    return running


def fresh(view: ViewReader) -> bool:
    try:
        view.freshness(time.time_ns() // 1000, time.monotonic_ns() // 1000)
    except StaleViewError:
        return False
    return True


def until(done: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end_s
        time.sleep(0.001)


if __name__ == "__main__":
    main()
