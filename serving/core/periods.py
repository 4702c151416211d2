"""Periods of a plan: calendar months in UTC. Knows no clock and sets no plan."""

from __future__ import annotations

from datetime import UTC, datetime


def month_of(now_us: int) -> tuple[int, int]:
    """Tell the month that a moment is in: its first microsecond, and the first one of the next."""
    now = datetime.fromtimestamp(now_us // 1_000_000, UTC)
    begins = datetime(now.year, now.month, 1, tzinfo=UTC)
    ends = datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)
    return round(begins.timestamp()) * 1_000_000, round(ends.timestamp()) * 1_000_000
