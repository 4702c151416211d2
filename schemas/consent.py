"""Events of consent: what the owner of a cameo permits, restricts and withdraws."""

from __future__ import annotations

from typing import Literal

from schemas.cameo import Facet
from schemas.registry import Event, event

Audience = Literal["only_me", "approved", "mutuals", "everyone"]
Purpose = Literal["personal", "parody", "advertising", "political", "education", "training"]
Strength = Literal["no_new_uses", "stop", "take_down"]
"""How far a revocation reaches: refuses `start` only; also `release`; also `serve`."""


@event("consent.audience_set", 1, stream="cameo", consent=True)
class AudienceSet(Event, frozen=True):
    """Who may use the cameo without a grant of their own, for what, and which facets."""

    audience: Audience
    purposes: tuple[Purpose, ...]
    facets: tuple[Facet, ...]


@event("consent.grant_given", 1, stream="cameo", consent=True, sealed=("note",))
class GrantGiven(Event, frozen=True):
    """A person or an app may use the cameo, within purposes, facets, a window and a number of uses."""

    grant: str
    grantee: str
    purposes: tuple[Purpose, ...]
    facets: tuple[Facet, ...]
    from_us: int | None
    until_us: int | None
    uses: int | None
    review: bool


@event("consent.grant_withdrawn", 1, stream="cameo", consent=True)
class GrantWithdrawn(Event, frozen=True):
    """One grant is withdrawn."""

    grant: str
    grantee: str
    strength: Strength


@event("consent.revoked", 1, stream="cameo", consent=True)
class ConsentRevoked(Event, frozen=True):
    """Everything given so far is withdrawn: from everyone (`account` is None) or from one account or app."""

    account: str | None
    strength: Strength


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
