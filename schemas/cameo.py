"""Events of enrolment: how a likeness becomes a cameo, what is kept of it, and how that is destroyed."""

from __future__ import annotations

from typing import Literal

import msgspec

from schemas.registry import Event, event

Profile = Literal["sandbox", "basic", "verified"]
Facet = Literal["face", "voice", "body"]
Movement = Literal["left", "right", "up", "down"]


class CheckScore(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One numbered check's result. Scores in millionths: the record holds no floating point."""

    number: int
    name: str
    code: str
    score_micro: int
    threshold_micro: int
    passed: bool
    decisive: bool


@event("enrolment.started", 1, stream="cameo", consent=True)
class EnrolmentStarted(Event, frozen=True):
    """A challenge was issued to the owner: single use, bound to the account."""

    enrolment: str
    owner: str
    profile: Profile
    phrase: tuple[str, ...]
    movements: tuple[Movement, ...]
    expires_at_us: int
    consent_text_version: str
    consent_text_sha256: str


@event("enrolment.recording_received", 1, stream="cameo")
class RecordingReceived(Event, frozen=True):
    """A recording was sealed as evidence, before anything is known of it."""

    enrolment: str
    evidence: str
    key_id: str
    sha256: str
    bytes: int
    camera_label: str


@event("enrolment.assessed", 1, stream="cameo", sealed=("fingerprints",))
class EnrolmentAssessed(Event, frozen=True):
    """The numbered checks ran on the recording. Fingerprints against replay are biometric: sealed."""

    enrolment: str
    evidence: str
    profile: Profile
    checks: tuple[CheckScore, ...]
    models: tuple[str, ...]


@event("enrolment.activated", 1, stream="cameo", consent=True)
class EnrolmentActivated(Event, frozen=True):
    """The cameo is active: the person in front of the camera answered the challenge."""

    enrolment: str
    assurance: Profile


@event("enrolment.refused", 1, stream="cameo")
class EnrolmentRefused(Event, frozen=True):
    """The recording was not accepted. An active cameo stays what it was."""

    enrolment: str
    codes: tuple[str, ...]


@event("enrolment.expired", 1, stream="cameo")
class EnrolmentExpired(Event, frozen=True):
    """The challenge ran out before a recording came."""

    enrolment: str


@event("enrolment.locked", 1, stream="cameo")
class EnrolmentLocked(Event, frozen=True):
    """Too many failures: no new challenge until then."""

    until_us: int
    failures: int


@event("asset.sealed", 1, stream="cameo")
class AssetSealed(Event, frozen=True):
    """One facet of the likeness was sealed under a key of its own."""

    asset: str
    version: int
    facet: Facet
    key_id: str
    ciphertext_sha256: str
    bytes: int


@event("asset.rekeyed", 1, stream="cameo")
class AssetRekeyed(Event, frozen=True):
    """The asset was sealed anew after a revocation; the old key goes with the last permitted lease."""

    asset: str
    version: int
    facet: Facet
    key_id: str
    replaced_key_id: str
    ciphertext_sha256: str
    bytes: int


@event("evidence.destroyed", 1, stream="cameo")
class EvidenceDestroyed(Event, frozen=True):
    """The key of a recording was destroyed, and with it the recording."""

    evidence: str
    key_id: str
    reason: str


@event("subject_key.destroyed", 1, stream="cameo", consent=True)
class SubjectKeyDestroyed(Event, frozen=True):
    """The subject's key was destroyed: evidence and assets of this cameo are unreadable everywhere."""

    key_id: str
