"""Recordings whose time is over are destroyed one by one; one that cannot be now waits for the next round."""

from __future__ import annotations

import pytest

from identity.keys.errors import KeyholderRefusedError
from streams.agents.destroying import DAY_US, destroy_due


class Queries:
    def __init__(self) -> None:
        self.asked: tuple[int, int] | None = None

    def due_evidence(self, accepted_us: int, refused_us: int) -> list[str]:
        self.asked = (accepted_us, refused_us)
        return ["one", "two", "three"]


class Keys:
    def __init__(self) -> None:
        self.destroyed: list[tuple[str, str]] = []

    def destroy_evidence(self, evidence: str, reason: str) -> str:
        if evidence == "two":
            raise KeyholderRefusedError(("seal.broken",))
        self.destroyed.append((evidence, reason))
        return "key"


def test_the_schedule_is_thirty_days_and_seven_for_what_was_refused(caplog: pytest.LogCaptureFixture) -> None:
    queries, keys = Queries(), Keys()
    assert destroy_due(queries, keys) == ["one", "three"]
    assert queries.asked == (30 * DAY_US, 7 * DAY_US)
    assert keys.destroyed == [("one", "schedule"), ("three", "schedule")]
    assert "two" in caplog.text
