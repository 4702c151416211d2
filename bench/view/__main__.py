"""Measures the consent view at 10 k, 100 k and 1 M cameos: its bytes, a fact's reading, how soon a new host is up.

`python -m bench.view [--sizes 10000,100000,1000000] [--fed 5000]` writes bench/results/view.json and view_growth.svg, in
about two minutes and 4 GB of /tmp. Everybody has a cameo, an audience, 10 grants and 20 follows. Owns no threshold.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from bench.arriving import fill_view
from bench.results import RESULTS, Row, percentile, write
from bench.view.dense import build
from bench.view.people import FOLLOWS, GRANTS, SEED, People
from bench.view.plot import Point, plot
from policy.adapters import view_snapshot
from policy.adapters.view import Arrived, ViewReader, ViewWriter
from schemas import codec
from schemas.account import AccountRegistered
from schemas.envelope import Envelope
from schemas.ids import partition_of, stream_id
from schemas.registry import by_class

GOAL_BYTES, GOAL_READ_US, GOAL_UP_S = 1024, 5, 60
READS = 20_000
IN_A_READING = 50
TAIL = 5_000
"""Events that a new host finds in the feed after its snapshot."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--fed", type=int, default=5000)
    given = parser.parse_args()
    rows: list[Row] = []
    points: list[Point] = []
    for size in map(int, given.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="cm-view-", dir="/tmp") as folder:
            found, point = measured(Path(folder), size)
        rows += found
        points.append(point)
    rows += fed(given.fed)
    write("view", rows)
    plot(points, RESULTS / "view_growth.svg")


def measured(folder: Path, size: int) -> tuple[list[Row], Point]:
    """Build a view of so many cameos, read it, take a snapshot, and come up anew from that."""
    began = time.perf_counter()
    people = People(size)
    build(folder / "view", people)
    built_s = time.perf_counter() - began
    reader = ViewReader(folder / "view")
    taken_bytes = reader.statistics()["bytes"] / size
    fact_us, edge_us, opening_us = readings(reader, people)
    began = time.perf_counter()
    view_snapshot.take(folder / "view", folder / "snapshots")
    took_s = time.perf_counter() - began
    reader.close()
    shutil.rmtree(folder / "view")
    tail = arriving()
    restored_s, up_s = come_up(folder, tail)
    name = f"{size:,} cameos"
    rows = [
        Row(f"view_bytes_per_cameo, {name}, {GRANTS} grants and {FOLLOWS} follows each", "B", taken_bytes, None, size, GOAL_BYTES),
        Row(f"view_read_us, {name}: one fact, inside a reading, p50", "us", statistics.median(fact_us), None, len(fact_us), GOAL_READ_US),
        Row(f"view read, {name}: one fact, inside a reading, p99", "us", percentile(fact_us, 0.99), None, len(fact_us)),
        Row(f"view read, {name}: does one follow the other, p50", "us", statistics.median(edge_us), None, len(edge_us)),
        Row(f"view read, {name}: one fact and the reading of its own, p50", "us", statistics.median(opening_us), None, len(opening_us)),
        Row(f"taking a snapshot, {name}", "s", took_s, None, 1),
        Row(f"an empty host has checked and restored it, {name}", "s", restored_s, None, 1),
        Row(f"view_up_s, {name}: restored, opened, {TAIL:,} events of the feed applied", "s", up_s, None, 1, GOAL_UP_S),
        Row(f"building the view for this bench, {name}", "s", built_s, None, 1),
    ]
    return rows, Point(size, taken_bytes, statistics.median(fact_us), up_s)


def readings(reader: ViewReader, people: People) -> tuple[list[float], list[float], list[float]]:
    """Time single reads in microseconds: of random people's facts and follows; with a reading each."""
    chance = random.Random(SEED)
    facts: list[float] = []
    edges: list[float] = []
    for _ in range(READS // IN_A_READING):
        some = [chance.randrange(people.size) for _ in range(IN_A_READING)]
        accounts = [people.accounts[person] for person in some]
        wanted = [(people.cameos[person], "audience/") for person in some]
        followed = [f"follows/{people.accounts[people.follows[person][0]]}" for person in some]
        with reader.reading() as found:
            for stream, key in wanted:
                began = time.perf_counter_ns()
                fact = found.get(stream, key)
                facts.append((time.perf_counter_ns() - began) / 1000)
                assert fact is not None
            for stream, key in zip(accounts, followed, strict=True):
                began = time.perf_counter_ns()
                found.get(stream, key)
                edges.append((time.perf_counter_ns() - began) / 1000)
    alone: list[float] = []
    for _ in range(READS // 10):
        stream = people.cameos[chance.randrange(people.size)]
        began = time.perf_counter_ns()
        reader.get(stream, "audience/")
        alone.append((time.perf_counter_ns() - began) / 1000)
    return facts, edges, alone


def come_up(folder: Path, tail: list[Arrived]) -> tuple[float, float]:
    """Begin with an empty folder: seconds until the snapshot is in place, and until the tail is applied and read."""
    began = time.perf_counter()
    assert view_snapshot.restore(folder / "snapshots", folder / "new", 1) is not None
    restored_s = time.perf_counter() - began
    writer = ViewWriter(folder / "new")
    after = list(writer.state.applied)
    for place, one in enumerate(tail):
        after[one.partition] += 1
        tail[place] = one._replace(partition_seq=after[one.partition], log_index=writer.state.log_index + 1 + place)
    for first in range(0, len(tail), 2000):
        writer.apply(tail[first : first + 2000])
    assert ViewReader(folder / "new").head(tail[-1].envelope.stream) is not None
    up_s = time.perf_counter() - began
    writer.close()
    return restored_s, up_s


def arriving() -> list[Arrived]:
    """Draw events of the feed: new people."""
    event = AccountRegistered(region="KR", locale="ko", minor=False)
    kind = by_class(AccountRegistered)
    found = []
    for number in range(TAIL):
        stream = stream_id("account", (number + (1 << 120)).to_bytes(16))
        envelope = Envelope(
            tenant="main", stream=stream, revision=1, position=number, event_id=f"{number:x}", type=kind.name, version=kind.version,
            actor=stream, acting_as=None, app=None, correlation="c", causation=None, time_us=1, data=codec.event_data(event), sealed={},
        )  # fmt: skip
        found.append(Arrived(envelope, 0, partition_of(stream), 0))
    return found


def fed(size: int) -> list[Row]:
    """Measure a view as the feed leaves it, its events in a random order, some thousand a transaction."""
    people, chance = People(size), random.Random(SEED)
    histories = [people.history(person) for person in range(size)]
    order = [person for person, history in enumerate(histories) for _ in range(2 + GRANTS + FOLLOWS)]
    chance.shuffle(order)
    mixed = (event for person in order if (event := next(histories[person], None)) is not None)
    with tempfile.TemporaryDirectory(prefix="cm-view-", dir="/tmp") as folder:
        began = time.perf_counter()
        events = fill_view(Path(folder) / "view", mixed)
        took_s = time.perf_counter() - began
        reader = ViewReader(Path(folder) / "view")
        left = reader.statistics()["bytes"] / size
        _, snapshot = view_snapshot.take(Path(folder) / "view", Path(folder) / "snapshots")
        reader.close()
    return [
        Row(f"view bytes a cameo as the feed leaves it, in random order, {size:,} cameos", "B", left, None, size),
        Row(f"view bytes a cameo in the snapshot of that, {size:,} cameos", "B", snapshot.bytes / size, None, size),
        Row("events applied, in batches of 2,000", "1/s", events / took_s, None, events),
    ]


if __name__ == "__main__":
    main()
