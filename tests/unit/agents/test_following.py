"""Every event is taken in once, whether it is numbered before it is read, after it or never."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import pytest

from identity.keys.rights import MOST_AT_ONCE
from identity.keys.wire import Opened
from streams.agents.following import Follower, Page, Placed, opened

E = TypeVar("E", bound=Placed)


def page_of(events: Sequence[E], after: int, limit: int) -> Page[E]:
    """Read from a list as the ledger is read."""
    above = [(one.log_index, one) for one in events if one.log_index is not None and one.log_index > after]
    if len(above) >= limit:
        return Page([one for _, one in above[:limit]], above[limit - 1][0], is_last=False)
    ahead = [one for one in events if one.log_index is None]
    reached = max((one.log_index for one in events if one.log_index is not None), default=-1)
    return Page([*(one for _, one in above), *ahead], max(after, reached), is_last=True)


class Event(NamedTuple):
    log_index: int | None
    position: int


class Ledger:
    """Events, what was taken in of them, and who fails to."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.taken: list[int] = []
        self.failing = 0
        self.follower = Follower(lambda after, limit: page_of(self.events, after, limit), self.take, 3)

    def append(self, *positions: int) -> None:
        self.events += [Event(None, position) for position in positions]

    def number(self, *positions: int) -> None:
        size = sum(one.log_index is not None for one in self.events)
        places = {position: size + at for at, position in enumerate(positions)}
        numbered = [Event(places.get(one.position, one.log_index), one.position) for one in self.events]
        self.events = sorted(numbered, key=lambda one: (one.log_index is None, one.log_index or 0, one.position))

    def take(self, events: Sequence[Event]) -> int:
        if self.failing:
            self.failing -= 1
            raise TimeoutError
        self.taken += [one.position for one in events]
        return len(events)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def test_what_has_no_number_yet_is_taken_in_and_passed_over_when_it_gets_one(ledger: Ledger) -> None:
    ledger.append(1, 2)
    ledger.number(1)
    assert ledger.follower.follow() == 2
    ledger.number(2)
    assert ledger.follower.follow() == 0
    assert ledger.taken == [1, 2]


def test_a_position_below_the_last_one_that_is_committed_late_is_not_missed(ledger: Ledger) -> None:
    ledger.append(1, 5)
    ledger.number(1, 5)
    ledger.follower.follow()
    ledger.append(3)
    ledger.follower.follow()
    ledger.number(3)
    assert ledger.follower.follow() == 0
    assert ledger.taken == [1, 5, 3]


def test_more_than_a_page_without_numbers_is_taken_in_once_through_all_pages(ledger: Ledger) -> None:
    ledger.append(*range(10))
    assert ledger.follower.follow() == 10
    ledger.number(*range(8))
    ledger.append(*range(10, 20))
    assert ledger.follower.follow() == 10
    ledger.number(*range(8, 20))
    assert ledger.follower.follow() == 0
    assert ledger.taken == list(range(20))


def test_what_could_not_be_taken_in_is_taken_in_by_the_next_call(ledger: Ledger) -> None:
    ledger.append(*range(5))
    ledger.number(*range(4))
    ledger.failing = 1
    with pytest.raises(TimeoutError):
        ledger.follower.follow()
    assert ledger.follower.follow() == 5
    assert ledger.taken == list(range(5))


def test_many_fields_are_opened_by_few_askings_and_those_that_are_gone_are_left_out() -> None:
    asked: list[int] = []

    class Keys:
        def unseal_at(self, positions: Sequence[int], purpose: str) -> list[Opened]:
            asked.append(len(positions))
            assert purpose == "replay"
            return [Opened(position=p, stream="s", event_id="e", fields={"mark": b"m"} if p else {}) for p in positions]

    many = range(MOST_AT_ONCE + 5)
    assert set(opened(Keys(), [*many, 7], "replay", "mark")) == set(many) - {0}
    assert asked == [MOST_AT_ONCE, 5]
    assert opened(Keys(), [], "replay", "mark") == {}
    assert len(asked) == 2, "nothing is asked for nothing"
