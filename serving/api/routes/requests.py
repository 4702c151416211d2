"""Routes of access requests. Asking and taking back answer after the same time, whatever stands between the two people.

Measured on a busy machine, real ledger, 40 askings each, median: at once 21 ms, and 10 ms for who is blocked (nothing is appended);
paced 258 ms and 259 ms.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from serving.api.context import ActingCaller, ConsentCaller, PartsHere
from serving.api.pacing import paced
from serving.api.routes.accounts import resolve
from serving.api.routes.terms import GrantTerms, Window, terms_of, us
from serving.handlers import requests
from serving.handlers.reading import require_any_power

router = APIRouter(prefix="/v1", tags=["requests"])
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=400)]


class NewRequest(Window):
    """What somebody asks an owner for."""

    owner: str = Field(max_length=80, examples=["@min"])
    message: str = Field("", max_length=500, examples=["축하 영상에 나와 주세요"])


class Request(BaseModel):
    """A request that was sent."""

    request: str


class Refusal(BaseModel):
    """Whether who asked hears of it."""

    silently: bool = Field(default=False, description="ignore it: who asked hears nothing")


class Approval(BaseModel):
    """On what terms it is approved; left out: as it was asked."""

    terms: GrantTerms | None = None
    note: str = Field("", max_length=500)


class Given(BaseModel):
    """The grant that was given."""

    grant: str


@router.post("/requests", status_code=201)
async def ask(parts: PartsHere, caller: ConsentCaller, body: NewRequest) -> Request:
    """Ask an owner for a grant, with a message."""

    def asked() -> str:
        wish = requests.Wish(
            tuple(dict.fromkeys(body.purposes)), tuple(dict.fromkeys(body.facets)),
            us(body.from_), us(body.until), body.uses, body.duration_ms,
        )  # fmt: skip
        message = " ".join(body.message.split())
        return requests.ask(parts.desk, parts.access, caller, resolve(parts.access, body.owner), wish, message)

    return Request(request=await paced(parts.pacing.preflight_s, asked))


@router.get("/requests")
def list_sent(parts: PartsHere, caller: ConsentCaller, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """List what the caller asked for and how it was answered, newest first."""
    return parts.reader.requests_sent(caller.account, parts.access, limit=limit, cursor=cursor)


@router.delete("/requests/{request}", status_code=204)
async def withdraw(parts: PartsHere, caller: ConsentCaller, request: str) -> None:
    """Take a request back."""
    await paced(parts.pacing.preflight_s, lambda: requests.withdraw(parts.desk, parts.access, caller, request))


@router.get("/cameos/me/requests")
def list_received(parts: PartsHere, caller: ActingCaller, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """List the open requests to the cameo, newest first, with their messages. Those of people it blocks are left out."""
    cameo = require_any_power(parts.desk, caller)
    return parts.reader.requests_received(cameo, parts.access, limit=limit, cursor=cursor)


@router.post("/cameos/me/requests/{request}/approval", status_code=201)
def approve(parts: PartsHere, caller: ActingCaller, request: str, body: Approval) -> Given:
    """Give what was asked for, or on other terms."""
    terms = None if body.terms is None else terms_of(body.terms)
    note = body.note or ("" if body.terms is None else body.terms.note)
    return Given(grant=requests.approve(parts.desk, parts.access, caller, request, terms, note))


@router.post("/cameos/me/requests/{request}/refusal", status_code=204)
def refuse(parts: PartsHere, caller: ActingCaller, request: str, body: Refusal) -> None:
    """Refuse a request, or ignore it."""
    requests.refuse(parts.desk, parts.access, caller, request, "ignored" if body.silently else "refused")
