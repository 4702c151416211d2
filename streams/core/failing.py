"""Owns which failures of a person's stream count to the lock after five: when each was. Does not lock, nor say for how long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from identity.core.effects import Effect, effect_of
from identity.core.verdicts import LAPSED
from schemas.envelope import Envelope

OF_THE_NETWORK: Final = frozenset({"live.broken", "live.late"})
"""A live session that nothing more came of, or that fell behind: a poor connection looks like whoever gives up at the sight of a step."""
UNDECIDED: Final = frozenset({"evidence.destroyed", "review.accessible", "review.doubtful", "review.level", "review.required"})
"""Beside the codes of checks that ask for a reviewer: why an answer to a re-verification failed though nothing refused it. Nobody looks
at those, so that what is unmeasured fails there (a slow answer, a language): no attack, and no failure of whoever cannot do better."""
SPARED: Final = 5
"""Sessions that look like a poor connection, and answers that nothing refused, of each so many within a day do not count. More would let
somebody draw steps, or try a fake, until they suit. A house rule, unmeasured."""
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
    times, broken, undecided = list[int](), Spared(), Spared()
    for one in history:
        if ends(one):
            times = []
            continue
        ended = one.type == "live.failed" and one.data["challenge"] in begun
        if fails(one):
            spared = _undecided(one) and undecided.spare(one.time_us)
        else:
            spared = ended and one.data["code"] in OF_THE_NETWORK and broken.spare(one.time_us)
        if (ended or fails(one)) and not spared:
            times.append(one.time_us)
    return times


class Spared:
    """Failures of one kind that do not count: so many within a day."""

    def __init__(self) -> None:
        self._at_us = list[int]()

    def spare(self, at_us: int) -> bool:
        """Tell whether one more is spared, in the order of time."""
        self._at_us = [before for before in self._at_us if before > at_us - DAY_US]
        if len(self._at_us) >= SPARED:
            return False
        self._at_us.append(at_us)
        return True


def _undecided(one: Envelope) -> bool:
    """Tell whether nothing refused an answer that failed: each code asks for somebody who looks."""
    codes: Sequence[str] = one.data["codes"] if one.type == "verification.answered" else ()
    return bool(codes) and all(code in UNDECIDED or effect_of(code) is not Effect.REFUSE for code in codes)
