"""Routes of the record: who generated what, each decision and why, the events, the notifications."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from schemas.ids import cameo_of
from serving.api.context import AuditCaller, AuditorCaller, Parts, PartsHere
from serving.api.routes.accounts import resolve
from serving.errors import NotFoundError
from serving.handlers import explaining
from serving.handlers.desk import Caller

router = APIRouter(prefix="/v1", tags=["record"])


@router.get("/audit")
def audit(
    parts: PartsHere,
    caller: AuditCaller,
    subject: Annotated[str | None, Query(description="account id or @handle whose likeness was used")] = None,
    creator: Annotated[str | None, Query(description="account id or @handle who asked")] = None,
    since: AwareDatetime | None = None,
    generation: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> dict[str, Any]:
    """Search who generated what, newest first. Without the scope `auditor`: what one asked for or is shown in."""
    parts.at_least.wait("project", caller.at_least)
    own = None if "auditor" in caller.scopes else caller.account
    return parts.reader.search(
        subject=None if subject is None else cameo_of(resolve(parts.access, subject)),
        creator=None if creator is None else resolve(parts.access, creator),
        since_us=None if since is None else round(since.timestamp() * 1e6),
        generation=generation, limit=limit, cursor=cursor, visible_to=own,
    )  # fmt: skip


@router.get("/decisions/{decision}")
def show_decision(parts: PartsHere, caller: AuditorCaller, decision: str) -> dict[str, Any]:
    """Show one decision as it was recorded: enough to replay it offline. It holds other people's facts."""
    return _decision(parts, caller, decision)


@router.get("/decisions/{decision}/explanation")
def explain(parts: PartsHere, caller: AuditCaller, decision: str) -> dict[str, Any]:
    """Explain a decision: each requirement, and what it looked at, with the events that had said so.

    An auditor is told everything; an owner what they themselves had said; its requester what a requester may be told.
    """
    return explaining.explain(parts.desk.store, caller, _decision(parts, caller, decision))


@router.get("/notifications")
def notifications(
    parts: PartsHere,
    caller: AuditCaller,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> dict[str, Any]:
    """List what the caller was told, newest first."""
    parts.at_least.wait("notify", caller.at_least)
    return parts.reader.notifications(caller.account, limit=limit, cursor=cursor)


@router.get("/events", response_class=StreamingResponse)
def export_events(parts: PartsHere, caller: AuditorCaller, after: Annotated[int, Query(ge=0)] = 0) -> StreamingResponse:
    """Export every event above a position as CloudEvents, one JSON object a line. Personal fields stay sealed."""
    del caller

    def lines() -> Iterator[str]:
        for event in parts.reader.export(after):
            yield json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


def _decision(parts: Parts, caller: Caller, decision: str) -> dict[str, Any]:
    parts.at_least.wait("project", caller.at_least)
    found = parts.reader.decision(decision)
    if found is None:
        raise NotFoundError("decision.unknown", "there is no such decision", "see the audit")
    return found
