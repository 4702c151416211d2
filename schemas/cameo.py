"""Events of enrolment: how a likeness becomes a cameo, which assets are sealed of it, and the end of its key."""

from __future__ import annotations

from typing import Literal

import msgspec

from schemas.live import LiveTrace
from schemas.registry import Event, event

Profile = Literal["sandbox", "basic", "verified"]
Facet = Literal["face", "voice", "body"]
Turn = Literal["left", "right", "up", "down"]
Movement = Literal["left", "right", "up", "down", "closer", "blink", "smile"]
Level = Literal["upload", "stepwise", "light", "reviewed"]
"""What a cameo rests on, weakest first: one upload, steps handed out live, steps with light from the screen, a reviewer."""
Way = Literal["upload", "stepwise"]
Language = Literal["en", "ko"]
Without = Literal["turn", "speech", "sight", "light"]
"""What a person cannot do, or may not be shown: named alternatives stand in its place."""
Purpose = Literal["enrol", "renew", "recover"]
Subject = Literal["person", "thing"]


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
class EnrolmentStartedV1(Event, frozen=True):
    """A challenge was issued to the owner: single use, bound to the account."""

    enrolment: str
    owner: str
    profile: Profile
    phrase: tuple[str, ...]
    movements: tuple[Turn, ...]
    expires_at_us: int
    consent_text_version: str
    consent_text_sha256: str


@event("enrolment.started", 2, stream="cameo", consent=True)
class EnrolmentStarted(Event, frozen=True):
    """A challenge was issued to the owner: single use, bound to the account.

    Of a stepwise challenge only a commitment is written, or its owner could read the next step in the record.
    """

    enrolment: str
    owner: str
    profile: Profile
    phrase: tuple[str, ...]
    movements: tuple[Movement, ...]
    expires_at_us: int
    consent_text_version: str
    consent_text_sha256: str
    way: Way = "upload"
    purpose: Purpose = "enrol"
    language: Language = "en"
    commitment: str = ""
    """SHA-256 of the challenge that is handed out step by step, with its salt; empty for an upload."""
    light: bool = False
    """Whether the screen lights the face in a random order."""
    without: tuple[Without, ...] = ()
    subject: Subject = "person"
    guardian: str | None = None
    """The guardian who is in the recording beside a minor."""


@event("enrolment.recording_received", 1, stream="cameo")
class RecordingReceivedV1(Event, frozen=True):
    """A recording was sealed as evidence, before anything is known of it."""

    enrolment: str
    evidence: str
    key_id: str
    sha256: str
    bytes: int
    camera_label: str


@event("enrolment.recording_received", 2, stream="cameo")
class RecordingReceived(Event, frozen=True):
    """A recording was sealed as evidence, before anything is known of it. `enrolment` may be a re-verification's id."""

    enrolment: str
    evidence: str
    key_id: str
    sha256: str
    bytes: int
    camera_label: str
    client: str = ""
    """What the client said it records with."""
    phrase: tuple[str, ...] = ()
    movements: tuple[Movement, ...] = ()
    light: tuple[str, ...] = ()
    salt: str = ""
    """A stepwise challenge, told once it is over: with the salt it hashes to the commitment."""
    live: LiveTrace | None = None
    verifies: bool = False
    """Whether it answers a re-verification, which changes no enrolment."""


@event("enrolment.assessed", 1, stream="cameo", sealed=("fingerprints",))
class EnrolmentAssessedV1(Event, frozen=True):
    """The numbered checks ran on the recording. Fingerprints against replay are biometric: sealed."""

    enrolment: str
    evidence: str
    profile: Profile
    checks: tuple[CheckScore, ...]
    models: tuple[str, ...]


@event("enrolment.assessed", 2, stream="cameo", sealed=("fingerprints", "template"))
class EnrolmentAssessed(Event, frozen=True):
    """The numbered checks ran on the recording. What it is known again by is biometric: sealed.

    `fingerprints` are held against replays; `template` is the face as 128 little-endian float32 of unit length, absent where
    no frontal face was seen.
    """

    enrolment: str
    evidence: str
    profile: Profile
    checks: tuple[CheckScore, ...]
    models: tuple[str, ...]
    level: Level = "upload"
    attack_micro: int | None = None
    """The fused probability of an attack in millionths; None where it was not computed."""


@event("enrolment.held", 1, stream="cameo")
class EnrolmentHeld(Event, frozen=True):
    """A person looks at the recording before it is decided."""

    enrolment: str
    codes: tuple[str, ...]


@event("enrolment.activated", 1, stream="cameo", consent=True)
class EnrolmentActivatedV1(Event, frozen=True):
    """The cameo is active: the person in front of the camera answered the challenge."""

    enrolment: str
    assurance: Profile


@event("enrolment.activated", 2, stream="cameo", consent=True)
class EnrolmentActivated(Event, frozen=True):
    """The cameo is active: the person in front of the camera answered the challenge."""

    enrolment: str
    assurance: Profile
    level: Level = "upload"
    refresh_by_us: int | None = None
    """When the person should be seen again; None: not asked."""


@event("enrolment.refused", 1, stream="cameo")
class EnrolmentRefused(Event, frozen=True):
    """The recording was not accepted. An active cameo stays what it was."""

    enrolment: str
    codes: tuple[str, ...]


@event("enrolment.expired", 1, stream="cameo")
class EnrolmentExpired(Event, frozen=True):
    """The challenge ran out before a recording came."""

    enrolment: str


@event("live.failed", 1, stream="cameo")
class LiveFailed(Event, frozen=True):
    """A live session ended before all was answered, for a reason that counts as a failure. Nothing of it was kept."""

    challenge: str
    """Of an enrolment or a re-verification."""
    code: str


@event("enrolment.refresh_due", 1, stream="cameo")
class RefreshDue(Event, frozen=True):
    """The person of an active cameo is reminded to be seen again: some time before, and (`over`) at the date."""

    refresh_by_us: int
    over: bool


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


@event("subject_key.destroyed", 1, stream="cameo", consent=True)
class SubjectKeyDestroyed(Event, frozen=True):
    """The subject's key was destroyed: evidence and assets of this cameo are unreadable everywhere."""

    key_id: str
