"""Routes of those who are in a film: find it, look at its draft, approve, decline, report, remove."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from serving.api.context import ActingCaller, AuditorCaller, PartsHere, ReviewCaller
from serving.api.showing import NO_STORE, visible
from serving.handlers import coownership
from serving.handlers.authority import require
from serving.handlers.reading import require_any_power

router = APIRouter(prefix="/v1", tags=["films with one's likeness"])
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=400)]


class Answer(BaseModel):
    """A subject's answer to a draft: it binds the very bytes that were seen."""

    film_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    reason: str = Field("", max_length=80)


class NewRemoval(BaseModel):
    """Why a subject removes a film."""

    reason: str = Field("", max_length=80)


class NewReport(BaseModel):
    """What is wrong with a film, for the operator."""

    reason: coownership.ReportReason
    text: str = Field("", max_length=500, description="sealed; those who oversee may read it")


class Report(BaseModel):
    """A report that was made."""

    report: str


@router.get("/cameos/me/films")
def list_films(
    parts: PartsHere,
    caller: ActingCaller,
    state: Annotated[Literal["any", "draft", "released"], Query()] = "any",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """List the films with the caller's likeness that others or they themselves asked for, newest first."""
    cameo = require_any_power(parts.desk, caller)
    return parts.reader.films(cameo, state=state, handle_of=parts.access.handle_of, limit=limit, cursor=cursor)


@router.get("/generations/{generation}/draft", response_class=Response, responses={200: {"content": {"video/mp4": {}}}})
def draft(parts: PartsHere, caller: ReviewCaller, generation: str) -> Response:
    """Look at a draft, as one of its subjects."""
    subject = require(parts.desk, caller, "draft/approve")
    visible(parts.reader, subject, generation, as_subject=caller.acting_as is not None)
    return Response(parts.keyholder.draft(generation, subject), media_type="video/mp4", headers=NO_STORE)


@router.post("/generations/{generation}/approval", status_code=204)
def approve(parts: PartsHere, caller: ReviewCaller, generation: str, body: Answer) -> None:
    """Approve a draft, these very bytes."""
    coownership.approve(parts.desk, caller, generation, body.film_sha256)


@router.post("/generations/{generation}/decline", status_code=204)
def decline(parts: PartsHere, caller: ReviewCaller, generation: str, body: Answer) -> None:
    """Decline a draft: it is never released."""
    coownership.decline(parts.desk, caller, generation, body.film_sha256, body.reason or "declined")


@router.post("/generations/{generation}/removal", status_code=204)
def remove(parts: PartsHere, caller: ActingCaller, generation: str, body: NewRemoval) -> None:
    """Remove a film with one's likeness: it is neither released nor served. The creator keeps all others."""
    coownership.remove(parts.desk, caller, generation, body.reason or "removed")


@router.post("/generations/{generation}/reports", status_code=201)
def report(parts: PartsHere, caller: ActingCaller, generation: str, body: NewReport) -> Report:
    """Report a film with one's likeness to the operator."""
    return Report(report=coownership.report(parts.desk, caller, generation, body.reason, body.text))


@router.get("/reports")
def list_reports(parts: PartsHere, caller: AuditorCaller, limit: Limit = 50) -> list[dict[str, Any]]:
    """List what was reported, newest first, with its text where that can still be opened."""
    del caller
    return parts.reader.reports(limit)
