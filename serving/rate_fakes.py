"""In-memory twin of the RateStore, for unit tests; it passes the same contract tests as the real one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from serving.rate_ports import Allowance

FIRST_S, LONGEST_S, MONTH_S = 900.0, 7 * 86400.0, 30 * 86400.0


class InMemoryRateStore:
    """A RateStore that forgets with the process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[str, float] = {}
        self._slowed: dict[str, tuple[int, float]] = {}
        self._devices: dict[str, bytes] = {}

    def take(self, asked: Sequence[Allowance]) -> float | None:
        """Take one of each; None, or how long one is not there."""
        now, waits = self._clock(), list[float]()
        for one in asked:
            full_at = max(self._full_at.get(one.name, now), now) + one.period_s
            wait_s = max(full_at - now - one.burst * one.period_s, self._slowed.get(one.name, (0, now))[1] - now)
            if wait_s > 1e-6:
                waits.append(wait_s)
            else:
                self._full_at[one.name] = full_at
        return max(waits) if waits else None

    def slow(self, accounts: Sequence[str]) -> None:
        """Have accounts wait, longer each time."""
        now = self._clock()
        for name in (f"{what}/account/{one}" for what in ("start", "submit") for one in set(accounts)):
            times, until = self._slowed.get(name, (0, now - 2 * MONTH_S))
            times = min(times + 1, 20) if until > now - MONTH_S else 1
            self._slowed[name] = (times, now + min(FIRST_S * 2 ** (times - 1), LONGEST_S))

    def forget_full(self) -> int:
        """Remove what is as good as never counted."""
        old = [name for name, full_at in self._full_at.items() if full_at < self._clock() - 60 and name not in self._slowed]
        for name in old:
            del self._full_at[name]
        return len(old)

    def bind(self, enrolment: str, account: str, device: bytes) -> None:
        """Bind a challenge to the device that took it."""
        del account
        self._devices.setdefault(enrolment, device)

    def device_of(self, enrolment: str) -> bytes | None:
        """Find the device that took a challenge."""
        return self._devices.get(enrolment)
