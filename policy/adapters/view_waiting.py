"""Waits, bounded, until a view has seen what somebody wrote. Does not judge the view's age, nor read tokens."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Protocol

from policy.errors import StaleViewError
from policy.ports import Head

PATIENCE_S = 1.0
"""An event is in the view some 4 to 20 ms after its commit (measured); a second covers a broker's hiccup. Unmeasured."""
POLL_S = 0.002


class Heads(Protocol):
    """A view, as far as it is asked where streams stand."""

    def head(self, stream: str) -> Head | None:
        """Find where a stream stands. Raises StaleViewError (feed.shard) for a stream that this view does not hold."""
        ...


class Clock(Protocol):
    """What passes while one waits."""

    def monotonic(self) -> float:
        """Tell seconds that never go back."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Let time pass."""
        ...


def await_at_least(view: Heads, revisions: Mapping[str, int], patience_s: float = PATIENCE_S, clock: Clock = time) -> None:
    """Return once the view holds each stream up to its revision; at once when it does already.

    Raises StaleViewError: feed.behind when patience_s has passed, feed.shard for a stream that this view never holds.
    Fresh is another question: what was seen here may be followed by what was not.
    """
    until_s = clock.monotonic() + patience_s
    lacking = dict(revisions)
    while True:
        lacking = {stream: revision for stream, revision in lacking.items() if _below(view.head(stream), revision)}
        if not lacking:
            return
        if clock.monotonic() >= until_s:
            raise StaleViewError("feed.behind", f"{len(lacking)} of {len(revisions)} streams did not come within {patience_s} s")
        clock.sleep(POLL_S)


def _below(head: Head | None, revision: int) -> bool:
    return head is None or head.revision < revision
