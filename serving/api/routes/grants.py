"""Routes of grants: give, list with what is left, withdraw; what one was given, and passing it on."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from schemas.consent import Strength
from serving.api.context import ActingCaller, ConsentCaller, PartsHere
from serving.api.routes.accounts import resolve
from serving.api.routes.terms import GrantTerms, terms_of
from serving.core.scopes import is_group
from serving.handlers import grants
from serving.handlers.reading import require_any_power

router = APIRouter(prefix="/v1", tags=["grants"])
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=400)]


class NewGrant(GrantTerms):
    """What a person, a group or an app may do with the caller's cameo."""

    account: str = Field(max_length=80, examples=["@min"], description="@handle, account id, app id or group id")


class Grant(BaseModel):
    """A grant as it was given."""

    grant: str


class NewPass(BaseModel):
    """Somebody who may use a grant that the caller was given."""

    owner: str = Field(max_length=80, examples=["@min"], description="whose cameo the grant is of")
    account: str = Field(max_length=80, examples=["@theo"])


@router.post("/cameos/me/grants", status_code=201)
def give_grant(parts: PartsHere, caller: ActingCaller, body: NewGrant) -> Grant:
    """Give a grant to a person, a group of one's own, or an app."""
    grantee = body.account if is_group(body.account) else resolve(parts.access, body.account, "app")
    return Grant(grant=grants.give_grant(parts.desk, caller, grantee, terms_of(body), body.note))


@router.get("/cameos/me/grants")
def list_grants(
    parts: PartsHere,
    caller: ActingCaller,
    grantee: Annotated[str | None, Query(max_length=80)] = None,
    standing: Annotated[bool, Query(description="those that still stand alone")] = False,  # noqa: FBT002 -- a query has a name
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """List grants, newest first: terms, how each stands, uses and length left, to whom it was passed on, price and note."""
    whom = grantee if grantee is None or is_group(grantee) else resolve(parts.access, grantee, "app")
    cameo = require_any_power(parts.desk, caller)
    return parts.reader.grants(cameo, grantee=whom, standing=standing, limit=limit, cursor=cursor)


@router.get("/cameos/me/grants/{grant}/uses")
def list_uses(parts: PartsHere, caller: ActingCaller, grant: Annotated[str, Field(max_length=64)]) -> list[dict[str, Any]]:
    """List who used a grant, and for which generations."""
    return parts.reader.uses_of(require_any_power(parts.desk, caller), grant)


@router.delete("/cameos/me/grants/{grant}", status_code=204)
def withdraw_grant(parts: PartsHere, caller: ActingCaller, grant: str, strength: Annotated[Strength, Query()] = "no_new_uses") -> None:
    """Withdraw one grant."""
    grants.withdraw_grant(parts.desk, caller, grant, strength)


@router.get("/grants/received")
def list_received(parts: PartsHere, caller: ConsentCaller, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """List the grants that the caller was given by name, newest first."""
    return parts.reader.received(caller.account, limit=limit, cursor=cursor)


@router.post("/grants/{grant}/passes", status_code=204)
def pass_on(parts: PartsHere, caller: ConsentCaller, grant: Annotated[str, Field(max_length=64)], body: NewPass) -> None:
    """Let somebody else use a grant that the caller was given and may pass on, out of the same allowance."""
    grants.pass_on(parts.desk, caller, resolve(parts.access, body.owner), grant, resolve(parts.access, body.account))


@router.delete("/grants/{grant}/passes/{account}", status_code=204)
def end_pass_on(
    parts: PartsHere,
    caller: ActingCaller,
    grant: Annotated[str, Field(max_length=64)],
    account: str,
    owner: Annotated[str | None, Query(max_length=80, description="whose cameo; left out: one's own")] = None,
) -> None:
    """Take back what was passed on: as who passed it on, or as the owner."""
    whose = caller.subject if owner is None else resolve(parts.access, owner)
    grants.end_pass_on(parts.desk, caller, whose, grant, resolve(parts.access, account))
