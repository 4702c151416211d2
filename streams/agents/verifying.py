"""Owns what follows from a recording: assess, decide, seal assets, append the outcome. Does not measure: see identity.

Durable at its end, in one append: assessed with activated, refused, or held beside the case that a reviewer finds, and
locked at every fifth failure. Assets are sealed before `activated`, so an active cameo always has them. Called again after
a crash it finds its own append by the evidence's idempotency key.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from identity.core.assessment import Activated, Assessment, NeedsReview, decide
from identity.core.checks.known_face import searched
from identity.core.context import Asked, FaceMatch
from identity.core.fingerprint import Fingerprint
from identity.core.profiles import Profile
from identity.core.reviewing import wanted
from identity.keys.errors import KeyholderRefusedError
from schemas.cameo import EnrolmentAssessed, EnrolmentRefused, EnrolmentStarted, Facet, RecordingReceived, SubjectKeyDestroyed
from schemas.case import CaseOpened
from schemas.codec import event_of
from schemas.envelope import Envelope, Sealed
from schemas.ids import StreamKind, cameo_of
from schemas.registry import Event
from schemas.verification import VerificationStarted
from streams.agents.calling import calls_for_help
from streams.agents.errors import HandlingError
from streams.agents.evidence import ASSESS, GONE
from streams.agents.own_face import COMPARE_PURPOSE, own_face
from streams.core.casework import case_id
from streams.core.changes import Change
from streams.core.seeming import as_if_unsaid, codes_of, held_of, hold_of
from streams.core.verification import (
    asked_of,
    assessed_of,
    begins,
    case_of,
    lock_of,
    outcome_of,
)
from streams.ports import AlreadyDone, Append, Appended, Conflict, EventStore, NewEvent, Outcome

ACTOR = "worker"
TRIES = 3


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one recording: what the checks found and, if they activate, the likeness in clear by facet."""

    assessment: Assessment
    assets: Mapping[Facet, bytes]


class Assessor(Protocol):
    """Runs the checks, in a process of its own."""

    def assess(self, recording: bytes, asked: Asked, profile: Profile) -> Found:
        """Assess one recording, without a search among known faces; seconds. Raises HandlingError when the process died."""
        ...

    def cut(self, recording: bytes) -> Mapping[Facet, bytes]:
        """Cut the likeness of a recording, whatever the checks found; empty without a face."""
        ...


class FaceSearch(Protocol):
    """Looks among known faces."""

    def search(self, template: bytes, cameo: str) -> tuple[FaceMatch, ...] | None:
        """Find known faces that this one resembles, without `cameo` itself; None when it cannot be searched now."""
        ...


