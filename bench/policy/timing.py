"""Times calls in turn, so that each sees the same machine, and from several threads. Owns no figure."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from bench.results import percentile

Ask = Callable[[int], bool]
WARM = 300


def in_turn(count: int, different: int, *asked: Ask) -> list[list[float]]:
    """Time so many calls of each, in ms, one after another and interleaved, over so many different questions; after a warm-up."""
    found: list[list[float]] = [[] for _ in asked]
    for at in range(-WARM, count):
        for times, ask in zip(found, asked, strict=True):
            begun_s = time.perf_counter()
            ask(at % different)
            if at >= 0:
                times.append((time.perf_counter() - begun_s) * 1000)
    return found


def a_second(count: int, different: int, ask: Ask, threads: int = 4) -> float:
    """Count calls a second from some threads."""

    def work() -> None:
        for place in range(count // threads):
            ask(place % different)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    begun_s = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return (count // threads) * threads / (time.perf_counter() - begun_s)


def p50(times: list[float]) -> float:
    return percentile(times, 0.5)


def p99(times: list[float]) -> float:
    return percentile(times, 0.99)
