"""Routes of consent: the caller's own cameo, who may use it, and taking that back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from schemas.cameo import Facet
from schemas.consent import Audience, Purpose, Strength
from schemas.ids import cameo_of
from serving.api.context import ConsentCaller, PartsHere
from serving.api.routes.accounts import Other, resolve
from serving.handlers import consent, erasure

router = APIRouter(prefix="/v1/cameos/me", tags=["consent"])
FACES: list[Facet] = ["face", "voice"]


class NewAudience(BaseModel):
    """Who may use the cameo without a grant of their own."""

    audience: Audience
    purposes: list[Purpose] = Field(default_factory=lambda: ["personal"])
    facets: list[Facet] = Field(default_factory=lambda: list(FACES))


class NewGrant(Other):
    """What a person or app may do with the caller's cameo."""

    purposes: list[Purpose] = Field(default_factory=lambda: ["personal"], min_length=1)
    facets: list[Facet] = Field(default_factory=lambda: list(FACES), min_length=1)
    from_: AwareDatetime | None = Field(None, alias="from")
    until: AwareDatetime | None = None
    uses: int | None = Field(None, ge=1, le=1_000_000)
    review: bool = False
    note: str = Field("", max_length=500)


class Grant(BaseModel):
    """A grant as it was given."""

    grant: str


class NewRevocation(BaseModel):
    """What to take back, and how far it reaches."""

    strength: Strength
    account: str | None = Field(None, max_length=80, description="account id, @handle or app id; left out: from everyone")


class Revoked(BaseModel):
    """The revocation is durable; from its position on nothing is permitted on what it withdrew."""

    position: int


class Erased(BaseModel):
    """The caller is forgotten: what was sealed is unreadable everywhere, and the record still verifies."""

    destroyed_key: str


class NewRule(BaseModel):
    """A rule in the owner's own words."""

    text: str = Field(max_length=2000, examples=["no politics", "고기 먹는 장면 금지"])


class Rule(BaseModel):
    """A rule and how it was understood; without categories every plan goes to the owner's review."""

    restriction: str
    categories: list[str]


class NewPreference(BaseModel):
    """Something that is always applied."""

    text: str = Field(max_length=2000, examples=["always a gold necklace"])
    obligation: str = Field(max_length=40, pattern=r"^[a-z]+(\.[a-z_]+)*$", examples=["wear"])
    optional: bool = False


class Preference(BaseModel):
    """A preference that was set."""

    preference: str


@router.put("/audience", status_code=204)
def set_audience(parts: PartsHere, caller: ConsentCaller, body: NewAudience) -> None:
    """Say who may use the caller's cameo without a grant."""
    consent.set_audience(parts.desk, caller, body.audience, tuple(body.purposes), tuple(body.facets))


@router.post("/grants", status_code=201)
def give_grant(parts: PartsHere, caller: ConsentCaller, body: NewGrant) -> Grant:
    """Give a grant to an account, @handle or app."""
    grantee = resolve(parts.access, body.account, "app")
    grant = consent.give_grant(
        parts.desk, caller, grantee=grantee, purposes=tuple(body.purposes), facets=tuple(body.facets),
        from_us=_us(body.from_), until_us=_us(body.until), uses=body.uses, review=body.review, note=body.note,
    )  # fmt: skip
    return Grant(grant=grant)


@router.get("")
def show_consent(parts: PartsHere, caller: ConsentCaller) -> dict[str, Any]:
    """Show the caller's cameo: status, audience, grants, revocations, rules, preferences, as facts."""
    return parts.reader.consent(cameo_of(caller.account))


@router.delete("")
def erase(parts: PartsHere, caller: ConsentCaller, handle: Annotated[str, Query(max_length=80)]) -> Erased:
    """Be forgotten: everything is taken down, every key of yours destroyed, your handle and tokens removed.

    Say your own handle to confirm. It cannot be undone.
    """
    return Erased(destroyed_key=erasure.erase(parts.desk, parts.keyholder, parts.access, caller, handle))


@router.delete("/grants/{grant}", status_code=204)
def withdraw_grant(parts: PartsHere, caller: ConsentCaller, grant: str, strength: Annotated[Strength, Query()] = "no_new_uses") -> None:
    """Withdraw one grant."""
    consent.withdraw_grant(parts.desk, caller, grant, strength)


@router.post("/revocations", status_code=201)
def revoke(parts: PartsHere, caller: ConsentCaller, body: NewRevocation) -> Revoked:
    """Withdraw everything given so far, from everyone or from one account."""
    account = None if body.account is None else resolve(parts.access, body.account, "app")
    return Revoked(position=consent.revoke(parts.desk, caller, account, body.strength))


@router.post("/restrictions", status_code=201)
def restrict(parts: PartsHere, caller: ConsentCaller, body: NewRule) -> Rule:
    """Set a rule in one's own words."""
    restriction, categories = consent.restrict(parts.desk, caller, body.text)
    return Rule(restriction=restriction, categories=list(categories))


@router.delete("/restrictions/{restriction}", status_code=204)
def lift_restriction(parts: PartsHere, caller: ConsentCaller, restriction: str) -> None:
    """Remove a rule."""
    consent.lift_restriction(parts.desk, caller, restriction)


@router.post("/preferences", status_code=201)
def prefer(parts: PartsHere, caller: ConsentCaller, body: NewPreference) -> Preference:
    """Set something that is always applied."""
    made = consent.prefer(parts.desk, caller, body.text, body.obligation, optional=body.optional)
    return Preference(preference=made)


@router.delete("/preferences/{preference}", status_code=204)
def drop_preference(parts: PartsHere, caller: ConsentCaller, preference: str) -> None:
    """Remove a preference."""
    consent.drop_preference(parts.desk, caller, preference)


def _us(time: datetime | None) -> int | None:
    return None if time is None else round(time.timestamp() * 1_000_000)
