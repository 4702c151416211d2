"""Owns what follows from the recording of a re-verification: is this still the person of this cameo? Does not measure: see identity.

Durable at its end: `verification.answered`, with the recording's marks sealed in it, so that it cannot be shown again anywhere. The
recording is destroyed at once, whatever came of it; nothing else is kept.
Earlier recordings are searched in its turn (streams.agents.ports.Turns), as for enrolments.
An answer never changes a cameo, and never waits for a reviewer: what is not sure has failed. A cameo of the sandbox is judged
as one, where the sandbox is open (streams.core.assured). With a word for danger in it, it looks
as without the word, passes for nobody, holds the cameo and opens a case (streams.core.seeming).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from identity.core.assessment import Activated, Assessment, NeedsReview, Refused, decide
from identity.core.checks.answers_challenge import replayed
from identity.core.checks.known_face import searched
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
from streams.agents.ports import Turns
from streams.agents.recalling import Recordings
from streams.agents.verifying import Assessor
from streams.core.assured import answers_as
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


class Seen(NamedTuple):
    """What a recording shows before it is held against earlier ones, and whether its person calls for help."""

    called: bool
    level: Level
    assessment: Assessment | None
    """None: no recording was looked at, and why stands in `codes`."""
    codes: tuple[str, ...] = ()


class ReverifyAgent:
    """Answers re-verifications, one after the other."""

    name = "reverify"
    kinds: frozenset[StreamKind] = frozenset({"cameo"})

    def __init__(self, store: EventStore, turns: Turns, keys: ReverifyKeys, assessor: Assessor, recordings: Recordings) -> None:
        """`recordings`: earlier ones."""
        self._store = store
        self._turns = turns
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
        seen = self._look(envelope, event, begun, started, history)
        answer = secrets.token_hex(16)
        mark = None if seen.assessment is None else msgspec.msgpack.encode(seen.assessment.fingerprint)
        sealed = {} if mark is None else self._keys.seal(started.owner, envelope.stream, answer, {"fingerprints": mark})
        with self._turns.take() as turn:
            first, *others = self._told(envelope.stream, event, seen, self._against(seen, Level(started.level)))
            done = turn.append(
                Append(
                    actor=ACTOR,
                    events=[NewEvent(*first, answer, sealed), *(NewEvent(*one, secrets.token_hex(16)) for one in others)],
                    correlation=envelope.correlation, causation=envelope.event_id, idempotency_key=f"verify/{event.evidence}",
                    request_sha256=event.sha256,
                )
            )  # fmt: skip
        if not isinstance(done, Appended | AlreadyDone):
            raise HandlingError(f"the answer to {event.enrolment} was not appended: {done}")

    def _told(self, cameo: str, event: RecordingReceived, seen: Seen, codes: tuple[str, ...]) -> list[tuple[str, Event]]:
        """Tell what is appended, and where, the answer first. `codes`: what speaks against it.

        Whoever has a cameo that only looks active called for help before: nobody else is asked.
        """
        with self._store.snapshot() as facts:
            looks, hold, now_us = facts.get(cameo, "status") is None, hold_of(facts, cameo), facts.now_us()
        if seen.called or looks:
            held = [(cameo, one) for one in (answered_of(event.enrolment, seen.level.value, codes), *hold)]
            return [*held, (case_id(event.evidence), call_of(cameo, event.enrolment, codes, now_us))]
        outcome = "failed" if codes else "passed"
        return [(cameo, VerificationAnswered(verification=event.enrolment, outcome=outcome, level=seen.level.value, codes=codes))]

    def _look(
        self, envelope: Envelope, event: RecordingReceived, begun: Envelope, started: VerificationStarted, history: Sequence[Envelope]
    ) -> Seen:
        with self._store.snapshot() as facts:
            shown = as_shown(facts, history)
            profile = answers_as(shown, facts)
        own = own_face(shown, self._keys, sandbox=profile is Profile.SANDBOX)
        if not own or profile is None:
            return Seen(called=False, level=Level.UPLOAD, assessment=None, codes=("face.not_compared",))
        try:
            recording = self._keys.get_evidence(event.evidence, PURPOSE)
        except KeyholderRefusedError as error:
            if not GONE.intersection(error.codes):
                raise
            return Seen(called=False, level=Level.UPLOAD, assessment=None, codes=("evidence.destroyed",))
        asked = asked_of((begun, started), (envelope, event), history, own_template=own)
        assessed = self._assessor.assess(recording, asked, profile).assessment
        called = calls_for_help(self._store, self._keys, started.owner, assessed.heard)
        self._recordings.search(assessed.fingerprint)  # as for enrolments: what is slow is taken in before the turn
        return Seen(called, assessed.level, assessed)

    def _against(self, seen: Seen, wanted: Level) -> tuple[str, ...]:
        """Tell what speaks against an answer, earlier recordings too, without the word where it calls for help: nothing, and it passes."""
        if seen.assessment is None:
            return seen.codes
        found = searched(replayed(seen.assessment, self._recordings.search(seen.assessment.fingerprint)), ())
        match decide(as_if_unsaid(found) if seen.called else found, found.profile):
            case Activated():
                codes: tuple[str, ...] = ()
            case NeedsReview(codes=reasons):
                codes = tuple(code for code in reasons if code not in BESIDE_THE_FACE)
            case Refused(codes=codes):
                pass
        return codes if codes or reaches(found.level, wanted) else ("review.level",)

    def _destroy(self, evidence: str) -> None:
        try:
            self._keys.destroy_evidence(evidence, REASON)
        except KeyholderRefusedError as error:
            log.warning("evidence %s is not destroyed, the schedule will: %s", evidence, error)


def _begins(past: Envelope, verification: str) -> bool:
    return past.type == "verification.started" and past.data["verification"] == verification
