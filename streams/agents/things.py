"""Owns what follows from a recording of a thing: assess, decide, seal its likeness, append the outcome. Does not measure: see identity.

As for people (streams.agents.verifying), in one append known by the evidence's idempotency key; without a search among faces. Its marks
are kept, so that no person's recording comes in first as a thing's; a thing's own may come again, for it answers no challenge: nothing
is searched, and so the append needs no turn.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from identity.core.assessment import Activated, Assessment, NeedsReview
from identity.core.profiles import Profile
from identity.core.reviewing import wanted
from identity.core.things import decide_thing
from identity.keys.errors import KeyholderRefusedError
from schemas.cameo import EnrolmentRefused, EnrolmentStarted, Facet, RecordingReceived
from schemas.codec import event_of
from schemas.envelope import Envelope, Sealed
from schemas.ids import StreamKind
from schemas.registry import Event
from streams.agents.evidence import ASSESS, GONE
from streams.agents.outcomes import append_outcome
from streams.core.changes import Change
from streams.core.verification import assessed_of, begins, case_of, outcome_of
from streams.ports import EventStore


class ThingReader(Protocol):
    """Looks at recordings of things, in a process of its own."""

    def assess_thing(self, recording: bytes, enrolment: str, profile: Profile) -> Assessment:
        """Run the checks of things. Raises HandlingError when the process died."""
        ...

    def cut_thing(self, recording: bytes) -> Mapping[Facet, bytes]:
        """Cut its likeness, the facet `body`; empty where every frame shows a face."""
        ...


class ThingKeys(Protocol):
    """The part of the keyholder that things need."""

    def get_evidence(self, evidence: str, purpose: str) -> bytes:
        """Open a recording."""
        ...

    def seal(self, account: str, stream: str, event_id: str, fields: Mapping[str, bytes]) -> dict[str, Sealed]:
        """Seal marks."""
        ...

    def put_asset(self, cameo: str, owner: str, facet: Facet, asset: bytes) -> object:
        """Seal one facet and record it."""
        ...


class ThingAgent:
    """Verifies recordings of things, one after the other."""

    name = "things"
    kinds: frozenset[StreamKind] = frozenset({"cameo"})

    def __init__(self, store: EventStore, keyholder: ThingKeys, reader: ThingReader) -> None:
        self._store = store
        self._keyholder = keyholder
        self._reader = reader

    def handle(self, envelope: Envelope) -> Sequence[Change]:
        """Assess a recording of a thing; every other event is only counted."""
        event = event_of(envelope) if envelope.type == "enrolment.recording_received" else None
        if isinstance(event, RecordingReceived):
            history = self._store.read(envelope.stream)
            begun = next((one for past in history if begins(one := event_of(past), event.enrolment)), None)
            if isinstance(begun, EnrolmentStarted) and begun.subject == "thing":
                self._verify(envelope, event, begun, history)
        return ()

    def _verify(self, envelope: Envelope, event: RecordingReceived, begun: EnrolmentStarted, history: Sequence[Envelope]) -> None:
        if any(past.type == "enrolment.assessed" and past.data["evidence"] == event.evidence for past in history):
            return
        try:
            recording = self._keyholder.get_evidence(event.evidence, ASSESS)
        except KeyholderRefusedError as error:
            if not GONE.intersection(error.codes):
                raise
            gone = EnrolmentRefused(enrolment=event.enrolment, codes=("evidence.destroyed",))
            append_outcome(self._store, (envelope, event), (gone,), {}, elsewhere=None)
            return
        profile = Profile(begun.profile)
        assessment = self._reader.assess_thing(recording, event.enrolment, profile)
        decision = decide_thing(assessment, profile)
        if isinstance(decision, Activated):
            for facet, asset in self._reader.cut_thing(recording).items():
                self._keyholder.put_asset(envelope.stream, begun.owner, facet, asset)
        with self._store.snapshot() as facts:
            now_us = facts.now_us()
        cases: tuple[Event, ...] = ()
        if isinstance(decision, NeedsReview):
            cases = (case_of(envelope.stream, event, wanted(decision.codes, profile, now_us), decision.codes, None),)
        outcome = outcome_of(event.enrolment, begun, assessment, decision, now_us)
        event_id = secrets.token_hex(16)
        marks = {"fingerprints": msgspec.msgpack.encode(assessment.fingerprint)}
        sealed = self._keyholder.seal(begun.owner, envelope.stream, event_id, marks)
        events = (assessed_of(event, begun, assessment), outcome, *cases)
        append_outcome(self._store, (envelope, event), events, {event_id: sealed}, elsewhere=None)
