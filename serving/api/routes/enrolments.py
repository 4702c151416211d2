"""Routes of enrolment: the consent text, a challenge, the recording, how it went."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from identity.core.challenge import Challenge
from identity.core.live_plan import Planned
from policy.codes import codes
from schemas.ids import cameo_of
from serving import consent_texts
from serving.api.bodies import recording
from serving.api.context import PartsHere, RecoveringCaller, WhenceHere, account_named
from serving.core.reasons import reasons
from serving.errors import NotFoundError
from serving.handlers import enrolments, recovery, submitting
from serving.handlers.live import Waiting

router = APIRouter(prefix="/v1", tags=["enrolment"])


class ConsentText(BaseModel):
    """The text that a person accepts before their likeness is recorded."""

    version: str
    language: str
    text: str
    sha256: str


class NewEnrolment(BaseModel):
    """A wish to enrol, the consent text accepted."""

    profile: Literal["sandbox", "basic", "verified"] = "basic"
    consent_text_sha256: str = Field(max_length=64)
    way: Literal["upload", "stepwise"] = Field("upload", description="all at once, or step by step over the live route")
    language: Literal["en", "ko"] = "en"
    light: bool = Field(default=False, description="the screen lights the face; step by step only, not for photosensitive people")
    without: list[Literal["turn", "speech", "sight", "light"]] = Field(
        default=[], max_length=4, description="what the person cannot do, or may not be shown"
    )
    guardian: str | None = Field(None, max_length=200, description="of a minor: who is beside them, @handle or account id")


class ChallengeShown(BaseModel):
    """What to say and how to move, in one take, before the time is up; of a stepwise one, where to connect for its steps."""

    enrolment: str
    cameo: str
    phrase: list[str]
    movements: list[str]
    expires_at: datetime
    way: str = "upload"
    live: str | None = Field(None, description="path of the websocket that hands out the steps")


class Submitted(BaseModel):
    """The recording is sealed; the checks run now."""

    enrolment: str
    evidence: str
    sha256: str


@router.get("/consent-text")
def consent_text(
    caller: RecoveringCaller,
    language: Annotated[Literal["en", "ko"], Query()] = "en",
    sha256: Annotated[str | None, Query(max_length=64, description="of a text of any version, as a receipt names it")] = None,
) -> ConsentText:
    """Show the consent text in force, or any that was ever accepted, by its hash."""
    del caller
    found = consent_texts.in_force(language) if sha256 is None else consent_texts.by_hash(sha256)
    if found is None:
        raise NotFoundError("consent_text.unknown", "no text with that hash was ever published here", "leave the hash out")
    return ConsentText(version=found.version, language=found.language, text=found.text, sha256=found.sha256)


@router.post("/enrolments", status_code=201)
def start(parts: PartsHere, caller: RecoveringCaller, whence: WhenceHere, body: NewEnrolment) -> ChallengeShown:
    """Take a challenge: single use, two minutes, for the caller alone, on the device that it names (Cameo-Device), else with this token."""
    parts.rates.require("start", whence, caller.account)
    guardian = None if body.guardian is None else account_named(parts.access, body.guardian)
    wish = enrolments.Wish(
        body.way, body.language, body.light, frozenset(body.without), guardian, recovery.under_way(parts.recoveries, caller)
    )

    def expect(challenge: Challenge, salt: str, steps: tuple[Planned, ...]) -> None:
        parts.live.expect(Waiting(challenge, salt, steps, partial(submitting.submit_live, parts.desk, parts.keyholder)))

    challenge = enrolments.start(parts.desk, caller, body.profile, body.consent_text_sha256, wish, expect)
    parts.rates.bind(challenge.challenge_id, caller)
    return ChallengeShown(
        enrolment=challenge.challenge_id, cameo=cameo_of(caller.account), phrase=list(challenge.phrase),
        movements=[movement.value for movement in challenge.movements],
        expires_at=datetime.fromtimestamp(challenge.expires_at_us / 1e6, UTC), way=challenge.way,
        live=f"/v1/enrolments/{challenge.challenge_id}/live" if challenge.way == "stepwise" else None,
    )  # fmt: skip


@router.put(
    "/enrolments/{enrolment}/recording",
    status_code=202,
    openapi_extra={"requestBody": {"required": True, "content": {"video/webm": {}, "video/mp4": {}}}},
)
async def submit(
    request: Request,
    parts: PartsHere,
    caller: RecoveringCaller,
    whence: WhenceHere,
    enrolment: str,
    x_camera_label: Annotated[str, Header(max_length=1200, description="what the camera calls itself, percent-encoded UTF-8")] = "",
) -> Submitted:
    """Hand in one webm or mp4, at most 64 MiB, as the request's body."""
    await run_in_threadpool(submitting.require_open, parts.desk, caller, enrolment)  # before a byte of it is read
    await run_in_threadpool(parts.rates.require_same_place, enrolment, caller)
    label, client = unquote(x_camera_label), request.headers.get("user-agent", "")
    async with recording(request, parts, caller, whence, enrolment) as came:
        stored = await run_in_threadpool(
            submitting.submit, parts.desk, parts.keyholder, caller, enrolment, came, label, client=client
        )  # fmt: skip
    return Submitted(enrolment=enrolment, evidence=stored.evidence, sha256=stored.sha256)


@router.get("/enrolments/{enrolment}")
def show(parts: PartsHere, caller: RecoveringCaller, enrolment: str) -> dict[str, Any]:
    """Show how an enrolment stands; refused ones tell each code, its sentence and what to do."""
    state = parts.reader.enrolment(cameo_of(caller.account), enrolment)
    failed = parts.live.failed(caller.account, enrolment) if state["state"] == "started" else None
    return state if failed is None else state | {"state": "broken", "reasons": reasons(codes(), [failed], disclosed=False)}
