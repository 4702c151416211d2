"""Owns what an accepted recording needs to be active: its face searched for again, its likeness sealed. Appends no outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from identity.core.context import FaceMatch
from identity.core.profiles import Profile
from identity.keys.errors import KeyholderRefusedError
from schemas.cameo import EnrolmentStarted, Facet
from schemas.codec import event_of
from schemas.envelope import Envelope
from streams.agents.errors import HandlingError
from streams.agents.evidence import ASSESS, GONE
from streams.agents.own_face import COMPARE_PURPOSE
from streams.agents.ports import KnownSearch
from streams.core.accepting import unshown
from streams.core.casework import Case, Read, cases_about
from streams.core.verification import begins


class Cutter(Protocol):
    """Cuts the likeness out of a recording, in a process of its own."""

    def cut(self, recording: bytes) -> Mapping[Facet, bytes]:
        """Cut every facet that is there; none where no face is. Raises HandlingError when the process died."""
        ...

    def cut_thing(self, recording: bytes) -> Mapping[Facet, bytes]:
        """Cut the likeness of a thing; none where every frame shows a face."""
        ...


class AcceptKeys(Protocol):
    """The part of the keyholder that an accepted recording needs."""

    def get_evidence(self, evidence: str, purpose: str) -> bytes:
        """Open a recording."""
        ...

    def unseal(self, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        """Open a face; on record in its person's stream."""
        ...

    def put_asset(self, cameo: str, owner: str, facet: Facet, asset: bytes) -> object:
        """Seal one facet and record it."""
        ...


class Acceptance:
    """The acceptance of one case, through as many tries as its append takes."""

    def __init__(self, case: Case, read: Read, keyholder: AcceptKeys, cutter: Cutter, faces: KnownSearch) -> None:
        """Open the face, which is an event of the person's cameo. Raises KeyholderRefusedError but for what was destroyed."""
        self.case = case
        self._read = read
        self._keyholder = keyholder
        self._cutter = cutter
        self._faces = faces
        self._assets: Mapping[Facet, bytes] | None = None
        self._is_sealed = False
        self._started = self._begun()
        self.profile = Profile(self._started.profile)
        self._template = self._opened()

    @property
    def is_cut(self) -> bool:
        """Whether the likeness was cut, be it none."""
        return self._assets is not None

    def new_face(self) -> FaceMatch | None:
        """Search now for a known face that no reviewer of this enrolment was shown. Of the sandbox and of things nothing is searched.

        Raises HandlingError where it cannot be searched, so that nothing is accepted unsearched.
        """
        if self._template is None:
            return None
        event = self.case.event
        matches = self._faces.search(self._template, event.cameo)
        if matches is None:
            raise HandlingError(f"known faces cannot be searched for {self.case.case}")
        return unshown(matches, cases_about(event.evidence or "", event.enrolment or "", self._read))

    def cut(self) -> None:
        """Cut the likeness, once; seconds. None where the recording is gone or shows no face."""
        if self._assets is None:
            self._assets = self._cut()

    def seal(self) -> bool:
        """Seal what was cut, once; False where there is nothing. Sealing destroys the likeness that an active cameo has."""
        assets = self._assets or {}
        if not self._is_sealed:
            for facet, asset in assets.items():
                self._keyholder.put_asset(self.case.event.cameo, self._started.owner, facet, asset)
            self._is_sealed = True
        return bool(assets)

    def _cut(self) -> Mapping[Facet, bytes]:
        if self.case.event.evidence is None:
            return {}
        try:
            recording = self._keyholder.get_evidence(self.case.event.evidence, ASSESS)
        except KeyholderRefusedError as error:
            if not GONE.intersection(error.codes):
                raise
            return {}
        return self._cutter.cut_thing(recording) if self._started.subject == "thing" else self._cutter.cut(recording)

    def _begun(self) -> EnrolmentStarted:
        events = (event_of(past) for past in self._read(self.case.event.cameo))
        begun = next((one for one in events if begins(one, self.case.event.enrolment or "")), None)
        if not isinstance(begun, EnrolmentStarted):
            raise HandlingError(f"{self.case.event.enrolment} was never started")
        return begun

    def _opened(self) -> bytes | None:
        """Open the face of the case's own recording; None where there is none to search for."""
        assessed = next((one for one in self._read(self.case.event.cameo) if self._is_mine(one)), None)
        if assessed is None or "template" not in assessed.sealed or self.profile is Profile.SANDBOX:
            return None
        try:
            return self._keyholder.unseal(assessed.stream, assessed.event_id, COMPARE_PURPOSE).get("template")
        except KeyholderRefusedError as error:
            if not GONE.intersection(error.codes):
                raise
            return None  # whoever is erased waits for nothing: the case lapses

    def _is_mine(self, one: Envelope) -> bool:
        return one.type == "enrolment.assessed" and one.data["evidence"] == self.case.event.evidence
