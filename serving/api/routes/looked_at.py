"""Routes for whose enrolment people look at: an identity document beside it, and the appeal of a refusal."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from serving.api.bodies import recording
from serving.api.context import EnrolCaller, PartsHere, WhenceHere
from serving.handlers import appealing, documents

router = APIRouter(prefix="/v1", tags=["enrolment"])


class Appealed(BaseModel):
    """Why the refusal is wrong, in one's own words. The people who look at it read them."""

    text: str = Field(min_length=1, max_length=4000)


class Added(BaseModel):
    """The document is sealed; its portrait is compared now."""

    enrolment: str
    evidence: str


@router.put(
    "/enrolments/{enrolment}/document",
    status_code=202,
    openapi_extra={"requestBody": {"required": True, "content": {"image/jpeg": {}, "image/png": {}}}},
)
async def add_document(request: Request, parts: PartsHere, caller: EnrolCaller, whence: WhenceHere, enrolment: str) -> Added:
    """Add the picture of an identity document (JPEG or PNG, at most 12 MiB) to an enrolment that people look at."""
    async with recording(request, parts, caller, whence, enrolment, most=documents.MAX_BYTES, remedy="make it smaller") as came:
        evidence = await run_in_threadpool(documents.add, parts.desk, parts.keyholder, caller, enrolment, came)
    return Added(enrolment=enrolment, evidence=evidence)


@router.post("/enrolments/{enrolment}/appeal", status_code=204)
def appeal(parts: PartsHere, caller: EnrolCaller, enrolment: str, body: Appealed) -> None:
    """Appeal the refusal of one's own recording, once, while it is kept. Two people look at it who did not before."""
    appealing.appeal(parts.desk, caller, enrolment, body.text)
