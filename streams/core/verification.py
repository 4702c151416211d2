"""Owns reading a challenge back from its events and writing an assessment as events. Does not assess, store or append."""

from __future__ import annotations

from collections.abc import Sequence

from identity.core.assessment import Activated, Assessment, Decision, NeedsReview, Refused
from identity.core.challenge import Challenge, Movement
from identity.core.enrolment import Submission
from schemas.cameo import CheckScore, EnrolmentActivated, EnrolmentAssessed, EnrolmentRefused, EnrolmentStarted, RecordingReceived
from schemas.envelope import Envelope
from schemas.registry import Event

LARGEST = 2**53 - 1


def challenge_of(envelope: Envelope, event: EnrolmentStarted) -> Challenge:
    """Read the challenge back from the event that issued it."""
    return Challenge(
        challenge_id=event.enrolment,
        account=event.owner,
        phrase=event.phrase,
        movements=tuple(Movement(movement) for movement in event.movements),
        issued_at_us=envelope.time_us,
        expires_at_us=event.expires_at_us,
    )


def _storable(micro: int) -> int:
    """Keep a score inside what canonical JSON holds: an assessment writes a score that is no number as 2**53."""
    return max(-LARGEST, min(LARGEST, micro))


def submission_of(envelope: Envelope, event: RecordingReceived, history: Sequence[Envelope]) -> Submission:
    """Tell how a recording came in; the challenge is used if an earlier recording answered it."""
    used = any(
        past.revision < envelope.revision and past.type == "enrolment.recording_received" and past.data["enrolment"] == event.enrolment
        for past in history
    )
    return Submission(
        account=envelope.acting_as or envelope.actor,
        received_at_us=envelope.time_us,
        challenge_used=used,
        camera_label=event.camera_label,
    )


def assessed_of(event: RecordingReceived, started: EnrolmentStarted, assessment: Assessment) -> EnrolmentAssessed:
    """Write an assessment down for the record."""
    checks = tuple(
        CheckScore(
            number=result.number,
            name=result.name,
            code=result.code,
            score_micro=_storable(result.score_micro),
            threshold_micro=_storable(result.threshold_micro),
            passed=result.passed,
            decisive=result.decisive,
        )
        for result in assessment.results
    )
    models = tuple(f"{model.name}@{model.sha256}" for model in assessment.models)
    return EnrolmentAssessed(enrolment=event.enrolment, evidence=event.evidence, profile=started.profile, checks=checks, models=models)


def outcome_of(enrolment: str, started: EnrolmentStarted, decision: Decision) -> tuple[Event, ...]:
    """Tell the event of a decision; one that waits for a reviewer has none yet."""
    match decision:
        case Activated():
            return (EnrolmentActivated(enrolment=enrolment, assurance=started.profile),)
        case Refused():
            return (EnrolmentRefused(enrolment=enrolment, codes=decision.codes),)
        case NeedsReview():
            return ()


def failures_since_activation(history: Sequence[Envelope]) -> int:
    """Count refused recordings since the cameo last became active."""
    count = 0
    for past in history:
        if past.type == "enrolment.activated":
            count = 0
        elif past.type == "enrolment.refused":
            count += 1
    return count


def begins(event: Event, enrolment: str) -> bool:
    """Tell whether an event issued this enrolment's challenge."""
    return isinstance(event, EnrolmentStarted) and event.enrolment == enrolment
