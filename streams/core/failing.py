"""Owns which failures of a person's stream count to the lock after five: when each was. Does not lock, nor say for how long."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from identity.core.effects import Effect, effect_of
from identity.core.verdicts import LAPSED
from schemas.envelope import Envelope
from streams.core.assured import SANDBOX

OF_THE_NETWORK: Final = frozenset({"live.broken", "live.late"})
"""A live session that nothing more came of, or that fell behind: a poor connection looks like whoever gives up at the sight of a step."""
UNDECIDED: Final = frozenset({"evidence.destroyed", "review.accessible", "review.doubtful", "review.level", "review.required"})
"""Beside the codes of checks that ask for a reviewer: why an answer to a re-verification failed though nothing refused it. Nobody looks
at those, so that what is unmeasured fails there (a slow answer, a language): no attack, and no failure of whoever cannot do better."""
SPARED: Final = 5
"""Sessions that look like a poor connection, and answers that nothing refused, of each so many within a day do not count. More would let
somebody draw steps, or try a fake, until they suit. A house rule, unmeasured."""
DAY_US: Final = 24 * 3600 * 1_000_000
UPLOAD: Final = "upload"
Challenges = Callable[[Envelope], Collection[str]]
"""Names the challenges whose failures an event ends, or the one that failed by it; none where it does neither."""
NONE: Final = frozenset[str]()


def enrolment_failures(history: Sequence[Envelope]) -> list[int]:
    """Tell when recordings were refused, and live sessions failed, since the cameo last became active (UTC microseconds).

    What nobody looked at in time is nobody's failure. A sandbox activation, which synthetic media may reach, ends what failed in the
    sandbox alone: else one between any four refusals would keep the lock away for ever.
    """
    profiles = {one.data["enrolment"]: one.data["profile"] for one in history if one.type == "enrolment.started"}
    played = frozenset(name for name, profile in profiles.items() if profile == SANDBOX)

    def ends(one: Envelope) -> Collection[str]:
        if one.type != "enrolment.activated":
            return NONE
        return played if one.data["assurance"] == SANDBOX else profiles

    def fails(one: Envelope) -> Collection[str]:
        return (one.data["enrolment"],) if one.type == "enrolment.refused" and list(one.data["codes"]) != [LAPSED] else NONE

    return _since(history, profiles, ends, fails)


def verification_failures(history: Sequence[Envelope]) -> list[int]:
    """Tell when answers to re-verifications, and their live sessions, failed since one last passed (UTC microseconds).

    One upload that passed, which may be an animated photograph, ends what uploads failed alone: else whoever has a friend who asks for
    one would keep the lock away from live fakes.
    """
    ways = {one.data["verification"]: one.data["way"] for one in history if one.type == "verification.started"}
    uploads = frozenset(name for name, way in ways.items() if way == UPLOAD)

    def ends(one: Envelope) -> Collection[str]:
        if one.type != "verification.answered" or one.data["outcome"] != "passed":
            return NONE
        return uploads if one.data["level"] == UPLOAD else ways

    def fails(one: Envelope) -> Collection[str]:
        return (one.data["verification"],) if one.type == "verification.answered" and one.data["outcome"] == "failed" else NONE

    return _since(history, ways, ends, fails)


def _since(history: Sequence[Envelope], begun: Collection[str], ends: Challenges, fails: Challenges) -> list[int]:
    failures, broken, undecided = list[tuple[str, int]](), Spared(), Spared()
    for one in history:
        forgiven = ends(one)
        if forgiven:
            failures = [failure for failure in failures if failure[0] not in forgiven]
        failed, live = fails(one), one.type == "live.failed" and one.data["challenge"] in begun
        if failed:
            spared = _undecided(one) and undecided.spare(one.time_us)
        else:
            spared = live and one.data["code"] in OF_THE_NETWORK and broken.spare(one.time_us)
        if not spared:
            failures += [(challenge, one.time_us) for challenge in ((one.data["challenge"],) if live else failed)]
    return [at_us for _, at_us in failures]


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
