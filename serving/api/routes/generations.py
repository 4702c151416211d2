"""Routes of generations: ask, look, watch, cancel, answer a draft, fetch the film."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any, Literal

import anyio
from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from schemas.cameo import Facet
from schemas.consent import Purpose
from schemas.ids import cameo_of
from serving.api.context import GenerateCaller, PartsHere
from serving.api.routes.accounts import resolve
from serving.errors import NotFoundError
from serving.handlers import generations

router = APIRouter(prefix="/v1/generations", tags=["generations"])
WATCH_S = 600
POLL_S = 0.1
NO_STORE = {"Cache-Control": "no-store"}


class NewGeneration(BaseModel):
    """A film asked for."""

    cameo: str = Field(description="a cameo id, or its owner's @handle")
    prompt: str = Field(min_length=1, max_length=4000, examples=['on a beach, saying "hello there"'])
    purpose: Purpose = "personal"
    facets: list[Facet] = Field(default_factory=lambda: ["face", "voice"], min_length=1)
    engine: Literal["portrait", "trivial"] = "portrait"
    width_px: int = 512
    height_px: int = 512
    duration_ms: int = 5000


class Asked(BaseModel):
    """The request is recorded."""

    generation: str


class Answer(BaseModel):
    """A subject's answer to a draft: it binds the very bytes that were seen."""

    film_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    reason: str = Field("", max_length=80)


@router.post("", status_code=202)
def ask(parts: PartsHere, caller: GenerateCaller, body: NewGeneration) -> Asked:
    """Ask for a film; answers with an id at once. Send an Idempotency-Key to be able to ask again safely."""
    cameo = body.cameo if body.cameo.startswith("cameo-") else cameo_of(resolve(parts.access, body.cameo))
    asked = generations.Asked(
        cameo=cameo, facets=tuple(body.facets), purpose=body.purpose, prompt=body.prompt, engine=body.engine,
        width_px=body.width_px, height_px=body.height_px, duration_ms=body.duration_ms,
    )  # fmt: skip
    handle = parts.access.handle_of(caller.account) or caller.account[:16]
    return Asked(generation=generations.request(parts.desk, caller, handle, asked))


@router.get("/{generation}")
def show(parts: PartsHere, caller: GenerateCaller, generation: str) -> dict[str, Any]:
    """Show how a generation stands, to its requester or its subjects. Why one was refused is told to its requester alone."""
    return _visible(parts, caller.account, generation)


@router.get("/{generation}/watch", response_class=StreamingResponse)
def watch(parts: PartsHere, caller: GenerateCaller, generation: str) -> StreamingResponse:
    """Follow a generation: one JSON line each time it changes, until it ends or ten minutes are over; then ask again."""
    _visible(parts, caller.account, generation)

    async def lines() -> AsyncIterator[str]:
        # asynchronous, so that who watches holds no thread while nothing changes: a revocation needs one
        last = ""
        until = time.monotonic() + WATCH_S
        while time.monotonic() < until:
            state = await run_in_threadpool(_visible, parts, caller.account, generation)
            line = json.dumps(state, ensure_ascii=False) + "\n"
            if line != last:
                yield (last := line)
            if state["ended"]:
                return
            await anyio.sleep(POLL_S)

    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=NO_STORE)


@router.post("/{generation}/cancellation", status_code=204)
def cancel(parts: PartsHere, caller: GenerateCaller, generation: str) -> None:
    """Take a request back."""
    generations.cancel(parts.desk, caller, generation)


@router.get("/{generation}/film", response_class=Response, responses={200: {"content": {"video/mp4": {}}}})
def film(parts: PartsHere, caller: GenerateCaller, generation: str) -> Response:
    """Fetch a released film. Consent is asked again each time; nothing may be stored on the way."""
    _visible(parts, caller.account, generation)
    data = parts.keyholder.film(generation, caller.account)
    return Response(data, media_type="video/mp4", headers=NO_STORE)


@router.get("/{generation}/draft", response_class=Response, responses={200: {"content": {"video/mp4": {}}}})
def draft(parts: PartsHere, caller: GenerateCaller, generation: str) -> Response:
    """Look at a draft, as one of its subjects."""
    _visible(parts, caller.account, generation)
    return Response(parts.keyholder.draft(generation, caller.account), media_type="video/mp4", headers=NO_STORE)


@router.post("/{generation}/approval", status_code=204)
def approve(parts: PartsHere, caller: GenerateCaller, generation: str, body: Answer) -> None:
    """Approve a draft, these very bytes."""
    generations.approve(parts.desk, caller, generation, body.film_sha256)


@router.post("/{generation}/decline", status_code=204)
def decline(parts: PartsHere, caller: GenerateCaller, generation: str, body: Answer) -> None:
    """Decline a draft: it is never released."""
    generations.decline(parts.desk, caller, generation, body.film_sha256, body.reason or "declined")


def _visible(parts: Any, account: str, generation: str) -> dict[str, Any]:
    state = parts.reader.generation(generation)
    if state is None or account not in (state["requester"], *state["subjects"]):
        raise NotFoundError("generation.unknown", "there is no such generation for you", "list your generations: cameo audit")
    return state if account == state["requester"] else state | {"reasons": []}
