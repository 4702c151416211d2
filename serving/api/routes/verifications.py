"""Routes of re-verification: ask whether this is still the person of a cameo; answer; fetch the assertion and the keys it is checked with.

Asking takes the same time whoever is asked, and the answer tells nothing of them.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from identity.core.challenge import Challenge
from identity.core.live_plan import Planned
from schemas.ids import cameo_of
from serving.api.bodies import recording
from serving.api.context import ConsentCaller, EnrolCaller, PartsHere, WhenceHere
from serving.api.pacing import paced
from serving.api.routes.accounts import resolve
from serving.core import assertion
from serving.handlers import enrolments, step_up, verification_asks, verifications
from serving.handlers.live import Waiting
from serving.verification_ports import Ask

router = APIRouter(tags=["re-verification"])
MINE = "/v1/cameos/me/verifications"


class Question(BaseModel):
    """Somebody wants to know whether this is still the person of that cameo."""

    of: str = Field(max_length=80, examples=["@min"])
    audience: str = Field(min_length=1, max_length=200, description="for whom the assertion is: checked by whoever reads it")
    nonce: str = Field(min_length=16, max_length=200, description="drawn at random, once a question")
    level: Literal["upload", "stepwise", "light"] = Field("stepwise", description="what the answer must reach at least")


class Asked(BaseModel):
    """The question was put. Under an idempotency key that was used before: as it was put first."""

    verification: str
    cameo: str = Field(description="whose `sub` the assertion must name; every account has the id, enrolled or not")
    expires_at: datetime
    nonce: str


class Answer(BaseModel):
    """What came of a question."""

    state: Literal["waiting", "passed", "lapsed"]
    assertion: str | None = Field(
        None, description="a JWT (EdDSA), for ten minutes after the answer: fetch it while you wait for the person"
    )


class How(BaseModel):
    """How the person wants to answer."""

    way: Literal["upload", "stepwise"] = Field("stepwise", description="all at once, or step by step over the live route")
    language: Literal["en", "ko"] = "en"
    light: bool = Field(
        default=False,
        description="the screen lights the face, which a question may ask for; step by step only, not for photosensitive people",
    )
    without: list[Literal["turn", "speech", "sight", "light"]] = Field(
        default_factory=list, max_length=4, description="turn and speech in the sandbox alone: no reviewer looks at an answer"
    )


class Shown(BaseModel):
    """What to say and how to move, in one take, before the time is up."""

    challenge: str
    phrase: list[str]
    movements: list[str]
    expires_at: datetime
    live: str | None = Field(None, description="path of the websocket that hands out the steps")
    proof: str | None = Field(None, description="of a proof of oneself: send it as Cameo-Step-Up once this passed; shown once")


@router.post("/v1/verifications", status_code=201)
async def ask(parts: PartsHere, caller: ConsentCaller, whence: WhenceHere, body: Question) -> Asked:
    """Ask somebody to show that they are still the person of their cameo. They may decline, and you are not told."""
    await run_in_threadpool(parts.rates.require, "start", whence, caller.account)

    def put() -> Ask:
        owner = resolve(parts.access, body.of)
        return verification_asks.ask(parts.desk, parts.verifications, caller, owner, body.audience, body.nonce, body.level)

    kept = await paced(parts.pacing.preflight_s, put)
    return Asked(verification=kept.ask, cameo=cameo_of(kept.owner), expires_at=kept.expires_at, nonce=kept.nonce)


@router.get("/v1/verifications/{verification}")
def show(parts: PartsHere, caller: ConsentCaller, verification: str) -> Answer:
    """Tell what came of a question; `lapsed` also where it was declined or an answer failed."""
    told = verification_asks.told(parts.desk, parts.verifications, caller, verification, parts.assertion_keys().seed, parts.tenant)
    return Answer(state=told.state, assertion=told.assertion)


@router.get("/.well-known/cameo-assertion-keys")
def keys(parts: PartsHere) -> dict[str, Any]:
    """Show the keys that assertions are checked with (a JWK set), those before among them while what they signed lives. Public."""
    return assertion.key_set(parts.assertion_keys(), int(time.time()))


@router.get(MINE)
def list_asked(parts: PartsHere, caller: EnrolCaller, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """List who asks you, newest first, with what they said of themselves."""
    found = verification_asks.asked(parts.desk, parts.verifications, caller, limit)
    return {
        "verifications": [
            {
                "verification": one.ask, "party": parts.access.handle_of(one.party), "app": one.app, "audience": one.audience,
                "level": one.level, "asked_at": one.asked_at, "expires_at": one.expires_at,
            }
            for one in found
        ]
    }  # fmt: skip


@router.post(MINE, status_code=201)
def prove(parts: PartsHere, caller: EnrolCaller, whence: WhenceHere, body: How) -> Shown:
    """Prove yourself: once it passed, `proof` counts for step-up, for five minutes, for one command, on this device with this token."""
    return _begin(parts, caller, whence, None, body)


@router.post(MINE + "/{verification}/answer", status_code=201)
def answer(parts: PartsHere, caller: EnrolCaller, whence: WhenceHere, verification: str, body: How) -> Shown:
    """Take the challenge by which you answer a question."""
    return _begin(parts, caller, whence, verification, body)


@router.delete(MINE + "/{verification}", status_code=204)
def decline(parts: PartsHere, caller: EnrolCaller, verification: str) -> None:
    """Decline; who asked is not told."""
    verification_asks.decline(parts.verifications, caller, verification)


@router.get(MINE + "/challenges/{challenge}")
def state(parts: PartsHere, caller: EnrolCaller, challenge: str) -> dict[str, Any]:
    """Tell you how your answer stands, with reasons."""
    return verifications.state(parts.desk, caller, challenge)


@router.put(
    MINE + "/challenges/{challenge}/recording",
    status_code=202,
    openapi_extra={"requestBody": {"required": True, "content": {"video/webm": {}, "video/mp4": {}}}},
)
async def submit(
    request: Request,
    parts: PartsHere,
    caller: EnrolCaller,
    whence: WhenceHere,
    challenge: str,
    x_camera_label: Annotated[str, Header(max_length=1200, description="what the camera calls itself, percent-encoded UTF-8")] = "",
) -> dict[str, str]:
    """Hand in the recording; it is destroyed when it was judged."""
    await run_in_threadpool(verifications.require_open, parts.desk, caller, challenge)
    await run_in_threadpool(parts.rates.require_same_place, challenge, caller)
    label = unquote(x_camera_label)
    async with recording(request, parts, caller, whence, challenge) as came:
        stored = await run_in_threadpool(verifications.submit, parts.desk, parts.keyholder, caller, challenge, came, label)
    return {"challenge": challenge, "sha256": stored.sha256}


def _begin(parts: PartsHere, caller: EnrolCaller, whence: WhenceHere, question: str | None, how: How) -> Shown:
    parts.rates.require("start", whence, caller.account)
    wish = enrolments.Wish(how.way, how.language, how.light, frozenset(how.without))

    def expect(challenge: Challenge, salt: str, steps: tuple[Planned, ...]) -> None:
        parts.live.expect(Waiting(challenge, salt, steps, partial(verifications.submit_live, parts.desk, parts.keyholder)))

    challenge = verifications.begin(parts.desk, parts.verifications, caller, question, wish, expect)
    parts.rates.bind(challenge.challenge_id, caller)
    proof = step_up.expect(parts.desk, parts.proofs, caller, challenge.challenge_id) if question is None else None
    return Shown(
        challenge=challenge.challenge_id, phrase=[] if how.way == "stepwise" else list(challenge.phrase),
        movements=[] if how.way == "stepwise" else [one.value for one in challenge.movements],
        expires_at=datetime.fromtimestamp(challenge.expires_at_us / 1e6, UTC),
        live=f"/v1/enrolments/{challenge.challenge_id}/live" if how.way == "stepwise" else None, proof=proof,
    )  # fmt: skip
