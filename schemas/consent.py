"""Events of consent: what the owner of a cameo permits, restricts and withdraws."""

from __future__ import annotations

from typing import Literal

from schemas.cameo import Facet
from schemas.registry import Event, event

Audience = Literal["only_me", "approved", "mutuals", "everyone"]
Purpose = Literal["personal", "parody", "advertising", "political", "education", "training"]
AccessAnswer = Literal["approved", "changed", "refused", "ignored", "withdrawn"]
Strength = Literal["no_new_uses", "stop", "take_down"]
"""How far a revocation reaches: refuses `start` only; also `release`; also `serve`."""


@event("consent.audience_set", 1, stream="cameo", consent=True)
class AudienceSetV1(Event, frozen=True):
    """Who may use the cameo without a grant of their own, for what, and which facets."""

    audience: Audience
    purposes: tuple[Purpose, ...]
    facets: tuple[Facet, ...]


@event("consent.audience_set", 2, stream="cameo", consent=True)
class AudienceSet(Event, frozen=True):
    """Who may use the cameo without a grant of their own. Several rules may stand; one of them must cover a whole use."""

    audience: Audience
    purposes: tuple[Purpose, ...]
    facets: tuple[Facet, ...]
    apps: tuple[str, ...] | None = None
    """Through these apps alone; None: any, and none."""
    regions: tuple[str, ...] | None = None
    """For requesters registered in these regions alone; None: any that is served."""
    remix: bool = False
    """Whether films may be made from films."""
    rule: str = ""
    """Which of the owner's rules this is; the nameless one is the cameo's general audience."""
    active: bool = True
    """False removes the rule."""


@event("consent.grant_given", 1, stream="cameo", consent=True, sealed=("note",))
class GrantGivenV1(Event, frozen=True):
    """A person or an app may use the cameo, within purposes, facets, a window and a number of uses."""

    grant: str
    grantee: str
    purposes: tuple[Purpose, ...]
    facets: tuple[Facet, ...]
    from_us: int | None
    until_us: int | None
    uses: int | None
    review: bool


@event("consent.grant_given", 2, stream="cameo", consent=True, sealed=("note",))
class GrantGiven(Event, frozen=True):
    """A person, a group of the owner's, or an app may use the cameo, within purposes, facets, a window and an allowance."""

    grant: str
    grantee: str
    purposes: tuple[Purpose, ...]
    facets: tuple[Facet, ...]
    from_us: int | None
    until_us: int | None
    uses: int | None
    review: bool
    duration_ms: int | None = None
    """Length of film in all, reserved by each start as asked for; None: no limit."""
    pass_on: bool = False
    """Whether the grantee may let others use this grant, out of the same allowance."""
    remix: bool = False
    price_minor: int | None = None
    """What was agreed, in the currency's smallest unit. Recorded; nothing is charged."""
    price_currency: str | None = None
    """ISO 4217."""


@event("consent.grant_withdrawn", 1, stream="cameo", consent=True)
class GrantWithdrawn(Event, frozen=True):
    """One grant is withdrawn."""

    grant: str
    grantee: str
    strength: Strength


@event("consent.revoked", 1, stream="cameo", consent=True)
class ConsentRevokedV1(Event, frozen=True):
    """Everything given so far is withdrawn: from everyone (`account` is None) or from one account or app."""

    account: str | None
    strength: Strength


@event("consent.revoked", 2, stream="cameo", consent=True)
class ConsentRevoked(Event, frozen=True):
    """Everything given so far is withdrawn, from everyone or within one scope: at most one of the three is named."""

    account: str | None
    """An account, app or group."""
    strength: Strength
    purpose: Purpose | None = None
    facet: Facet | None = None


@event("consent.paused", 1, stream="cameo", consent=True)
class ConsentPaused(Event, frozen=True):
    """Nothing of this cameo starts or is released until it is resumed, whoever asks; what was given stays given."""


@event("consent.resumed", 1, stream="cameo", consent=True)
class ConsentResumed(Event, frozen=True):
    """The pause is over."""


@event("consent.held", 1, stream="cameo", consent=True)
class ConsentHeld(Event, frozen=True):
    """A word for danger was said while the cameo was active: nothing of it starts or is released until its person enrols anew."""


@event("consent.group_named", 1, stream="cameo", consent=True, sealed=("name",))
class GroupNamed(Event, frozen=True):
    """The owner keeps a group of accounts to give grants to; `active` false dissolves it. Its name is sealed."""

    group: str
    active: bool


@event("consent.group_member_added", 1, stream="cameo", consent=True)
class GroupMemberAdded(Event, frozen=True):
    """An account belongs to a group of the owner's."""

    group: str
    account: str


@event("consent.group_member_removed", 1, stream="cameo", consent=True)
class GroupMemberRemoved(Event, frozen=True):
    """An account no longer belongs to a group."""

    group: str
    account: str


@event("consent.passed_on", 1, stream="cameo", consent=True)
class GrantPassedOn(Event, frozen=True):
    """A grantee lets somebody else use a grant that may be passed on; both draw on one allowance."""

    grant: str
    by: str
    to: str


@event("consent.pass_on_ended", 1, stream="cameo", consent=True)
class PassOnEnded(Event, frozen=True):
    """What was passed on is taken back, by the grantee or by the owner."""

    grant: str
    by: str
    to: str


@event("consent.access_requested", 1, stream="cameo", sealed=("message",))
class AccessRequested(Event, frozen=True):
    """Somebody asks the owner for a grant. The message is sealed for the requester."""

    request: str
    requester: str
    purposes: tuple[Purpose, ...]
    facets: tuple[Facet, ...]
    from_us: int | None
    until_us: int | None
    uses: int | None
    duration_ms: int | None


@event("consent.access_answered", 1, stream="cameo")
class AccessAnswered(Event, frozen=True):
    """The owner answered a request, or the requester took it back. A grant stands beside it where one was given."""

    request: str
    requester: str
    answer: AccessAnswer
    grant: str | None


@event("consent.restriction_set", 1, stream="cameo", consent=True, sealed=("text",))
class RestrictionSet(Event, frozen=True):
    """A rule in the owner's words, as the categories it was understood to mean; `active` false removes it."""

    restriction: str
    categories: tuple[str, ...]
    active: bool


@event("consent.preference_set", 1, stream="cameo", consent=True, sealed=("text",))
class PreferenceSet(Event, frozen=True):
    """Something always applied ("a gold necklace"): an obligation on every engine; `active` false removes it."""

    preference: str
    obligation: str
    optional: bool
    active: bool
