"""Routes of questions: may I, who may use me, what may I use. Records nothing."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from schemas.cameo import Facet
from schemas.consent import Purpose
from schemas.ids import cameo_of
from serving.api.context import ConsentCaller, GenerateCaller, PartsHere
from serving.api.pacing import paced
from serving.api.routes.accounts import resolve
from serving.errors import NotFoundError
from serving.handlers import asking, finding
from serving.handlers.asking import Path, Wish
from serving.handlers.authzen import require_own_app

router = APIRouter(prefix="/v1", tags=["asking"])
FACES: list[Facet] = ["face", "voice"]


class Preflight(BaseModel):
    """A request that might be made."""

    cameos: list[str] = Field(min_length=1, max_length=8, examples=[["@min"]], description="cameo ids, or their owners' @handles")
    purpose: Purpose = "personal"
    facets: list[Facet] = Field(default_factory=lambda: list(FACES), min_length=1)
    engine: str = Field("portrait", max_length=40)
    duration_ms: int = Field(5000, ge=1, le=3_600_000)
    remix_of: str | None = Field(None, max_length=80)


class Reason(BaseModel):
    """Why not, and what can be done, in English and (all of it) in Korean."""

    code: str
    message: str
    remedy: str
    ko: str


class Change(BaseModel):
    """One thing to ask otherwise."""

    what: str
    value: Any


class Advice(BaseModel):
    """Changes that together turn the answer into a permit: each was asked of the policy."""

    changes: list[Change]
    text: str
    ko: str


class Foreseen(BaseModel):
    """Whether the request would be permitted now; its plan is judged when it is made."""

    permit: bool
    plan: str
    reasons: list[Reason]
    would_permit: list[Advice]
    next_steps: list[str]
    as_of: str
    obligations: list[str] = []
    review: list[str] = []
    not_after: str | None = None


class Named(BaseModel):
    """Somebody or something by id; an account and a cameo with the handle that goes with it."""

    type: str
    id: str
    handle: str | None = None


class Users(BaseModel):
    """Who may start with the caller's cameo now.

    Where everyone may, accounts are not listed: the exceptions that the caller made by name are counted, and people may
    be kept out for reasons of their own.
    """

    everyone: bool
    exceptions: int
    more_exceptions: bool
    items: list[Named]
    next: str | None
    position: int


class Usable(BaseModel):
    """Cameos with which the caller may start now."""

    items: list[Named]
    next: str | None
    position: int


@router.post("/preflight")
async def preflight(parts: PartsHere, caller: GenerateCaller, body: Preflight, path: Path = "exact") -> Foreseen:
    """Ask whether a request would be permitted, and exactly which smallest change of it would be.

    `path=fast` reads this host's consent view, which refuses where it is late, instead of the ledger.
    """

    def work() -> Foreseen:
        cameos = [name if name.startswith("cameo-") else cameo_of(resolve(parts.access, name)) for name in body.cameos]
        wish = Wish(body.purpose, tuple(body.facets), body.engine, body.duration_ms, caller.app, body.remix_of)
        return Foreseen(**asking.preflight(parts.asking, caller, cameos, wish, path))

    return await paced(parts.pacing.preflight_s, work)


@router.get("/cameos/me/users")
def users(
    parts: PartsHere,
    caller: ConsentCaller,
    purpose: Purpose = "personal",
    facets: Annotated[list[Facet], Query()] = FACES,
    engine: Annotated[str, Query(max_length=40)] = "portrait",
    app: Annotated[str | None, Query(max_length=80)] = None,
    duration_ms: Annotated[int, Query(ge=1, le=3_600_000)] = 5000,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> Users:
    """List every account, app and group that may start with the caller's cameo now."""
    cameo, wish = cameo_of(caller.account), Wish(purpose, tuple(facets), engine, duration_ms, app)
    if parts.desk.snapshot_fact(cameo, "owner") is None:
        raise NotFoundError("cameo.unknown", "you have no cameo", "enrol first: cameo enrol start")
    desk = parts.asking.seeing(caller)
    open_to = finding.everyone(desk, cameo, caller.account, wish)
    kinds = ("app", "group") if open_to.may else ("account", "app", "group")
    listing = finding.users(desk, cameo, caller.account, wish, cursor, limit, kinds)
    return Users(
        everyone=open_to.may, exceptions=open_to.exceptions, more_exceptions=open_to.more_exceptions,
        items=[_named(parts, name) for name in listing.names], next=listing.next_token or None, position=listing.position,
    )  # fmt: skip


@router.get("/cameos/usable")
def usable(
    parts: PartsHere,
    caller: GenerateCaller,
    purpose: Purpose = "personal",
    facets: Annotated[list[Facet], Query()] = FACES,
    engine: Annotated[str, Query(max_length=40)] = "portrait",
    app: Annotated[str | None, Query(max_length=80)] = None,
    duration_ms: Annotated[int, Query(ge=1, le=3_600_000)] = 5000,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> Usable:
    """List every cameo with which the caller may start now."""
    require_own_app(caller, app)
    wish = Wish(purpose, tuple(facets), engine, duration_ms, app or caller.app)
    listing = finding.usable(parts.asking.seeing(caller), caller.account, wish, cursor, limit)
    owners = [parts.desk.snapshot_fact(cameo, "owner") for cameo in listing.names]
    handles = [None if owner is None else parts.access.handle_of(owner.value["account"]) for owner in owners]
    items = [Named(type="cameo", id=cameo, handle=handle) for cameo, handle in zip(listing.names, handles, strict=True)]
    return Usable(items=items, next=listing.next_token or None, position=listing.position)


def _named(parts: PartsHere, name: str) -> Named:
    kind = name.partition("-")[0]
    return Named(type=kind, id=name, handle=parts.access.handle_of(name) if kind == "account" else None)
