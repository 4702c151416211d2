"""Appends a second through the store, beside one INSERT of the same row; a snapshot of a decision; relay and feed latency.

`python -m bench.ledger [SECONDS]`, on parts of its own: PostgreSQL, Kafka, relay, feeder.
"""

from __future__ import annotations

import argparse
import multiprocessing
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from bench.results import Row, percentile, write
from policy.adapters.view import ViewReader
from policy.errors import StaleViewError
from schemas.account import AccountBlocked
from schemas.generation import GenerationRefused
from schemas.ids import StreamKind, stream_id
from streams.adapters.kafka import EventReader
from streams.adapters.postgres import PostgresEventStore
from streams.ports import Append, Appended, NewEvent
from tests import parts

INSERT = "INSERT INTO raw (stream, event_id, type, data) VALUES (%s, %s, %s, %s)"
SAMPLES = 300


def named(kind: StreamKind) -> str:
    return stream_id(kind, secrets.token_bytes(16))


def blocked(stream: str) -> Append:
    return Append(actor=stream, events=[NewEvent(stream, AccountBlocked(account="account-x"), secrets.token_hex(16))], correlation="c")


def start_like(holding: dict[str, int]) -> Append:
    event = GenerationRefused(attempt=None, action="start", codes=("c",), decision=None, reported_by="keyholder", uses=())
    return Append(actor="k", events=[NewEvent(named("generation"), event, secrets.token_hex(16))], correlation="c", holding=holding)


