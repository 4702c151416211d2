"""Waiting for one's own write: at once when it is here, bounded when it does not come."""

from __future__ import annotations

import pytest

from policy.adapters.view_waiting import await_at_least
from policy.errors import StaleViewError
from policy.ports import Head


class Time:
    """A clock that moves by what is slept, and a view that moves with it."""

    def __init__(self, arrives: dict[str, tuple[float, int]]) -> None:
        self.now_s, self.arrives = 100.0, arrives

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float, /) -> None:
        self.now_s += seconds

    def head(self, stream: str) -> Head | None:
        if stream not in self.arrives:
            raise StaleViewError("feed.shard", stream)
        after_s, revision = self.arrives[stream]
        return Head(revision, 0) if self.now_s >= 100.0 + after_s else None


def test_what_is_here_is_not_waited_for() -> None:
    view = Time({"a": (0, 7), "b": (0, 2)})
    await_at_least(view, {"a": 7, "b": 1}, clock=view)
    assert view.now_s == 100.0


def test_it_waits_for_the_last_of_them() -> None:
    view = Time({"a": (0.1, 7), "b": (0.3, 2)})
    await_at_least(view, {"a": 7, "b": 2}, clock=view)
    assert 100.3 <= view.now_s < 100.4


def test_what_does_not_come_in_time_is_behind() -> None:
    view = Time({"a": (0, 7), "b": (3, 9)})
    with pytest.raises(StaleViewError, match=r"feed\.behind.*1 of 2") as raised:
        await_at_least(view, {"a": 7, "b": 9}, patience_s=0.5, clock=view)
    assert raised.value.code == "feed.behind"
    assert 100.5 <= view.now_s < 100.6


def test_an_older_revision_is_not_enough() -> None:
    view = Time({"a": (0, 6)})
    with pytest.raises(StaleViewError, match=r"feed\.behind"):
        await_at_least(view, {"a": 7}, patience_s=0.1, clock=view)


def test_a_stream_that_the_view_never_holds_is_not_waited_for() -> None:
    view = Time({})
    with pytest.raises(StaleViewError, match=r"feed\.shard"):
        await_at_least(view, {"a": 1}, clock=view)
    assert view.now_s == 100.0
