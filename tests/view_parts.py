"""Owns what tests of the feed share: waiting for something, and telling why a view is not fresh. Does not start any part."""

from __future__ import annotations

import time
from collections.abc import Callable

from policy.adapters.view import ViewReader
from policy.errors import StaleViewError


def until(done: Callable[[], bool], patience_s: float = 60) -> None:
    """Wait for something to be true; the deadline only ends a broken test."""
    end_s = time.monotonic() + patience_s
    while not done():
        assert time.monotonic() < end_s
        time.sleep(0.002)


def code(view: ViewReader) -> str | None:
    """Tell the code of what is wrong with a view's freshness now."""
    try:
        view.freshness(time.time_ns() // 1000, time.monotonic_ns() // 1000)
    except StaleViewError as error:
        return error.code
    return None