def clients(count: int, seconds: float, dsn: str, work: str, hot: str, results: Any) -> None:
    """One process of `count` clients in threads; puts its latencies, in milliseconds."""
    found: list[list[float]] = [[] for _ in range(count)]
    store = PostgresEventStore(dsn, "main", max_connections=count) if work != "insert" else None

    def run(latencies: list[float]) -> None:
        stream = named("account")
        raw = psycopg.connect(dsn, autocommit=True, prepare_threshold=0) if store is None else None
        end_s = time.perf_counter() + seconds
        while (begun_s := time.perf_counter()) < end_s:
            if raw is not None:
                raw.execute(INSERT, (stream, secrets.token_hex(16), "account.blocked", '{"account": "account-x"}'))
            elif store is not None:
                outcome = store.append(start_like({hot: 1}) if work == "hot" else blocked(stream))
                assert isinstance(outcome, Appended), outcome
            latencies.append((time.perf_counter() - begun_s) * 1e3)

    threads = [threading.Thread(target=run, args=(one,)) for one in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if store is not None:
        store.close()
    results.put([latency for one in found for latency in one])


def measured(count: int, seconds: float, dsn: str, work: str, hot: str = "") -> list[float]:
    """Run clients spread over at most four processes; gives every latency."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    processes = min(count, 4)
    started = [context.Process(target=clients, args=(count // processes, seconds, dsn, work, hot, results)) for _ in range(processes)]
    for process in started:
        process.start()
    latencies = [latency for _ in started for latency in results.get()]
    for process in started:
        process.join()
    return latencies


def append_rows(installation: parts.Installation, superuser: str, seconds: float) -> list[Row]:
    api, keyholder = installation.settings.dsn("api"), installation.settings.dsn("keyholder")
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("CREATE TABLE raw (id bigserial PRIMARY KEY, stream text, event_id text UNIQUE, type text, data jsonb)")
        connection.execute("GRANT ALL ON raw, raw_id_seq TO api; GRANT USAGE ON SCHEMA public TO api")
    hot = named("account")
    with PostgresEventStore(api, "main") as store:
        store.append(blocked(hot))
    rows: list[Row] = []
    for count in (1, 8, 32):
        peer = measured(count, seconds, api, "insert")
        for work, dsn in (("append", api), ("hot", keyholder)):
            ours = measured(count, seconds, dsn, work, hot)
            name = "append, own stream" if work == "append" else "append holding one hot stream"
            rows.append(Row(f"{name}, {count} clients", "per second", len(ours) / seconds, len(peer) / seconds, len(ours)))
            for share in (0.5, 0.99):
                what = f"{name}, {count} clients, p{share * 100:.0f}"
                rows.append(Row(what, "ms", percentile(ours, share), percentile(peer, share), len(ours)))
    return rows


def snapshot_rows(installation: parts.Installation) -> list[Row]:
    """Time what a decision reads: seven streams, nineteen facts."""
    with PostgresEventStore(installation.settings.dsn("api"), "main") as store:
        streams = [named("account") for _ in range(7)]
        for stream in streams:
            store.append(blocked(stream))
        latencies: list[float] = []
        for _ in range(SAMPLES):
            begun_s = time.perf_counter()
            with store.snapshot() as facts:
                for stream in streams:
                    facts.head(stream)
                    facts.get(stream, "blocks/account-x")
                    facts.scan(stream, "follows/")
            latencies.append((time.perf_counter() - begun_s) * 1e3)
    return [Row(f"snapshot of 7 streams, p{p * 100:.0f}", "ms", percentile(latencies, p), None, SAMPLES) for p in (0.5, 0.99)]


def carried_rows(installation: parts.Installation) -> list[Row]:
    """Time from the append's acknowledgement to Kafka's consumer and to the view, one event at a time, then with 300 a second beside."""
    reader = EventReader(installation.settings.kafka)
    installation.start("relay", "streams.relay")
    installation.start("feeder", "streams.feeder")
    view = ViewReader(installation.settings.view)
    rows: list[Row] = []
    with PostgresEventStore(installation.settings.dsn("api"), "main") as store:
        until_fresh(view)
        for per_second in (0, 300):
            over = threading.Event()
            beside = threading.Thread(target=load, args=(store, per_second, over))
            beside.start()
            to_kafka = [delay(store, lambda stream: any(e.envelope.stream == stream for e in reader.poll(50)[0])) for _ in range(SAMPLES)]
            to_view = [delay(store, lambda stream: view.head(stream) is not None) for _ in range(SAMPLES)]
            over.set()
            beside.join()
            for name, found in (("Kafka's consumer", to_kafka), ("visible in the view", to_view)):
                for share in (0.5, 0.99, 1.0):
                    what = f"append acknowledged -> {name}, {per_second} a second beside, p{share * 100:.0f}"
                    rows.append(Row(what, "ms", percentile(found, share), None, SAMPLES))
    reader.close()
    view.close()
    return rows


def load(store: PostgresEventStore, per_second: int, over: threading.Event) -> None:
    while not over.wait(1 / per_second if per_second else 0.1):
        if per_second:
            store.append(blocked(named("account")))


def delay(store: PostgresEventStore, here: Callable[[str], bool]) -> float:
    stream = named("account")
    time.sleep(0.01)
    store.append(blocked(stream))
    begun_s = time.perf_counter()
    while not here(stream):
        pass
    return (time.perf_counter() - begun_s) * 1e3


def until_fresh(view: ViewReader) -> None:
    while True:
        try:
            view.freshness(time.time_ns() // 1000, time.monotonic_ns() // 1000)
        except StaleViewError:
            time.sleep(0.02)
        else:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each row of clients runs")
    seconds = parser.parse_args().seconds
    folder, tools = parts.short_folder(), parts.tools()
    postgres, kafka = parts.start_postgres(folder, tools), parts.start_kafka(folder, tools)
    conninfo = make_conninfo(postgres.conninfo, dbname=(name := postgres.create()))
    installation = parts.new_installation(folder / "i", tools, conninfo, kafka.address, postgres.passwords)
    try:
        installation.run("streams.migrate")
        installation.run("streams.topics")
        rows = snapshot_rows(installation) + carried_rows(installation)
        installation.stop()
        write("ledger", rows + append_rows(installation, postgres.superuser(name), seconds))
    finally:
        installation.stop()
        kafka.running.stop()
        postgres.running.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
