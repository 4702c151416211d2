"""The view's age, by two clocks: what is too old, ahead or missing refuses with its own code."""

from __future__ import annotations

import pytest

from policy.core.freshness import KeptBeat, ViewState, freshness
from policy.errors import StaleViewError

WALL_US, MONO_US = 1_000_000_000, 77_000_000
BEAT = KeptBeat(epoch=1, beat=9, time_us=WALL_US, log_index=41, wall_us=WALL_US + 3_000, mono_us=MONO_US)
EMPTY = ViewState(incarnation=1, applied=(0,) * 32, offsets=(0,) * 32)


def state(**more: object) -> ViewState:
    return ViewState(incarnation=1, applied=(0,) * 32, offsets=(0,) * 32, **({"beat": BEAT} | more))  # type: ignore[arg-type]


def code(found: ViewState | None, after_wall_us: int, after_mono_us: int) -> str:
    with pytest.raises(StaleViewError) as raised:
        freshness(found, WALL_US + after_wall_us, MONO_US + after_mono_us)
    return raised.value.code


def test_a_young_beat_is_fresh_and_tells_what_it_covers() -> None:
    fresh = freshness(state(), WALL_US + 200_000, MONO_US + 197_000)
    assert (fresh.beat_time_us, fresh.log_index, fresh.age_us) == (WALL_US, 41, 200_000)


@pytest.mark.parametrize("found", [None, EMPTY])
def test_without_a_beat_the_feed_is_missing(found: ViewState | None) -> None:
    assert code(found, 0, 0) == "feed.missing"


@pytest.mark.parametrize(("wall_us", "mono_us"), [(500_000, 1), (1, 497_000), (-50_000, 600_000)])
def test_either_clock_can_make_it_stale(wall_us: int, mono_us: int) -> None:
    assert code(state(), wall_us, mono_us) == "feed.stale"


def test_just_below_the_bound_is_fresh_by_both_clocks() -> None:
    assert freshness(state(), WALL_US + 499_999, MONO_US + 496_999).age_us == 499_999


def test_a_little_skew_is_tolerated_and_more_is_ahead() -> None:
    assert freshness(state(), WALL_US - 100_000, MONO_US).age_us == 3_000
    assert code(state(), -100_001, 0) == "feed.ahead"


def test_a_beat_that_came_from_the_future_stays_refused_when_the_clock_is_set_forward() -> None:
    early = KeptBeat(epoch=1, beat=9, time_us=WALL_US, log_index=41, wall_us=WALL_US - 200_000, mono_us=MONO_US)
    assert code(state(beat=early), 0, 0) == "feed.ahead"


def test_another_boot_of_the_host_is_stale() -> None:
    assert code(state(), 1, -1) == "feed.stale"


def test_why_it_is_stale_is_told() -> None:
    assert code(state(waiting=True), 500_000, 500_000) == "feed.gap"
    assert code(state(older_epoch=True, waiting=True), 500_000, 500_000) == "feed.epoch"
