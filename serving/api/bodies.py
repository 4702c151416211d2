"""Owns how a request brings a recording: its turn, its rate, its bytes within bounds of size and time, room in memory. Submits nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import anyio
from fastapi import Request
from starlette.concurrency import run_in_threadpool

from serving.api.bounds import PATIENCE, pieces, too_large
from serving.api.context import Parts
from serving.errors import UnavailableError
from serving.handlers import bodies
from serving.handlers.bodies import Body, Room
from serving.handlers.desk import Caller
from serving.handlers.rates import Whence
from serving.handlers.submitting import MAX_RECORDING_BYTES
from serving.handlers.uploads import PIECE_BYTES

LOOK_S: Final = 0.05


@asynccontextmanager
async def in_room(room: Room, count: int, wait_s: float | None = None) -> AsyncGenerator[None, None]:
    """Hold room for `count` bytes in memory; while it waits it holds no thread. Raises UnavailableError (503, upload.full)."""
    until = anyio.current_time() + (room.wait_s if wait_s is None else wait_s)
    while not room.take(count):
        if anyio.current_time() >= until:
            raise UnavailableError(
                "upload.full", "too many recordings are handed in at this moment", "try again in a few seconds", retry_after_s=5,
                ko="지금 제출되는 녹화가 너무 많습니다. 몇 초 뒤에 다시 시도해 주세요.",
            )  # fmt: skip
        await anyio.sleep(LOOK_S)
    try:
        yield
    finally:
        room.give_back(count)


@asynccontextmanager
async def recording(
    request: Request,
    parts: Parts,
    caller: Caller,
    whence: Whence,
    challenge: str,
    *,
    most: int = MAX_RECORDING_BYTES,
    remedy: str = "record for about ten seconds",
) -> AsyncGenerator[bytes, None]:
    """Bring a request's body; in memory, and the only one of its challenge, as long as the block lasts.

    Raises InvalidError (media.too_large), HTTPException 408, LockedError (upload.busy), TooManyError, UnavailableError.
    """
    length = _length(request, most, remedy)
    alone = await run_in_threadpool(parts.uploads.alone, caller, challenge)
    try:
        await run_in_threadpool(parts.rates.require, "submit", whence, caller.account)
        body = await run_in_threadpool(bodies.expect, parts.uploads, parts.desk, caller, challenge, length, alone)
    except BaseException:
        alone.end()
        raise
    try:
        await _bring(request, body, most, remedy)
        async with in_room(parts.room, body.size_bytes):
            yield await run_in_threadpool(body.read)
    finally:
        with anyio.CancelScope(shield=True):
            await run_in_threadpool(body.end)


async def _bring(request: Request, body: Body, most: int, remedy: str) -> None:
    held = bytearray()
    async for piece in pieces(request, most, remedy, PATIENCE):
        held += piece
        while len(held) >= PIECE_BYTES:
            full = bytes(held[:PIECE_BYTES])
            del held[:PIECE_BYTES]
            await run_in_threadpool(body.take, full)
    if held:
        await run_in_threadpool(body.take, bytes(held))


def _length(request: Request, most: int, remedy: str) -> int:
    declared = request.headers.get("content-length", "")
    if not declared.isdigit():
        return most
    if int(declared) > most:
        raise too_large(most, remedy)
    return int(declared)
