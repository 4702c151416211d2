"""A monthly plan's period is the calendar month in UTC, and every moment is in exactly one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.core.periods import month_of


def us(*when: int) -> int:
    return round(datetime(*when, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[misc]


@pytest.mark.parametrize(
    ("now", "begins", "ends"),
    [
        ((2026, 11, 21, 15), (2026, 11, 1), (2026, 12, 1)),
        ((2026, 12, 31, 23, 59, 59), (2026, 12, 1), (2027, 1, 1)),
        ((2027, 1, 1), (2027, 1, 1), (2027, 2, 1)),
        ((2028, 2, 29, 12), (2028, 2, 1), (2028, 3, 1)),
    ],
)
def test_the_month_of_a_moment(now: tuple[int, ...], begins: tuple[int, ...], ends: tuple[int, ...]) -> None:
    assert month_of(us(*now)) == (us(*begins), us(*ends))


@given(st.integers(min_value=0, max_value=4_000_000_000_000_000))
def test_months_follow_each_other_without_a_gap(now_us: int) -> None:
    begins_us, ends_us = month_of(now_us)
    assert begins_us <= now_us < ends_us
    assert month_of(ends_us)[0] == ends_us
    assert month_of(ends_us - 1) == (begins_us, ends_us)
