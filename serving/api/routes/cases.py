"""Routes of the review desk: cases, evidence, votes."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from identity.core.verdicts import PURPOSES, REASONS
from schemas.case import CaseKind
from serving.adapters.reading_rows import cursor_of, cursor_read
from serving.api.context import DeskCaller, PartsHere, ReviewerCaller
from serving.errors import InvalidError
from serving.handlers import cases
from serving.overview_ports import CaseListed

router = APIRouter(prefix="/v1", tags=["review"])
PICTURE: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}, "description": "a JPEG"}}
SOUND: dict[int | str, dict[str, Any]] = {200: {"content": {"audio/wav": {}}, "description": "mono, 16 kHz"}}
Clear = Annotated[bool, Query(description="shown clear; needs a reason, and is on record as such")]
Why = Annotated[str | None, Query(max_length=40, description="why it is shown clear: a code of GET /v1/review-reasons")]


class CaseSeen(BaseModel):
    """A case in the queue."""

    case: str
    kind: str
    people: int
    due_at: datetime
    opened_at: datetime
    outcome: str | None


class CasePage(BaseModel):
    """A page of the queue, oldest due first."""

    items: list[CaseSeen]
    next: str | None


class CheckSeen(BaseModel):
    """A check's result, for reviewers. Scores are in millionths."""

    number: int
    name: str
    code: str
    score_micro: int
    threshold_micro: int
    passed: bool
    decisive: bool


class DocumentSeen(BaseModel):
    """What came of a document: how alike its portrait is to the recording's face, in millionths; null where it was not compared."""

    code: str
    similarity_micro: int | None
    threshold_micro: int


class CaseShown(CaseSeen):
    """A case with what was checked. Nobody is named in it. How others voted is shown once it is over."""

    codes: list[str]
    asked: dict[str, Any]
    checks: list[CheckSeen]
    level: str | None
    attack_micro: int | None
    compared: bool = Field(description="whether there is a known face beside which it can be shown")
    appeal_of: str | None
    text: str | None
    you_looked: bool
    you_voted: bool
    votes: int
    reasons: list[str] | None
    documents: list[DocumentSeen]


class Voted(BaseModel):
    """A reviewer's vote: reasons of GET /v1/review-reasons, at least one."""

    decision: Literal["accept", "refuse"]
    reasons: list[str] = Field(min_length=1, max_length=8)


class ReasonSeen(BaseModel):
    """A reason of the fixed list."""

    code: str
    decision: str | None
    en: str
    ko: str


class ReviewReasons(BaseModel):
    """What a vote may name, and why evidence may be shown clear."""

    votes: list[ReasonSeen]
    clear: list[ReasonSeen]


@router.get("/review-reasons")
def review_reasons(caller: DeskCaller) -> ReviewReasons:
    """List the reasons of votes, and of clear views."""
    del caller
    votes = [ReasonSeen(code=code, decision=one.decision, en=one.said.en, ko=one.said.ko) for code, one in REASONS.items()]
    clear = [ReasonSeen(code=code, decision=None, en=said.en, ko=said.ko) for code, said in PURPOSES.items()]
    return ReviewReasons(votes=votes, clear=clear)


