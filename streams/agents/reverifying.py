"""Owns what follows from the recording of a re-verification: is this still the person of this cameo? Does not measure: see identity.

Durable at its end: `verification.answered`, with the recording's marks sealed in it, so that it cannot be shown again anywhere. The
recording is destroyed at once, whatever came of it; nothing else is kept.
An answer never changes a cameo, and never waits for a reviewer: what is not sure has failed. With a word for danger in it, it looks
as without the word, passes for nobody, holds the cameo and opens a case (streams.core.seeming).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from identity.core.assessment import Activated, NeedsReview, Refused, decide
from identity.core.checks.answers_challenge import replayed
from identity.core.checks.known_face import searched
from identity.core.fingerprint import Fingerprint
from identity.core.profiles import Level, Profile, reaches
from identity.keys.errors import KeyholderRefusedError
from schemas.cameo import RecordingReceived
from schemas.codec import event_of
from schemas.envelope import Envelope, Sealed
from schemas.ids import StreamKind
from schemas.registry import Event
from schemas.verification import VerificationAnswered, VerificationStarted
from streams.agents.calling import calls_for_help
from streams.agents.errors import HandlingError
from streams.agents.evidence import GONE
from streams.agents.outcomes import ACTOR
from streams.agents.own_face import TemplateKeys, own_face
from streams.agents.recalling import Recordings
from streams.agents.verifying import Assessor
from streams.core.casework import case_id
from streams.core.changes import Change
from streams.core.seeming import answered_of, as_if_unsaid, as_shown, call_of, hold_of
from streams.core.verification import asked_of
from streams.ports import AlreadyDone, Append, Appended, EventStore, NewEvent

PURPOSE = "verify"
REASON = "answered"
BESIDE_THE_FACE = frozenset({"review.level", "review.accessible", "review.age"})
"""Reasons for a reviewer that say nothing against the person: the assertion names the level, and who asks decides if it is enough."""
log = logging.getLogger(__name__)


class ReverifyKeys(TemplateKeys, Protocol):
    """The part of the keyholder that re-verification needs."""

    def seal(self, account: str, stream: str, event_id: str, fields: Mapping[str, bytes]) -> dict[str, Sealed]:
        """Seal marks."""
        ...

    def get_evidence(self, evidence: str, purpose: str) -> bytes:
        """Open a recording."""
        ...

    def destroy_evidence(self, evidence: str, reason: str) -> str:
        """Destroy it."""
        ...


class Judged(NamedTuple):
    """What speaks against an answer, without the word where it calls for help: nothing, and it passes."""

    called: bool
    level: Level
    codes: tuple[str, ...]
    mark: Fingerprint | None
    """None: no recording was seen."""


class ReverifyAgent:
    """Answers re-verifications, one after the other."""

    name = "reverify"
    kinds: frozenset[StreamKind] = frozenset({"cameo"})

    def __init__(self, store: EventStore, keys: ReverifyKeys, assessor: Assessor, recordings: Recordings) -> None:
        """`recordings`: earlier ones."""
        self._store = store
        self._keys = keys
        self._assessor = assessor
        self._recordings = recordings

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
        events, mark = self._told(envelope, event, begun, started, history)
        answer = secrets.token_hex(16)
        marks = {"fingerprints": msgspec.msgpack.encode(mark)}
        sealed = {} if mark is None else self._keys.seal(started.owner, envelope.stream, answer, marks)
        news = [NewEvent(place, one, secrets.token_hex(16)) for place, one in events[1:]]
        done = self._store.append(
            Append(
                actor=ACTOR, events=[NewEvent(*events[0], answer, sealed), *news],
                correlation=envelope.correlation, causation=envelope.event_id, idempotency_key=f"verify/{event.evidence}",
                request_sha256=event.sha256,
            )
        )  # fmt: skip
        if not isinstance(done, Appended | AlreadyDone):
            raise HandlingError(f"the answer to {event.enrolment} was not appended: {done}")

    def _told(
        self, envelope: Envelope, event: RecordingReceived, begun: Envelope, started: VerificationStarted, history: Sequence[Envelope]
    ) -> tuple[list[tuple[str, Event]], Fingerprint | None]:
        """Tell what is appended, and where, the answer first, and the recording's marks.

        Whoever has a cameo that only looks active called for help before: nobody else is asked.
        """
        cameo = envelope.stream
        with self._store.snapshot() as facts:
            looks, shown, hold, now_us = facts.get(cameo, "status") is None, as_shown(facts, history), hold_of(facts, cameo), facts.now_us()
        called, level, codes, mark = self._judge(envelope, event, begun, started, history, shown)
        if called or looks:
            held = [(cameo, one) for one in (answered_of(event.enrolment, level.value, codes), *hold)]
            return [*held, (case_id(event.evidence), call_of(cameo, event.enrolment, codes, now_us))], mark
        outcome = "failed" if codes else "passed"
        return [(cameo, VerificationAnswered(verification=event.enrolment, outcome=outcome, level=level.value, codes=codes))], mark

    def _judge(
        self, envelope: Envelope, event: RecordingReceived, begun: Envelope, started: VerificationStarted, history: Sequence[Envelope],
        shown: Sequence[Envelope],
    ) -> Judged:  # fmt: skip
        own = own_face(shown, self._keys)
        if not own:
            return Judged(called=False, level=Level.UPLOAD, codes=("face.not_compared",), mark=None)
        try:
            recording = self._keys.get_evidence(event.evidence, PURPOSE)
        except KeyholderRefusedError as error:
            if not GONE.intersection(error.codes):
                raise
            return Judged(called=False, level=Level.UPLOAD, codes=("evidence.destroyed",), mark=None)
        asked = asked_of((begun, started), (envelope, event), history, own_template=own)
        assessed = self._assessor.assess(recording, asked, Profile.BASIC).assessment
        found = searched(replayed(assessed, self._recordings.search(assessed.fingerprint)), ())
        called = calls_for_help(self._store, self._keys, started.owner, found.heard)
        match decide(as_if_unsaid(found) if called else found, Profile.BASIC):
            case Activated():
                codes: tuple[str, ...] = ()
            case NeedsReview(codes=reasons):
                codes = tuple(code for code in reasons if code not in BESIDE_THE_FACE)
            case Refused(codes=codes):
                pass
        if not codes and not reaches(found.level, Level(started.level)):
            codes = ("review.level",)
        return Judged(called, found.level, codes, found.fingerprint)

    def _destroy(self, evidence: str) -> None:
        try:
            self._keys.destroy_evidence(evidence, REASON)
        except KeyholderRefusedError as error:
            log.warning("evidence %s is not destroyed, the schedule will: %s", evidence, error)


def _begins(past: Envelope, verification: str) -> bool:
    return past.type == "verification.started" and past.data["verification"] == verification
