"""Owns when an answer about consent leaves: at whole steps after its question, so that its time tells nothing of its reason."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import anyio
from starlette.concurrency import run_in_threadpool


class Pacing(NamedTuple):
    """Steps at which answers leave: each is longer than the work behind it takes (bench/results/asking.json)."""

    evaluation_s: float = 0.025
    preflight_s: float = 0.25
    """Of a preflight, which asks about every change of the request beside it."""


PACING = Pacing()
Answer = TypeVar("Answer")


async def paced(step_s: float, work: Callable[[], Answer]) -> Answer:
    """Run blocking work in a thread; give its answer, or raise its error, at the next whole step after the beginning.

    While it waits for the step it holds no thread.
    """
    began = time.monotonic()
    try:
        return await run_in_threadpool(work)
    finally:
        spent = time.monotonic() - began
        await anyio.sleep(math.ceil(spent / step_s) * step_s - spent)
