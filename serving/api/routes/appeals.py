"""Routes of appeals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.api.context import GenerateCaller, OperatorCaller, PartsHere
from serving.handlers import appeals
from serving.overview_ports import Appeal

router = APIRouter(prefix="/v1", tags=["appeals"])


class NewAppeal(BaseModel):
    """Why the refusal is wrong, in the requester's words. Operators may then read them and the prompt."""

    text: str = Field(min_length=1, max_length=4000)


class AppealMade(BaseModel):
    """The appeal is recorded."""

    appeal: str


class AppealSeen(BaseModel):
    """An appeal that waits for an operator."""

    generation: str
    appeal: str
    codes: list[str]
    made_at: datetime


class AppealShown(AppealSeen):
    """An appeal with its words; null where the key to them is destroyed."""

    text: str | None
    prompt: str | None
    outcome: str | None
    reason: str | None


class NewAnswer(BaseModel):
    """An operator's answer. `overturned`: the finding was wrong. Nothing is permitted by it: the film is asked for anew."""

    outcome: Literal["upheld", "overturned"]
    reason: str = Field(min_length=1, max_length=500, description="codes and plain words, no personal text: it is recorded in clear")


@router.post("/generations/{generation}/appeals", status_code=201)
def make_appeal(parts: PartsHere, caller: GenerateCaller, generation: str, body: NewAppeal) -> AppealMade:
    """Appeal a refusal of content of one's own request, once."""
    return AppealMade(appeal=appeals.appeal(parts.desk, caller, generation, body.text))


@router.get("/appeals")
def list_appeals(parts: PartsHere, caller: OperatorCaller) -> list[AppealSeen]:
    """List the appeals that nobody answered, oldest first."""
    del caller
    return [_seen(one) for one in appeals.queue(parts.overview)]


@router.get("/generations/{generation}/appeals/{appeal}")
def show_appeal(parts: PartsHere, caller: OperatorCaller, generation: str, appeal: str) -> AppealShown:
    """Show an appeal with its words and the prompt."""
    del caller
    found = appeals.show(parts.desk, parts.keyholder, generation, appeal)
    seen = _seen(found.appeal).model_dump()
    return AppealShown(**seen, text=found.text, prompt=found.prompt, outcome=found.outcome, reason=found.reason)


@router.put("/generations/{generation}/appeals/{appeal}/answer", status_code=204)
def answer_appeal(parts: PartsHere, caller: OperatorCaller, generation: str, appeal: str, body: NewAnswer) -> None:
    """Answer an appeal, once. The requester is notified."""
    appeals.answer(parts.desk, caller, generation, appeal, body.outcome, body.reason)


def _seen(one: Appeal) -> AppealSeen:
    made_at = datetime.fromtimestamp(one.time_us / 1e6, UTC)
    return AppealSeen(generation=one.generation, appeal=one.appeal, codes=list(one.codes), made_at=made_at)
