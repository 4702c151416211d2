"""Routes of pets and things: enrol one, say who may use it, take it back."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from schemas.consent import Audience, Strength
from serving.api.bodies import recording
from serving.api.context import ConsentCaller, EnrolCaller, Parts, PartsHere, WhenceHere
from serving.handlers import things
from serving.handlers.desk import Caller

router = APIRouter(prefix="/v1/things", tags=["things"])


class NewThing(BaseModel):
    """A wish to enrol an animal or a thing, the consent text accepted. The name tells yours apart; a digest of it alone is kept."""

    name: str = Field(min_length=1, max_length=80)
    profile: Literal["sandbox", "basic", "verified"] = "basic"
    consent_text_sha256: str = Field(max_length=64)


class ThingBegun(BaseModel):
    """Its recording is awaited for ten minutes: some ten seconds of it alone, no person in the picture."""

    thing: str
    enrolment: str


class ThingSubmitted(BaseModel):
    """The recording is sealed; the checks run now."""

    thing: str
    evidence: str


class ThingAudience(BaseModel):
    """Who may use it without a grant, for personal purposes."""

    audience: Audience


class ThingRevocation(BaseModel):
    """How far taking back reaches."""

    strength: Strength


@router.post("", status_code=201)
def start_thing(parts: PartsHere, caller: EnrolCaller, whence: WhenceHere, body: NewThing) -> ThingBegun:
    """Begin to enrol a thing of one's own. The same name is the same thing."""
    parts.rates.require("start", whence, caller.account)
    begun = things.start(parts.desk, parts.overview, parts.access, caller, body.name, body.profile, body.consent_text_sha256)
    parts.rates.bind(begun.enrolment, caller)
    return ThingBegun(thing=begun.thing, enrolment=begun.enrolment)


@router.get("")
def list_things(parts: PartsHere, caller: EnrolCaller) -> list[str]:
    """List one's things."""
    return list(things.mine(parts.overview, caller))


@router.put(
    "/{thing}/recording",
    status_code=202,
    openapi_extra={"requestBody": {"required": True, "content": {"video/webm": {}, "video/mp4": {}}}},
)
async def submit_thing(request: Request, parts: PartsHere, caller: EnrolCaller, whence: WhenceHere, thing: str) -> ThingSubmitted:
    """Hand in its recording, one webm or mp4. A recording whose subject is a person is refused."""
    await run_in_threadpool(things.require_own, parts.desk, caller, thing)
    await run_in_threadpool(_require_here, parts, caller, thing)
    async with recording(request, parts, caller, whence, thing) as came:
        stored = await run_in_threadpool(things.submit, parts.desk, parts.keyholder, caller, thing, came)
    return ThingSubmitted(thing=thing, evidence=stored.evidence)


@router.get("/{thing}")
def show_thing(parts: PartsHere, caller: EnrolCaller, thing: str) -> dict[str, Any]:
    """Show how its enrolment stands, and what is permitted."""
    things.require_own(parts.desk, caller, thing)
    enrolment = parts.desk.snapshot_fact(thing, "enrolment")
    state = {} if enrolment is None else parts.reader.enrolment(thing, enrolment.value["enrolment"])
    return parts.reader.consent(thing) | {
        "enrolment": state.get("enrolment"),
        "state": state.get("state"),
        "reasons": state.get("reasons", []),
    }


@router.put("/{thing}/audience", status_code=204)
def set_thing_audience(parts: PartsHere, caller: ConsentCaller, thing: str, body: ThingAudience) -> None:
    """Say who may use it without a grant. Others than oneself: a fresh proof, where one is asked for."""
    things.audience(parts.desk, parts.proofs, caller, thing, body.audience)


@router.post("/{thing}/revocations", status_code=201)
def revoke_thing(parts: PartsHere, caller: ConsentCaller, thing: str, body: ThingRevocation) -> ThingRevocation:
    """Take everything back that was permitted of it; durable when this returns."""
    things.revoke(parts.desk, caller, thing, body.strength)
    return body


def _require_here(parts: Parts, caller: Caller, thing: str) -> None:
    """Raise where a thing's recording comes from elsewhere than its enrolment was begun."""
    enrolment = parts.desk.snapshot_fact(thing, "enrolment")
    if enrolment is not None:
        parts.rates.require_same_place(enrolment.value["enrolment"], caller)
