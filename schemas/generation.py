"""Events of a generation: asked, judged, decided, attempted, released or not, and taken back."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from schemas.cameo import Facet
from schemas.consent import Purpose
from schemas.registry import Event, event

Action = Literal["start", "release", "draft", "serve"]
AppealOutcome = Literal["upheld", "overturned"]
Finding = Literal["allowed", "refused", "uncertain"]


class CameoUse(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A cameo that a generation asks to use, and which facets of it."""

    cameo: str
    facets: tuple[Facet, ...]


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the judge found in the plan, held against one cameo's restrictions at one revision of them."""

    cameo: str
    restrictions_revision: int
    finding: Finding
    categories: tuple[str, ...]


class UseRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One use of one grant: reserved by started, consumed by released, returned by any other end."""

    cameo: str
    grant: str


class AssetRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The very asset whose key was handed to an attempt."""

    cameo: str
    asset: str
    version: int
    facet: Facet
    key_id: str


@event("generation.requested", 1, stream="generation", sealed=("prompt", "plan", "plan_salt"))
class GenerationRequestedV1(Event, frozen=True):
    """Somebody asks for a film. Prompt, plan and the salt of its digest are sealed under the requester's key."""

    requester: str
    cameos: tuple[CameoUse, ...]
    purpose: Purpose
    plan_digest: str
    engine: str
    width_px: int
    height_px: int
    duration_ms: int
    app: str | None = None
    """The app that asked for the requester: a grant to it counts."""


@event("generation.requested", 2, stream="generation", sealed=("prompt", "plan", "plan_salt"))
class GenerationRequested(Event, frozen=True):
    """Somebody asks for a film. Prompt, plan and the salt of its digest are sealed under the requester's key."""

    requester: str
    cameos: tuple[CameoUse, ...]
    purpose: Purpose
    plan_digest: str
    engine: str
    width_px: int
    height_px: int
    duration_ms: int
    app: str | None = None
    """The app that asked for the requester: a grant to it counts."""
    remix_of: str | None = None
    """The generation whose film this one is made from: a new use, which asks all its subjects again."""


@event("generation.judged", 1, stream="generation")
class GenerationJudged(Event, frozen=True):
    """What the plan contains, bound to its digest, to each cameo's restrictions and to the classifier."""

    plan_digest: str
    classifier: str
    hard_blocks: tuple[str, ...]
    verdicts: tuple[Verdict, ...]


@event("generation.decided", 1, stream="generation")
class GenerationDecidedV1(Event, frozen=True):
    """A decision with everything needed to replay it offline: its whole input, the bundle, the answer."""

    decision: str
    action: Action
    attempt: int | None
    permit: bool
    codes: tuple[str, ...]
    obligations: tuple[str, ...]
    input: dict[str, Any]
    input_sha256: str
    bundle_sha256: str
    holding: dict[str, int]
    not_after_us: int | None
    path: Literal["exact", "fast"]


@event("generation.decided", 2, stream="generation")
class GenerationDecided(Event, frozen=True):
    """A decision with everything needed to replay it offline: its whole input, the bundle, the answer."""

    decision: str
    action: Action
    attempt: int | None
    permit: bool
    codes: tuple[str, ...]
    obligations: tuple[str, ...]
    input: dict[str, Any]
    input_sha256: str
    bundle_sha256: str
    holding: dict[str, int]
    not_after_us: int | None
    path: Literal["exact", "fast"]
    log_index: int | None = None
    """Fast: the view held the log up to here. Exact: None, `holding` says what was read."""
    age_us: int | None = None
    """Fast: how old the view was. Exact: None, for what is held cannot be old at the commit."""


@event("generation.attempt_leased", 1, stream="generation")
class AttemptLeased(Event, frozen=True):
    """The dispatcher gave a numbered attempt to a replica, until a time."""

    attempt: int
    replica: str
    lease_until_us: int


@event("generation.started", 1, stream="generation")
class GenerationStarted(Event, frozen=True):
    """The keyholder opened the likenesses for one attempt, bound to one public key, holding all that was read."""

    attempt: int
    decision: str
    public_key: str
    holding: dict[str, int]
    not_after_us: int | None
    uses: tuple[UseRef, ...]
    assets: tuple[AssetRef, ...]


@event("generation.progressed", 1, stream="generation")
class GenerationProgressed(Event, frozen=True):
    """How far the attempt is."""

    attempt: int
    permille: int


@event("generation.draft_released", 1, stream="generation")
class DraftReleased(Event, frozen=True):
    """The film is sealed and may be seen by its subjects alone until each of them has answered."""

    attempt: int
    decision: str
    sealed_sha256: str
    film_sha256: str
    key_id: str
    subjects: tuple[str, ...]


@event("generation.approved", 1, stream="generation")
class DraftApproved(Event, frozen=True):
    """A subject approved these very bytes."""

    cameo: str
    film_sha256: str


@event("generation.declined", 1, stream="generation")
class DraftDeclined(Event, frozen=True):
    """A subject declined these very bytes."""

    cameo: str
    film_sha256: str
    reason: str


@event("generation.released", 1, stream="generation")
class GenerationReleased(Event, frozen=True):
    """The film's key is free: it may be served to its requester while no take-down stands."""

    attempt: int
    decision: str
    sealed_sha256: str
    film_sha256: str
    key_id: str
    holding: dict[str, int]
    uses: tuple[UseRef, ...]


@event("generation.refused", 1, stream="generation")
class GenerationRefused(Event, frozen=True):
    """The generation ends: it was not permitted. Reservations return."""

    attempt: int | None
    action: Action
    codes: tuple[str, ...]
    decision: str | None
    reported_by: str
    uses: tuple[UseRef, ...]


@event("generation.cancelled", 1, stream="generation")
class GenerationCancelled(Event, frozen=True):
    """The requester took the request back."""

    uses: tuple[UseRef, ...]


@event("generation.stopped", 1, stream="generation")
class GenerationStopped(Event, frozen=True):
    """A running attempt was ended because consent was gone or could no longer be shown."""

    attempt: int
    codes: tuple[str, ...]
    process_gone_at_us: int
    uses: tuple[UseRef, ...]


@event("generation.attempt_lost", 1, stream="generation")
class AttemptLost(Event, frozen=True):
    """An attempt's lease ended without an outcome; it can never release. `final` ends the generation."""

    attempt: int
    final: bool
    codes: tuple[str, ...]
    uses: tuple[UseRef, ...]


@event("generation.taken_down", 1, stream="generation", consent=True)
class GenerationTakenDown(Event, frozen=True):
    """A released film is no longer served."""

    codes: tuple[str, ...]
    cause: str


@event("generation.removed", 1, stream="generation", consent=True)
class GenerationRemoved(Event, frozen=True):
    """A subject removes this film: it is neither released nor served. What else the requester made stays."""

    cameo: str
    reason: str


@event("generation.reported", 1, stream="generation", sealed=("text",))
class GenerationReported(Event, frozen=True):
    """A subject reports this film to the operator."""

    report: str
    cameo: str
    reason: str


@event("generation.appealed", 1, stream="generation", sealed=("text",))
class GenerationAppealed(Event, frozen=True):
    """The requester asks a person to look at a refusal."""

    appeal: str
    codes: tuple[str, ...]


@event("generation.appeal_answered", 1, stream="generation")
class AppealAnswered(Event, frozen=True):
    """An operator answered an appeal. `overturned`: the finding was wrong, and the lists are to be mended."""

    appeal: str
    outcome: AppealOutcome
    reason: str