@router.get("/cases")
def list_cases(
    parts: PartsHere,
    caller: DeskCaller,
    kind: CaseKind | None = None,
    state: Literal["open", "closed", "any"] = "open",
    due_before: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> CasePage:
    """List cases, oldest due first. Those that concern the caller are not among them."""
    if due_before is not None and due_before.tzinfo is None:
        raise InvalidError("request.invalid", "a time without zone", "send RFC 3339 with a zone")
    due_us = None if due_before is None else round(due_before.timestamp() * 1_000_000)
    last_us, last = cursor_read(cursor)
    after = None if last_us is None or last is None else (last_us, last)
    items, rest = cases.listed(parts.desk, parts.overview, caller, kind, state, due_us, limit, after)
    return CasePage(items=[_seen(one) for one in items], next=None if rest is None else cursor_of(*rest))


@router.get("/cases/{case}")
def show_case(parts: PartsHere, caller: DeskCaller, case: str) -> CaseShown:
    """Show one case: codes, scores, levels, what was asked."""
    found = cases.show(parts.desk, parts.keyholder, caller, case)
    about = found.case
    reasons = [one for past in about.events if past.type == "case.voted" for one in past.data["reasons"]]
    return CaseShown(
        case=about.case, kind=about.kind, people=about.event.people, due_at=_time(about.event.due_us),
        opened_at=_time(about.opened.time_us), outcome=about.outcome, codes=list(about.event.codes), asked=dict(found.asked),
        checks=[CheckSeen(**one) for one in found.checks], level=found.level, attack_micro=found.attack_micro,
        compared=about.event.other is not None, appeal_of=about.event.about, text=found.text, you_looked=found.looked,
        you_voted=found.voted, votes=found.votes, reasons=None if about.outcome is None else list(dict.fromkeys(reasons)),
        documents=[DocumentSeen(**one) for one in found.documents],
    )  # fmt: skip


@router.get("/cases/{case}/evidence", responses=PICTURE, response_class=Response)
def show_evidence(
    parts: PartsHere,
    caller: ReviewerCaller,
    case: str,
    at_ms: Annotated[int | None, Query(ge=0, le=120_000, description="one frame at this time; left out: twelve over the whole")] = None,
    clear: Clear = False,  # noqa: FBT002 -- a query's value
    reason: Why = None,
) -> Response:
    """Show the recording as pictures, blurred unless a reason for a clear view is given. Each look is an event."""

    def render(recording: bytes) -> bytes:
        if at_ms is None:
            return parts.renderer.sheet(recording, clear=clear)
        return parts.renderer.frame(recording, at_ms, clear=clear)

    picture = cases.look(parts.desk, parts.keyholder, caller, case, _purpose(reason, clear=clear), render)
    return _fleeting(picture, "image/jpeg")


@router.get("/cases/{case}/side-by-side", responses=PICTURE, response_class=Response)
def show_side_by_side(
    parts: PartsHere,
    caller: ReviewerCaller,
    case: str,
    clear: Clear = False,  # noqa: FBT002 -- a query's value
    reason: Why = None,
) -> Response:
    """Show the recording beside that of the known face that it may be: left the case's own. Neither is named."""
    render = partial(parts.renderer.side_by_side, clear=clear)
    picture = cases.look(parts.desk, parts.keyholder, caller, case, _purpose(reason, clear=clear), render, other=True)
    return _fleeting(picture, "image/jpeg")


@router.get("/cases/{case}/document", responses=PICTURE, response_class=Response)
def show_document(
    parts: PartsHere,
    caller: ReviewerCaller,
    case: str,
    clear: Clear = False,  # noqa: FBT002 -- a query's value
    reason: Why = None,
) -> Response:
    """Show the newest document that was added, blurred unless a reason for a clear view is given. Each look is an event."""
    render = partial(parts.renderer.document, clear=clear)
    picture = cases.look(parts.desk, parts.keyholder, caller, case, _purpose(reason, clear=clear), render, document=True)
    return _fleeting(picture, "image/jpeg")


@router.get("/cases/{case}/sound", responses=SOUND, response_class=Response)
def hear_evidence(parts: PartsHere, caller: ReviewerCaller, case: str, reason: Annotated[str, Query(max_length=40)]) -> Response:
    """Give the recording's sound. It cannot be blurred, so it needs a reason, `listen`; it is no look for a vote."""
    sound = cases.look(parts.desk, parts.keyholder, caller, case, reason, parts.renderer.sound, sound=True)
    return _fleeting(sound, "audio/wav")


@router.put("/cases/{case}/vote", status_code=204)
def vote(parts: PartsHere, caller: ReviewerCaller, case: str, body: Voted) -> None:
    """Vote, once, after looking. The worker carries out what the votes come to."""
    cases.vote(parts.desk, caller, case, body.decision, body.reasons)


def _purpose(reason: str | None, *, clear: bool) -> str | None:
    if clear and reason is None:
        raise InvalidError("review.purpose", "a clear view needs a reason", f"choose of {', '.join(PURPOSES)}")
    return reason if clear else None


def _fleeting(content: bytes, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Cache-Control": "no-store"})


def _seen(one: CaseListed) -> CaseSeen:
    due_at, opened_at = _time(one.due_us), _time(one.opened_us)
    return CaseSeen(case=one.case, kind=one.kind, people=one.people, due_at=due_at, opened_at=opened_at, outcome=one.outcome)


def _time(time_us: int) -> datetime:
    return datetime.fromtimestamp(time_us / 1e6, UTC)
