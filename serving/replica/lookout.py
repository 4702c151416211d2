"""Owns reading the view for one attempt: glances, and bounded waits until it has seen enough. Does not ask the policy."""

from __future__ import annotations

import time
from collections.abc import Callable

from policy.errors import StaleViewError
from policy.ports import FactReader
from serving.core.attempt import AttemptRequest
from serving.core.gate import CATCH_UP_US, POLL_US, Held, Sight
from serving.replica.ports import WatchedView

POLL_S = POLL_US / 1_000_000


class Lookout:
    """The view as one attempt sees it."""

    def __init__(self, view: WatchedView, request: AttemptRequest, wait: Callable[[float], None] = time.sleep) -> None:
        """`wait`: waits until the view was written, at most so many seconds; sleeping is enough."""
        self.view = view
        self._request = request
        self._wait = wait

    def pause(self) -> None:
        """Wait until another glance may see more: when the view was written, or 5 ms later."""
        self._wait(POLL_S)

    def sight(self, held: Held) -> Sight:
        """Take one glance: facts at least as new as the freshness that is told with them. Raises ViewError."""
        now_us, stale = wall_us(), self._stale()
        with self.view.reading() as facts:
            heads = {stream: facts.head(stream) for stream in held.holding}
            ended, leased, started = self._standing(facts)
        return Sight(
            now_us=now_us,
            revisions={stream: 0 if head is None else head.consent_revision for stream, head in heads.items()},
            stale=stale,
            ended=ended,
            attempt=leased,
            started=started,
        )

    def await_lease(self) -> str | None:
        """Wait, bounded, until the view is fresh and knows of this lease; a code where it does not come to that."""
        return self._await(self._sees_lease)

    def await_everything_before_lease(self) -> str | None:
        """Wait, bounded, until the view holds all that was acknowledged before the lease was appended."""
        return self._await(lambda: self._beat_us() >= self._request.leased_at_us)

    def _await(self, seen: Callable[[], str | bool]) -> str | None:
        until_us = mono_us() + CATCH_UP_US
        code = "feed.missing"
        while mono_us() < until_us:
            stale = self._stale()
            found = seen() if stale is None else False
            if isinstance(found, str):
                return found
            if found:
                return None
            code = stale or "feed.missing"
            self.pause()
        return code

    def _sees_lease(self) -> str | bool:
        with self.view.reading() as facts:
            ended, leased, _ = self._standing(facts)
        if ended:
            return "generation.ended"
        return "attempt.superseded" if leased > self._request.attempt else leased == self._request.attempt

    def _stale(self) -> str | None:
        try:
            self.view.freshness(wall_us(), mono_us())
        except StaleViewError as error:
            return error.code
        return None

    def _beat_us(self) -> int:
        try:
            return self.view.freshness(wall_us(), mono_us()).beat_time_us
        except StaleViewError:
            return 0

    def _standing(self, facts: FactReader) -> tuple[bool, int, int]:
        """Tell whether the generation has ended, and the attempts that are leased and started."""
        generation = self._request.generation
        attempts = (facts.get(generation, key) for key in ("attempt", "started"))
        leased, started = (0 if fact is None else int(fact.value["attempt"]) for fact in attempts)
        return facts.get(generation, "ended") is not None, leased, started


def wall_us() -> int:
    """Tell UTC microseconds."""
    return time.time_ns() // 1000


def mono_us() -> int:
    """Tell monotonic microseconds, the same for every process of the host."""
    return time.monotonic_ns() // 1000
