"""In-memory twin of the RateStore, for unit tests; it passes the same contract tests as the real one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from serving.rate_ports import Allowance, Bound


class InMemoryRateStore:
    """A RateStore that forgets with the process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[str, float] = {}
        self._bound: dict[str, Bound] = {}

    def take(self, asked: Sequence[Allowance]) -> float | None:
        """Take one of each; None, or how long one is not there."""
        now, waits = self._clock(), list[float]()
        for one in asked:
            full_at = max(self._full_at.get(one.name, now), now) + one.period_s
            wait_s = full_at - now - one.burst * one.period_s
            if wait_s > 1e-6:
                waits.append(wait_s)
            else:
                self._full_at[one.name] = full_at
        return max(waits) if waits else None

    def forget_full(self) -> int:
        """Remove what is as good as never counted."""
        old = [name for name, full_at in self._full_at.items() if full_at < self._clock() - 60]
        for name in old:
            del self._full_at[name]
        return len(old)

    def bind(self, challenge: str, where: Bound) -> None:
        """Note where a challenge was taken."""
        self._bound.setdefault(challenge, where)

    def bound(self, challenge: str) -> Bound | None:
        """Tell where a challenge was taken."""
        return self._bound.get(challenge)
