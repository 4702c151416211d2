"""Owns which events follow from a judged recording of a person. Does not search, decide or append."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from identity.core.assessment import Activated, Assessment, Decision, NeedsReview
from identity.core.faces import FaceMatch
from identity.core.reviewing import wanted
from schemas.cameo import EnrolmentStarted, RecordingReceived
from schemas.registry import Event
from streams.core.seeming import codes_of, held_of
from streams.core.verification import assessed_of, case_of, outcome_of


class Judged(NamedTuple):
    """What a recording came to, with what a search found then."""

    assessment: Assessment
    matches: tuple[FaceMatch, ...]
    decision: Decision


def events_of(
    cameo: str, event: RecordingReceived, started: EnrolmentStarted, judged: Judged, now_us: int, hold: Sequence[Event] | None
) -> tuple[Event, ...]:
    """Tell the assessment, its outcome, and the case that a reviewer finds.

    `hold`: None where nobody calls for help; else what holds the cameo, beside a case that says so and an outcome that does not.
    """
    assessment, matches, decision = judged
    assessed, outcome = assessed_of(event, started, assessment), outcome_of(event.enrolment, started, assessment, decision, now_us)
    if hold is not None:
        codes = codes_of(decision)
        seems = held_of(event.enrolment) if isinstance(decision, Activated) else outcome
        return assessed, seems, case_of(cameo, event, wanted(codes, assessment.profile, now_us), codes, None), *hold
    if isinstance(decision, NeedsReview):
        nearest = max(matches, key=lambda match: match.similarity_micro, default=None)
        other = nearest if "face.known" in decision.codes else None
        return assessed, outcome, case_of(cameo, event, wanted(decision.codes, assessment.profile, now_us), decision.codes, other)
    return assessed, outcome
