"""Owns what follows from the recording of a re-verification: is this still the person of this cameo? Does not measure: see identity.

Durable at its end: `verification.answered`. The recording is destroyed at once, whatever came of it; nothing else is kept.
An answer never changes a cameo, and never waits for a reviewer: what is not sure has failed.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from identity.core.assessment import Activated, NeedsReview, Refused, decide
from identity.core.checks.known_face import searched
from identity.core.fingerprint import Fingerprint
from identity.core.profiles import Level, Profile, reaches
from identity.keys.errors import KeyholderRefusedError
from schemas.cameo import RecordingReceived
from schemas.codec import event_of
from schemas.envelope import Envelope
from schemas.ids import StreamKind
from schemas.verification import VerificationAnswered, VerificationStarted
from streams.agents.errors import HandlingError
from streams.agents.evidence import GONE
from streams.agents.own_face import TemplateKeys, own_face
from streams.agents.verifying import ACTOR, Assessor
from streams.core.changes import Change
from streams.core.verification import asked_of
from streams.ports import AlreadyDone, Append, Appended, EventStore, NewEvent

PURPOSE = "verify"
REASON = "answered"
BESIDE_THE_FACE = frozenset({"review.level", "review.accessible", "review.age"})
"""Reasons for a reviewer that say nothing against the person: the assertion names the level, and who asks decides if it is enough."""
log = logging.getLogger(__name__)


class ReverifyKeys(TemplateKeys, Protocol):
    """The part of the keyholder that re-verification needs."""

    def get_evidence(self, evidence: str, purpose: str) -> bytes:
        """Open a recording."""
        ...

    def destroy_evidence(self, evidence: str, reason: str) -> str:
        """Destroy it."""
        ...


class ReverifyAgent:
    """Answers re-verifications, one after the other."""

    name = "reverify"
    kinds: frozenset[StreamKind] = frozenset({"cameo"})

    def __init__(self, store: EventStore, keys: ReverifyKeys, assessor: Assessor, earlier: Callable[[], Sequence[Fingerprint]]) -> None:
        """`earlier`: the marks of recordings that could be played again."""
        self._store = store
        self._keys = keys
        self._assessor = assessor
        self._earlier = earlier

    def handle(self, envelope: Envelope) -> Sequence[Change]:
        """Answer where a recording came for a re-verification; every other event is only counted."""
        event = event_of(envelope)
        if isinstance(event, RecordingReceived):
            history = self._store.read(envelope.stream)
            begun = next((past for past in history if _begins(past, event.enrolment)), None)
            if begun is not None:
                self._answer(envelope, event, begun, history)
                self._destroy(event.evidence)
        return ()

    def _answer(self, envelope: Envelope, event: RecordingReceived, begun: Envelope, history: Sequence[Envelope]) -> None:
        if any(past.type == "verification.answered" and past.data["verification"] == event.enrolment for past in history):
            return
        started = event_of(begun)
        assert isinstance(started, VerificationStarted)
        outcome, level, codes = self._judge(envelope, event, begun, started, history)
        answered = VerificationAnswered(verification=event.enrolment, outcome=outcome, level=level.value, codes=codes)
        done = self._store.append(
            Append(
                actor=ACTOR, events=[NewEvent(envelope.stream, answered, secrets.token_hex(16))], correlation=envelope.correlation,
                causation=envelope.event_id, idempotency_key=f"verify/{event.evidence}", request_sha256=event.sha256,
            )
        )  # fmt: skip
        if not isinstance(done, Appended | AlreadyDone):
            raise HandlingError(f"the answer to {event.enrolment} was not appended: {done}")

    def _judge(
        self, envelope: Envelope, event: RecordingReceived, begun: Envelope, started: VerificationStarted, history: Sequence[Envelope]
    ) -> tuple[Literal["passed", "failed"], Level, tuple[str, ...]]:
        own = own_face(history, self._keys)
        if not own:
            return "failed", Level.UPLOAD, ("face.not_compared",)
        try:
            recording = self._keys.get_evidence(event.evidence, PURPOSE)
        except KeyholderRefusedError as error:
            if not GONE.intersection(error.codes):
                raise
            return "failed", Level.UPLOAD, ("evidence.destroyed",)
        asked = asked_of((begun, started), (envelope, event), history, earlier=self._earlier(), own_template=own)
        found = searched(self._assessor.assess(recording, asked, Profile.BASIC).assessment, ())
        match decide(found, Profile.BASIC):
            case Activated():
                codes: tuple[str, ...] = ()
            case NeedsReview(codes=reasons):
                codes = tuple(code for code in reasons if code not in BESIDE_THE_FACE)
            case Refused(codes=codes):
                pass
        if not codes and not reaches(found.level, Level(started.level)):
            codes = ("review.level",)
        return ("failed" if codes else "passed"), found.level, codes

    def _destroy(self, evidence: str) -> None:
        try:
            self._keys.destroy_evidence(evidence, REASON)
        except KeyholderRefusedError as error:
            log.warning("evidence %s is not destroyed, the schedule will: %s", evidence, error)


def _begins(past: Envelope, verification: str) -> bool:
    return past.type == "verification.started" and past.data["verification"] == verification
