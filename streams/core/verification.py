"""Owns reading a challenge back from its events and writing an assessment as events. Does not assess, store or append."""

from __future__ import annotations

from collections.abc import Sequence

from identity.core.assessment import Activated, Assessment, Decision, NeedsReview, Refused
from identity.core.challenge import Challenge, Movement
from identity.core.context import Asked
from identity.core.enrolment import Submission, lock_after_us
from identity.core.faces import FaceMatch
from identity.core.live import Arrival, LiveTrace, Step
from identity.core.reviewing import Wanted
from schemas.cameo import (
    CheckScore,
    EnrolmentActivated,
    EnrolmentAssessed,
    EnrolmentHeld,
    EnrolmentLocked,
    EnrolmentRefused,
    EnrolmentStarted,
    RecordingReceived,
)
from schemas.case import CaseOpened
from schemas.envelope import Envelope
from schemas.registry import Event
from schemas.verification import VerificationStarted
from streams.core.failing import enrolment_failures
from streams.core.telling import held_as

LARGEST = 2**53 - 1
REFRESH_US = 365 * 24 * 3600 * 1_000_000
"""A person should be seen again each year (issue 5)."""
REMIND_US = 30 * 24 * 3600 * 1_000_000
"""How long before that they are reminded; again at the date. A choice, unmeasured."""


Begun = EnrolmentStarted | VerificationStarted
"""What issued a challenge."""


def challenge_of(envelope: Envelope, event: Begun, answer: RecordingReceived) -> Challenge:
    """Read the challenge back from the event that issued it, and of a stepwise one from the event that told it afterwards."""
    told: Begun | RecordingReceived = answer if event.way == "stepwise" else event
    return Challenge(
        challenge_id=event.enrolment if isinstance(event, EnrolmentStarted) else event.verification,
        account=event.owner,
        phrase=told.phrase,
        movements=tuple(Movement(movement) for movement in told.movements),
        issued_at_us=envelope.time_us,
        expires_at_us=event.expires_at_us,
        language=event.language,
        way=event.way,
        light=answer.light if event.light else (),
        without=event.without,
    )


def asked_of(
    begun: tuple[Envelope, Begun], received: tuple[Envelope, RecordingReceived], history: Sequence[Envelope],
    *, own_template: bytes | None, guardian_template: bytes | None = None,
) -> Asked:  # fmt: skip
    """Read back what a recording answers and how it came in. A challenge told afterwards must be the one that was committed to."""
    event, answer = begun[1], received[1]
    challenge = challenge_of(*begun, answer)
    kept = event.way == "upload" or challenge.commitment(answer.salt) == event.commitment
    return Asked(
        challenge,
        submission_of(*received, history, as_committed=kept),
        live=live_of(answer) if event.way == "stepwise" else None,
        own_template=own_template,
        guardian_template=guardian_template,
    )


def live_of(answer: RecordingReceived) -> LiveTrace | None:
    """Read back how a live challenge went; None for an upload."""
    if answer.live is None:
        return None
    steps = tuple(Step(s.kind, s.what, s.issued_at_us, s.deadline_us, s.done_at_us) for s in answer.live.steps)
    return LiveTrace(steps, tuple(Arrival(a.bytes, a.at_us) for a in answer.live.arrivals))


def _storable(micro: int) -> int:
    """Keep a score inside what canonical JSON holds: an assessment writes a score that is no number as 2**53."""
    return max(-LARGEST, min(LARGEST, micro))


def submission_of(envelope: Envelope, event: RecordingReceived, history: Sequence[Envelope], *, as_committed: bool = True) -> Submission:
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
        as_committed=as_committed,
        client=event.client,
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
    return EnrolmentAssessed(
        enrolment=event.enrolment, evidence=event.evidence, profile=started.profile, checks=checks, models=models,
        level=assessment.level.value, attack_micro=assessment.attack_micro,
    )  # fmt: skip


def outcome_of(enrolment: str, started: EnrolmentStarted, assessment: Assessment, decision: Decision, now_us: int) -> Event:
    """Tell the event of a decision."""
    match decision:
        case Activated():
            level = assessment.level.value
            return EnrolmentActivated(enrolment=enrolment, assurance=started.profile, level=level, refresh_by_us=now_us + REFRESH_US)
        case Refused():
            return EnrolmentRefused(enrolment=enrolment, codes=decision.codes)
        case NeedsReview():
            return EnrolmentHeld(enrolment=enrolment, codes=held_as(decision.codes))


def case_of(cameo: str, event: RecordingReceived, wish: Wanted, codes: tuple[str, ...], other: FaceMatch | None) -> CaseOpened:
    """Write down what a person is asked to look at, and the known face that it may be."""
    ref, whose = (None, None) if other is None else (other.ref, other.cameo)
    return CaseOpened(
        kind=wish.kind, cameo=cameo, enrolment=event.enrolment, evidence=event.evidence, codes=codes,
        people=wish.people, due_us=wish.due_us, other=ref, other_cameo=whose,
    )  # fmt: skip


def lock_of(history: Sequence[Envelope], now_us: int, elsewhere: int = 0) -> tuple[Event, ...]:
    """Tell the lock that one more refusal reaches; most reach none. `elsewhere`: attacks with this face under other accounts."""
    failures = len(enrolment_failures(history)) + 1
    duration_us = lock_after_us(failures, elsewhere)
    return (EnrolmentLocked(until_us=now_us + duration_us, failures=failures),) if duration_us else ()


def begins(event: Event, enrolment: str) -> bool:
    """Tell whether an event issued this enrolment's challenge."""
    return isinstance(event, EnrolmentStarted) and event.enrolment == enrolment
