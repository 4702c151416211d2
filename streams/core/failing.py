"""Owns which failures of a person's stream count to the lock after five: when each was. Does not lock, nor say for how long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from identity.core.verdicts import LAPSED
from schemas.envelope import Envelope

OF_THE_NETWORK: Final = frozenset({"live.broken", "live.late"})
"""A live session that nothing more came of, or that fell behind: a poor connection looks like whoever gives up at the sight of a step."""
SPARED: Final = 5
"""Sessions of that kind that do not count, within a day. A house rule, unmeasured."""
DAY_US: Final = 24 * 3600 * 1_000_000
Failed = Callable[[Envelope], bool]


def enrolment_failures(history: Sequence[Envelope]) -> list[int]:
    """Tell when recordings were refused, and live sessions failed, since the cameo last became active (UTC microseconds).

    What nobody looked at in time is nobody's failure.
    """
    begun = {one.data["enrolment"] for one in history if one.type == "enrolment.started"}
    return _since(
        history, begun, lambda one: one.type == "enrolment.activated",
        lambda one: one.type == "enrolment.refused" and list(one.data["codes"]) != [LAPSED],
    )  # fmt: skip


def verification_failures(history: Sequence[Envelope]) -> list[int]:
    """Tell when answers to re-verifications, and their live sessions, failed since one last passed (UTC microseconds)."""
    begun = {one.data["verification"] for one in history if one.type == "verification.started"}
    return _since(
        history, begun, lambda one: one.type == "verification.answered" and one.data["outcome"] == "passed",
        lambda one: one.type == "verification.answered" and one.data["outcome"] == "failed",
    )  # fmt: skip


def _since(history: Sequence[Envelope], begun: set[str], ends: Failed, fails: Failed) -> list[int]:
    times, spared = list[int](), list[int]()
    for one in history:
        if ends(one):
            times = []
        elif fails(one):
            times.append(one.time_us)
        elif one.type == "live.failed" and one.data["challenge"] in begun:
            spared = [at_us for at_us in spared if at_us > one.time_us - DAY_US]
            if one.data["code"] in OF_THE_NETWORK and len(spared) < SPARED:
                spared.append(one.time_us)
            else:
                times.append(one.time_us)
    return times
