"""The live route: one websocket a challenge, over which its steps are handed out while the recording arrives.

Text messages are JSON objects with a `type`; binary messages are pieces of one webm as a browser's recorder gives them. The
token comes in the first message or as for any route, never in the address. docs/identity.md, "Step by step", shows one session.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

import anyio
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from identity.keys.client import KeyholderRefusedError, KeyholderUnavailableError
from identity.keys.wire import EvidenceSealed
from policy.codes import codes
from serving.api.bodies import in_room
from serving.api.context import APP_KEY, Parts
from serving.api.whence import named_device, whence
from serving.core.korean import korean
from serving.core.live_answer import LiveAnswer
from serving.errors import CommandError, ForbiddenError, InvalidError, UnauthenticatedError, UnavailableError
from serving.handlers.apps import require_it
from serving.handlers.desk import Caller
from serving.handlers.live import BROKEN, FLUSH_S, ROOM_WAIT_S, Conduct, LiveEndedError, Waiting, record_failure
from serving.handlers.live_messages import Hello, read_end, read_hello
from serving.handlers.rates import Whence
from serving.handlers.tokens import known
from serving.ports import RECOVER
from streams.errors import LedgerUnavailableError

router = APIRouter(prefix="/v1", tags=["enrolment"])

HELLO_S: Final = 10.0
TICK_S: Final = 0.1
"""How often something overdue is looked for where nothing arrives."""
CLOSED: Final = 4000
"""Closing codes are 4000 and the HTTP status that the problem would have."""


@router.websocket("/enrolments/{enrolment}/live")
async def live(socket: WebSocket, enrolment: str) -> None:
    """Hand out the steps of one challenge; answers with what was sealed, or with a problem."""
    await socket.accept()
    parts: Parts = socket.app.state.parts
    try:
        hello = await asyncio.wait_for(_first(socket), HELLO_S)
        caller = await run_in_threadpool(_admitted, parts, socket, hello, enrolment)
        waiting = await run_in_threadpool(parts.live.take, caller.account, enrolment)
        stored = await _session(socket, parts, caller, waiting, hello)
        told = {"type": "sealed", "enrolment": enrolment, "evidence": stored.evidence, "sha256": stored.sha256}
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.send_json(told)
            await socket.close()
    except TimeoutError:
        await _refuse(socket, InvalidError("live.message", "no hello came", "send it as soon as you are connected"))
    except CommandError as error:
        await _refuse(socket, error)
    except (KeyholderRefusedError, KeyholderUnavailableError, LedgerUnavailableError):
        await _refuse(
            socket,
            UnavailableError("live.unavailable", "a part that is needed does not answer", "start again in a moment", retry_after_s=2),
        )
    except WebSocketDisconnect:
        pass


async def _session(socket: WebSocket, parts: Parts, caller: Caller, waiting: Waiting, hello: Hello) -> EvidenceSealed:
    """Conduct the one session of a challenge, to what was sealed."""
    code: str | None = BROKEN
    stored: EvidenceSealed | None = None
    conduct = Conduct(waiting, parts.live.clock_us)
    try:
        await socket.send_json({"type": "ready", "media": "video/webm"})
        await _conducted(socket, parts, caller, waiting, conduct)
        with anyio.CancelScope(shield=True):  # who hangs up after the last step has answered
            async with in_room(parts.room, conduct.size_bytes, ROOM_WAIT_S):
                trace, recording = conduct.recorded()
                answer = LiveAnswer(waiting.challenge, waiting.salt, trace, recording, hello.camera, hello.client)
                stored = await run_in_threadpool(waiting.hand_in, caller, answer)
            code = None
    except CommandError as error:
        code = _recorded(error)
        raise
    finally:
        parts.live.over(waiting, code)
    assert stored is not None
    return stored


async def _conducted(socket: WebSocket, parts: Parts, caller: Caller, waiting: Waiting, conduct: Conduct) -> None:
    """Conduct a session; one that fails after a step was shown is on record, also where its client has hung up."""
    try:
        await _conduct(socket, conduct)
    except (LiveEndedError, InvalidError) as error:
        if conduct.shown:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(record_failure, parts.desk, caller, waiting.challenge.challenge_id, _recorded(error))
        raise


def _recorded(error: CommandError) -> str:
    return error.recorded if isinstance(error, LiveEndedError) else error.code


async def _conduct(socket: WebSocket, conduct: Conduct) -> None:
    """Take what comes and hand out what is due, until the client says that it sent everything.

    A connection that is lost when all was answered loses nothing. Raises LiveEndedError, InvalidError, WebSocketDisconnect.
    """
    loop = asyncio.get_running_loop()
    receiving = asyncio.create_task(_message(socket))
    flush_until: float | None = None
    try:
        while flush_until is None or (loop.time() < flush_until and not conduct.replaced):
            done, _ = await asyncio.wait({receiving}, timeout=TICK_S)
            if done:
                piece = _taken(receiving)
                if piece is None:
                    break
                conduct.take(piece)
                receiving = asyncio.create_task(_message(socket))
            told = [step] if (step := conduct.due()) is not None else []
            if conduct.answered and flush_until is None:
                flush_until = loop.time() + FLUSH_S
                told.append({"type": "done"})
            for one in [*told, conduct.noted()] if done else told:
                await _send(socket, one, conduct)
        if not conduct.answered:
            raise LiveEndedError(BROKEN)
    finally:
        receiving.cancel()
        with suppress(asyncio.CancelledError, WebSocketDisconnect, InvalidError):
            await receiving


def _taken(receiving: asyncio.Task[bytes | None]) -> bytes | None:
    """What was received; None when nothing more comes."""
    try:
        return receiving.result()
    except WebSocketDisconnect:
        return None


async def _send(socket: WebSocket, told: dict[str, Any], conduct: Conduct) -> None:
    """Tell the client; one that is gone after all was answered needs not be told."""
    try:
        await socket.send_json(told)
    except (WebSocketDisconnect, RuntimeError):
        if not conduct.answered:
            raise LiveEndedError(BROKEN) from None


async def _message(socket: WebSocket) -> bytes | None:
    """The next piece of the recording; None when the client says that there is no more."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    if message.get("bytes") is not None:
        return message["bytes"]
    read_end(message.get("text") or "")
    return None


