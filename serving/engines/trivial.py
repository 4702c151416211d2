"""Owns the engine of the race tests: no picture, but real time and real bytes. Imports nothing heavy."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterator

from serving.core.plan import Plan, canonical_bytes
from serving.engines.port import MARK_VISIBLE, Likenesses, Progress, Segment, require_honoured

BYTES = 384


class TrivialEngine:
    """Takes one step a frame, each lasting 1/fps s, then yields a few hundred bytes that only the plan determines."""

    name = "trivial"
    version = "1"
    honours = frozenset({MARK_VISIBLE})

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """`sleep` takes seconds; tests that need no time pass one that returns at once."""
        self._sleep = sleep

    def render(self, plan: Plan, likenesses: Likenesses, obligations: Collection[str], progress: Progress) -> Iterator[Segment]:
        """Yield one segment; the likenesses are not read, so none can leak into the bytes."""
        del likenesses
        require_honoured(self, obligations)
        for step in range(plan.frames):
            self._sleep(1 / plan.fps)
            progress(step + 1, plan.frames)
        header = f"trivial/1 AI {plan.mark}\n".encode()
        body = hashlib.shake_256(canonical_bytes(plan)).digest(BYTES)
        yield Segment(0, plan.frames, header + body)
