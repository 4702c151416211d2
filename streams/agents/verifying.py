"""Owns what follows from a recording: assess, decide, seal assets, append the outcome. Does not measure: see identity.

Durable at its end, in one append: assessed with activated, refused, or held beside the case that a reviewer finds, and
locked at every fifth failure. Assets are sealed before `activated`, so an active cameo always has them. Called again after
a crash it finds its own append by the evidence's idempotency key.

It searches and decides twice. Before its turn (streams.agents.ports.Turns), so that what is slow is done by then: indexes are filled,
marks and as a rule the assets are sealed. And in its turn, which alone counts: what others appended meanwhile is found, and nobody
appends between this search and the outcome.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from identity.core.assessment import Activated, Assessment, decide
from identity.core.checks.answers_challenge import replayed
from identity.core.checks.known_face import searched
from identity.core.context import Asked
from identity.core.profiles import Profile
from identity.keys.errors import KeyholderRefusedError
from schemas.cameo import EnrolmentAssessed, EnrolmentRefused, EnrolmentStarted, Facet, RecordingReceived
from schemas.codec import event_of
from schemas.envelope import Envelope, Sealed
from schemas.ids import StreamKind, cameo_of
from schemas.verification import VerificationStarted
from streams.agents.calling import calls_for_help
from streams.agents.errors import HandlingError
from streams.agents.evidence import ASSESS, GONE
from streams.agents.outcomes import append_outcome
from streams.agents.own_face import own_face
from streams.agents.ports import KnownSearch, Turns
from streams.agents.recalling import Recordings
from streams.core.changes import Change
from streams.core.concluding import Judged, events_of
from streams.core.seeming import as_if_unsaid, hold_of
from streams.core.verification import asked_of, begins
from streams.ports import EventStore


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


class FaceSearch(KnownSearch, Protocol):
    """Looks among known faces, and counts tries."""

    def tried(self, template: bytes, cameo: str) -> None:
        """Take note of a try with a face that was found; once a try."""
        ...


class VerifyKeys(Protocol):
    """The part of the keyholder that verification needs."""

    def seal(self, account: str, stream: str, event_id: str, fields: Mapping[str, bytes]) -> dict[str, Sealed]:
        """Seal fingerprints."""
        ...

    def unseal(self, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        """Open a face, or a word for danger."""
        ...

    def get_evidence(self, evidence: str, purpose: str) -> bytes:
        """Open a recording."""
        ...

    def put_asset(self, cameo: str, owner: str, facet: Facet, asset: bytes) -> object:
        """Seal one facet and record it."""
        ...


class VerifyAgent:
    """Verifies recordings, one after the other."""

    name = "verify"
    kinds: frozenset[StreamKind] = frozenset({"cameo"})

    def __init__(
        self, store: EventStore, turns: Turns, keyholder: VerifyKeys, assessor: Assessor, recordings: Recordings,
        faces: FaceSearch | None = None,
    ) -> None:  # fmt: skip
        """`recordings`: earlier ones. `faces` None: nothing is searched, and a profile that needs it refuses."""
        self._store = store
        self._turns = turns
        self._keyholder = keyholder
        self._assessor = assessor
        self._recordings = recordings
        self._faces = faces

    def handle(self, envelope: Envelope) -> Sequence[Change]:
        """Assess a recording that was received; every other event is only counted."""
        event = event_of(envelope)
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
            gone = EnrolmentRefused(enrolment=event.enrolment, codes=("evidence.destroyed",))
            append_outcome(self._store, (envelope, event), (gone,), {})
            return
        started = begun[1]
        asked = asked_of(
            (begun[0], started),
            (envelope, event),
            history,
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
        cameo, assessed = envelope.stream, found.assessment
        called = calls_for_help(self._store, self._keyholder, started.owner, assessed.heard)
        likely = self._judge(assessed, cameo, called=called)
        if likely.matches and self._faces is not None:
            self._faces.tried(assessed.template, cameo)
        sealed_assets = isinstance(likely.decision, Activated) and not self._has_status(cameo)
        if sealed_assets:
            self._seal_assets(cameo, started.owner, found, recording, called=called)
        event_id = secrets.token_hex(16)
        personal = {"fingerprints": msgspec.msgpack.encode(assessed.fingerprint)}
        personal |= {"template": assessed.template} if assessed.template else {}
        sealed = self._keyholder.seal(started.owner, cameo, event_id, personal)
        with self._turns.take() as turn:
            judged = self._judge(assessed, cameo, called=called)
            if isinstance(judged.decision, Activated) and not sealed_assets:
                self._seal_assets(cameo, started.owner, found, recording, called=called)
            with self._store.snapshot() as facts:
                hold = hold_of(facts, cameo) if called else None
                events = events_of(cameo, event, started, judged, facts.now_us(), hold)
            elsewhere = sum(match.kind == "attacker" for match in judged.matches)
            append_outcome(self._store, (envelope, event), events, {event_id: sealed}, elsewhere=elsewhere, turn=turn)

    def _judge(self, assessed: Assessment, cameo: str, *, called: bool) -> Judged:
        """Search among all that is committed now, and decide. In the sandbox anybody may show any picture, and would learn who is known."""
        asked = assessed.template and assessed.profile is not Profile.SANDBOX
        matches = self._faces.search(assessed.template, cameo) if self._faces is not None and asked else None
        assessment = searched(replayed(assessed, self._recordings.search(assessed.fingerprint)), matches)
        return Judged(assessment, matches or (), decide(as_if_unsaid(assessment) if called else assessment, assessed.profile))

    def _has_status(self, cameo: str) -> bool:
        """Tell whether a cameo is or was active: then sealing destroys what it has, and waits for the decision that counts."""
        with self._store.snapshot() as facts:
            return facts.get(cameo, "status") is not None

    def _seal_assets(self, cameo: str, owner: str, found: Found, recording: bytes, *, called: bool) -> None:
        """Seal the likeness. A call for help that has to look like an activation has one cut: sealed, it opens for nobody without one.

        An active cameo keeps the likeness that it has.
        """
        assets = found.assets
        if called:
            assets = {} if self._has_status(cameo) else self._assessor.cut(recording)
        for facet, asset in assets.items():
            self._keyholder.put_asset(cameo, owner, facet, asset)