async def _first(socket: WebSocket) -> Hello:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    return read_hello(message.get("text") or "")


def _admitted(parts: Parts, socket: WebSocket, hello: Hello, enrolment: str) -> Caller:
    """Admit as every route does: a token with the scope, its app's key, the device or token that took the challenge, not too often."""
    where = _whence(parts, socket, hello)
    secret = hello.token or socket.headers.get("authorization", "").removeprefix("Bearer ")
    if not secret:
        raise UnauthenticatedError("token.missing", "no token was sent", "say it in the hello")
    try:
        token = known(parts.access, secret)
    except UnauthenticatedError:
        parts.rates.require("token", where)
        raise
    if not {"enrol", RECOVER} & token.scopes:
        raise ForbiddenError("scope.missing", "this needs the scope enrol", "ask for a token with that scope")
    if token.app is not None:
        require_it(parts.desk, token.app, hello.app_key or socket.headers.get(APP_KEY))
    caller = Caller(
        token.account, token.scopes, token.app, until=token.expires_at, token_id=token.token_id, device=parts.rates.device(where)
    )  # fmt: skip
    parts.rates.require_same_place(enrolment, caller)
    parts.rates.require("submit", where, token.account)
    return caller


def _whence(parts: Parts, socket: WebSocket, hello: Hello) -> Whence:
    found = whence(socket, parts.proxies)
    return found if found.device is not None else Whence(found.address, named_device(hello.device))


async def _refuse(socket: WebSocket, error: CommandError) -> None:
    """Tell what is wrong and what to do, and close."""
    told: dict[str, Any] = {"type": "problem", "code": error.code, "detail": error.detail, "remedy": error.remedy}
    ko = error.ko or korean(codes(), error.code)
    told |= {} if ko is None else {"ko": ko}
    told |= {} if error.retry_after_s is None else {"retry_after_s": error.retry_after_s}
    with suppress(WebSocketDisconnect, RuntimeError):
        await socket.send_json(told)
        await socket.close(CLOSED + error.status, error.code)