class VerifyKeys(Protocol):
    """The part of the keyholder that verification needs."""

    def seal(self, account: str, stream: str, event_id: str, fields: Mapping[str, bytes]) -> dict[str, Sealed]:
        """Seal fingerprints."""
        ...

    def unseal(self, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        """Open earlier fingerprints."""
        ...

    def get_evidence(self, evidence: str, purpose: str) -> bytes:
        """Open a recording."""
        ...

    def put_asset(self, cameo: str, owner: str, facet: Facet, asset: bytes) -> object:
        """Seal one facet and record it."""
        ...


AssessedEvents = Callable[[], Sequence[tuple[str, str]]]
"""Every (stream, event id) whose fingerprints a new recording is held against, newest first, bounded."""


class VerifyAgent:
    """Verifies recordings, one after the other."""

    name = "verify"
    kinds: frozenset[StreamKind] = frozenset({"cameo"})

    def __init__(
        self, store: EventStore, keyholder: VerifyKeys, assessor: Assessor, assessed: AssessedEvents, faces: FaceSearch | None = None
    ) -> None:
        """`faces` None: nothing is searched, and a profile that needs it refuses."""
        self._faces = faces
        self._store = store
        self._keyholder = keyholder
        self._assessor = assessor
        self._assessed = assessed
        self._marks: dict[tuple[str, str], Fingerprint | None] = {}
        """Fingerprints by event id, unsealed once a process: they are biometric and lie nowhere else in clear."""

    def handle(self, envelope: Envelope) -> Sequence[Change]:
        """Assess a recording that was received, and forget who was erased; every other event is only counted."""
        event = event_of(envelope)
        if isinstance(event, SubjectKeyDestroyed):
            self._marks = {name: mark for name, mark in self._marks.items() if name[0] != envelope.stream}
        if isinstance(event, RecordingReceived):
            self._verify(envelope, event)
        return ()

    def _verify(self, envelope: Envelope, event: RecordingReceived) -> None:
        history = self._store.read(envelope.stream)
        events = [(past, event_of(past)) for past in history]
        if any(isinstance(past, EnrolmentAssessed) and past.evidence == event.evidence for _, past in events):
            return
        begun = next((past for past in events if begins(past[1], event.enrolment)), None)
        if any(isinstance(past, VerificationStarted) and past.verification == event.enrolment for _, past in events):
            return  # ReverifyAgent's
        if begun is None or not isinstance(begun[1], EnrolmentStarted):
            raise HandlingError(f"{event.enrolment} was never started")
        if begun[1].subject == "thing":
            return  # ThingAgent's
        try:
            recording = self._keyholder.get_evidence(event.evidence, ASSESS)
        except KeyholderRefusedError as error:
            if not GONE.intersection(error.codes):
                raise
            self._append(envelope, event, (EnrolmentRefused(enrolment=event.enrolment, codes=("evidence.destroyed",)),), {})
            return
        started = begun[1]
        asked = asked_of(
            (begun[0], started),
            (envelope, event),
            history,
            earlier=self.earlier(),
            own_template=own_face(history, self._keyholder),
            guardian_template=self._guardians_face(started),
        )
        found = self._assessor.assess(recording, asked, Profile(started.profile))
        self._conclude(envelope, event, started, found, recording)

    def _guardians_face(self, started: EnrolmentStarted) -> bytes | None:
        """Give the face of the guardian's own active cameo; empty where they have none that counts, None where nobody is asked for."""
        if started.guardian is None:
            return None
        return own_face(self._store.read(cameo_of(started.guardian)), self._keyholder) or b""

    def _conclude(self, envelope: Envelope, event: RecordingReceived, started: EnrolmentStarted, found: Found, recording: bytes) -> None:
        template = found.assessment.template
        wanted_here = template and started.profile != "sandbox"  # there anybody may show any picture, and would learn who is known
        matches = self._faces.search(template, envelope.stream) if self._faces is not None and wanted_here else None
        assessment = searched(found.assessment, matches)
        profile = Profile(started.profile)
        called = calls_for_help(self._store, self._keyholder, started.owner, assessment.heard)
        decision = decide(as_if_unsaid(assessment) if called else assessment, profile)
        if isinstance(decision, Activated):
            for facet, asset in (self._seeming_assets(envelope.stream, recording) if called else found.assets).items():
                self._keyholder.put_asset(envelope.stream, started.owner, facet, asset)
        event_id = secrets.token_hex(16)
        personal = {"fingerprints": msgspec.msgpack.encode(assessment.fingerprint)} | ({"template": template} if template else {})
        sealed = self._keyholder.seal(started.owner, envelope.stream, event_id, personal)
        with self._store.snapshot() as facts:
            now_us = facts.now_us()
        outcome = outcome_of(event.enrolment, started, assessment, decision, now_us)
        beside: tuple[Event, ...] = ()
        if called:
            codes = codes_of(decision)
            outcome = held_of(event.enrolment) if isinstance(decision, Activated) else outcome
            beside = (case_of(envelope.stream, event, wanted(codes, profile, now_us), codes, None), *self._hold(envelope.stream))
        elif isinstance(decision, NeedsReview):
            nearest = max(matches or (), key=lambda match: match.similarity_micro, default=None)
            other = nearest if nearest is not None and "face.known" in decision.codes else None
            beside = (case_of(envelope.stream, event, wanted(decision.codes, profile, now_us), decision.codes, other),)
        elsewhere = sum(match.kind == "attacker" for match in matches or ())
        self._append(envelope, event, (assessed_of(event, started, assessment), outcome, *beside), {event_id: sealed}, elsewhere)

    def _seeming_assets(self, cameo: str, recording: bytes) -> Mapping[Facet, bytes]:
        """Cut the likeness of a call for help that has to look like an activation: sealed, it opens for nobody without one.

        An active cameo keeps the likeness that it has.
        """
        with self._store.snapshot() as facts:
            return {} if facts.get(cameo, "status") is not None else self._assessor.cut(recording)

    def _hold(self, cameo: str) -> tuple[Event, ...]:
        with self._store.snapshot() as facts:
            return hold_of(facts, cameo)

    def _append(
        self,
        cause: Envelope,
        event: RecordingReceived,
        outcome: Sequence[Event],
        sealed: Mapping[str, Mapping[str, Sealed]],
        elsewhere: int = 0,
    ) -> None:
        """Append an outcome on the stream as it stands, with the lock that its failures reach, and those of this face elsewhere."""
        done: Outcome | None = None
        for _ in range(TRIES):
            with self._store.snapshot() as facts:
                head, now_us = facts.head(cause.stream), facts.now_us()
            assert head is not None
            refused = any(isinstance(one, EnrolmentRefused) for one in outcome)
            locked = lock_of(self._store.read(cause.stream), now_us, elsewhere) if refused else ()
            ids = [*sealed, *(secrets.token_hex(16) for _ in range(len(outcome) + len(locked) - len(sealed)))]
            case = case_id(event.evidence)
            events = [
                NewEvent(case if isinstance(one, CaseOpened) else cause.stream, one, event_id, sealed.get(event_id, {}))
                for event_id, one in zip(ids, (*outcome, *locked), strict=True)
            ]
            done = self._store.append(
                Append(
                    actor=ACTOR,
                    events=events,
                    correlation=cause.correlation,
                    causation=cause.event_id,
                    expected={cause.stream: head.revision},
                    idempotency_key=f"assess/{event.evidence}",
                    request_sha256=event.sha256,
                )
            )
            if isinstance(done, Appended | AlreadyDone):
                return
            if not isinstance(done, Conflict):
                break
        raise HandlingError(f"the outcome of {event.enrolment} was not appended: {done}")

    def earlier(self) -> list[Fingerprint]:
        """Give the marks of the recordings that a new one is held against."""
        found: list[Fingerprint] = []
        for stream, event_id in self._assessed():
            name = (stream, event_id)
            if name not in self._marks:
                self._marks[name] = self._unseal(stream, event_id)
            mark = self._marks[name]
            if mark is not None:
                found.append(mark)
        return found

    def _unseal(self, stream: str, event_id: str) -> Fingerprint | None:
        try:
            fields = self._keyholder.unseal(stream, event_id, COMPARE_PURPOSE)
        except KeyholderRefusedError as error:
            if "key.destroyed" not in error.codes:
                raise
            return None
        return msgspec.msgpack.decode(fields["fingerprints"], type=Fingerprint)
