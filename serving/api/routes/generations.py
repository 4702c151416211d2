"""Routes of generations: ask, also from a film, look, watch, cancel, fetch the film. Those who are in it have routes of their own."""

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
from schemas.ids import cameo_of, is_stream
from serving.api.context import GenerateCaller, PartsHere, ReviewCaller
from serving.api.routes.accounts import resolve
from serving.api.showing import NO_STORE, visible
from serving.errors import NotFoundError
from serving.handlers import generations
from serving.handlers.authority import require

router = APIRouter(prefix="/v1/generations", tags=["generations"])
WATCH_S = 600
POLL_S = 0.1


class NewGeneration(BaseModel):
    """A film asked for."""

    cameo: str | None = Field(None, max_length=80, description="a cameo id, or its owner's @handle; may be left out of a remix")
    remix_of: str | None = Field(None, max_length=80, description="the generation whose film it is made from: all in it are asked again")
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


@router.post("", status_code=202)
def ask(parts: PartsHere, caller: GenerateCaller, body: NewGeneration) -> Asked:
    """Ask for a film; answers with an id at once. Send an Idempotency-Key to be able to ask again safely."""
    cameo = body.cameo
    if cameo is not None and not cameo.startswith("cameo-"):
        cameo = cameo_of(resolve(parts.access, cameo))
    if body.remix_of is not None and not is_stream("generation", body.remix_of):
        raise NotFoundError("generation.unknown", "that is no generation's id", "list yours: cameo audit, cameo films")
    asked = generations.Asked(
        cameo=cameo, facets=tuple(body.facets), purpose=body.purpose, prompt=body.prompt, engine=body.engine,
        width_px=body.width_px, height_px=body.height_px, duration_ms=body.duration_ms, remix_of=body.remix_of,
    )  # fmt: skip
    handle = parts.access.handle_of(caller.account) or caller.account[:16]
    return Asked(generation=generations.request(parts.desk, caller, handle, asked))


@router.get("/{generation}")
def show(parts: PartsHere, caller: ReviewCaller, generation: str) -> dict[str, Any]:
    """Show how a generation stands, to its requester or its subjects. Why one was refused is told to its requester alone."""
    subject = require(parts.desk, caller, "draft/approve")
    return visible(parts.reader, subject, generation, as_subject=caller.acting_as is not None)


@router.get("/{generation}/watch", response_class=StreamingResponse)
def watch(parts: PartsHere, caller: GenerateCaller, generation: str) -> StreamingResponse:
    """Follow a generation: one JSON line each time it changes, until it ends or ten minutes are over; then ask again."""
    visible(parts.reader, caller.account, generation)

    async def lines() -> AsyncIterator[str]:
        # asynchronous, so that who watches holds no thread while nothing changes: a revocation needs one
        last = ""
        until = time.monotonic() + WATCH_S
        while time.monotonic() < until:
            state = await run_in_threadpool(visible, parts.reader, caller.account, generation)
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
    visible(parts.reader, caller.account, generation)
    data = parts.keyholder.film(generation, caller.account)
    return Response(data, media_type="video/mp4", headers=NO_STORE)
