"""The same questions to us, to OpenFGA and to OPA with everything as data: one after another, on one machine. Owns no graph.

Nothing is timed before every system has given the model's answer to every question.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

from bench.policy.everything import everything
from bench.policy.graph import Population
from bench.policy.model import tuples
from bench.policy.openfga import Peer, program, running
from bench.policy.openfga_postgres import running_on_postgres
from bench.policy.ours import Ours, ours
from bench.policy.program import memory_mb
from bench.policy.timing import Ask, a_second, in_turn, p50, p99
from bench.results import Row

SMALL = 412
"""People whose graph is 22 thousand tuples."""
FULL = 100_000
GOAL_MEMORY, GOAL_POSTGRES = 0.8, 0.4


class DisagreementError(Exception):
    """Two systems answer one question differently: they do not hold the same model, and nothing may be compared."""


def beside_memory(folder: Path, people: int = SMALL, questions: int = 2000, asked: int = 4000) -> list[Row]:
    """Compare with OpenFGA's memory store and a small OPA; without the first where nobody built it."""
    graph, now_us = Population(people), time.time_ns() // 1000
    wanted = graph.questions(questions, now_us)
    with ExitStack() as standing:
        us = standing.enter_context(ours(folder / "ours", graph, wanted))
        data = standing.enter_context(everything(folder / "data", graph, wanted, now_us))
        peers: dict[str, Ask] = {f"OPA with everything as data, {people:,} cameos": data.ask}
        binary = program()
        if binary is not None:
            server = standing.enter_context(running(binary, folder / "openfga"))
            store = server.store()
            count = store.write(chain.from_iterable(map(tuples, graph)))
            peers[name := f"OpenFGA, memory, {count:,} tuples"] = Peer(store, wanted, now_us).ask
        agreed([graph.permits(one, now_us) for one in wanted], {"ours": us.ask} | peers)
        rows, ratios = compared(us, peers, questions, asked)
        if binary is not None:
            rows.append(_ratio("openfga_memory", ratios[name], asked, GOAL_MEMORY))
            rows.append(Row(f"{name}: memory", "MB", memory_mb(us.opa), memory_mb(server.process), 1))
    return rows


def beside_full_graph(folder: Path, people: int = FULL, questions: int = 2000, asked: int = 4000) -> list[Row]:
    """Compare, over one full view of ours, with OpenFGA on PostgreSQL, then with OPA holding all of it as data."""
    graph, now_us = Population(people), time.time_ns() // 1000
    wanted = graph.questions(questions, now_us)
    truth = [graph.permits(one, now_us) for one in wanted]
    with ours(folder / "ours", graph, wanted) as us:
        agreed(truth, {"ours": us.ask})
        rows: list[Row] = []
        binary = program()
        if binary is not None:
            with running_on_postgres(binary, folder / "openfga") as loaded:
                store = loaded.server.store()
                count = loaded.load(store, chain.from_iterable(map(tuples, graph)))
                ask: Ask = Peer(store, wanted, now_us).ask
                name = f"OpenFGA, PostgreSQL, {count:,} tuples"
                rows += _one_peer(us, name, ask, truth, asked, ("openfga_postgres", GOAL_POSTGRES))
                size = f"the full graph, {people:,} cameos: our view beside the peer's table, on disk"
                rows.append(Row(size, "MB", us.view_mb, loaded.size_mb, us.events))
        with everything(folder / "data", graph, wanted, now_us) as data:
            name = f"OPA with everything as data, {people:,} cameos"
            rows += _one_peer(us, name, data.ask, truth, asked, ("opa_everything", None))
            rows.append(
                Row(f"{name}: memory of our OPA and view beside it", "MB", memory_mb(us.opa) + us.view_mb, memory_mb(data.process), 1)
            )
    return rows


def _one_peer(us: Ours, name: str, ask: Ask, truth: list[bool], asked: int, goal: tuple[str, float | None]) -> list[Row]:
    agreed(truth, {name: ask})
    rows, ratios = compared(us, {name: ask}, len(truth), asked)
    return [*rows, _ratio(goal[0], ratios[name], asked, goal[1])]


def agreed(truth: list[bool], answering: Mapping[str, Ask]) -> None:
    """Ask everybody everything. Raises DisagreementError."""
    for name, ask in answering.items():
        for place, answer in enumerate(truth):
            if ask(place) != answer:
                message = f"{name} does not answer {answer} to question {place}"
                raise DisagreementError(message)


def compared(us: Ours, peers: Mapping[str, Ask], questions: int, asked: int) -> tuple[list[Row], dict[str, float]]:
    """Time everybody in turn; rows, and the ratio of medians for each peer."""
    mine, *theirs = in_turn(asked, questions, us.ask, *peers.values())
    fast = a_second(asked, questions, us.ask)
    rows: list[Row] = []
    for (name, ask), times in zip(peers.items(), theirs, strict=True):
        rows += [
            Row(f"decision beside {name}, p50", "ms", p50(mine), p50(times), asked),
            Row(f"decision beside {name}, p99", "ms", p99(mine), p99(times), asked),
            Row(f"decisions from 4 threads beside {name}", "1/s", fast, a_second(asked, questions, ask), asked),
        ]
    return rows, {name: p50(mine) / p50(times) for name, times in zip(peers, theirs, strict=True)}


def _ratio(peer: str, ratio: float, asked: int, goal: float | None) -> Row:
    return Row(f"decision_p50_ratio.{peer}", "ratio", ratio, None, asked, goal)
