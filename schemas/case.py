"""Events of a case: what a person must look at, who looked, what they said. Kept apart from the stream of whom it concerns.

A case may name two people who must not learn of each other, or one who must not be seen to have asked for help: so it is in
no one's own audit.
"""

from __future__ import annotations

from typing import Literal

from schemas.registry import Event, event

CaseKind = Literal[
    "verified", "doubtful", "level", "known_face", "accessible", "document", "guardian", "thing", "distress", "appeal", "recovery"
]
Vote = Literal["accept", "refuse"]


@event("case.opened", 1, stream="case", sealed=("text",))
class CaseOpenedV1(Event, frozen=True):
    """Somebody must look. `people`: how many must agree; `due_us`: until when (UTC microseconds)."""

    kind: CaseKind
    cameo: str
    enrolment: str | None
    evidence: str | None
    codes: tuple[str, ...]
    people: int
    due_us: int
    other: str | None = None
    about: str | None = None


@event("case.opened", 2, stream="case", sealed=("text",))
class CaseOpened(Event, frozen=True):
    """Somebody must look. `people`: how many must agree; `due_us`: until when (UTC microseconds)."""

    kind: CaseKind
    cameo: str
    enrolment: str | None
    evidence: str | None
    codes: tuple[str, ...]
    people: int
    due_us: int
    other: str | None = None
    """What it may be the same face as: another cameo, an entry of the protected list, a refused attacker's enrolment."""
    about: str | None = None
    """The case that is appealed against."""
    other_cameo: str | None = None
    """The cameo under which that face was tried, whose owner may not judge; of the protected list there is none."""


@event("case.looked", 1, stream="case")
class CaseLooked(Event, frozen=True):
    """A reviewer asked to look: at the evidence, or (without evidence) at what was measured and said. Written before it was opened."""

    evidence: str | None
    blurred: bool
    purpose: str


@event("case.shown", 1, stream="case")
class CaseShown(Event, frozen=True):
    """What a reviewer asked to look at was opened and made into a picture or a sound, which then was sent. Written after that was made."""

    evidence: str
    blurred: bool
    purpose: str


@event("case.voted", 1, stream="case")
class CaseVoted(Event, frozen=True):
    """A reviewer decided; the reasons are codes of a fixed list."""

    reviewer: str
    decision: Vote
    reasons: tuple[str, ...]


@event("case.closed", 1, stream="case")
class CaseClosed(Event, frozen=True):
    """The case is over. `lapsed`: nobody decided in time, which refuses."""

    outcome: Literal["accept", "refuse", "lapsed"]
