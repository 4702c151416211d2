"""Owns what of a request is read at most, before anybody asks who sent it. Does not know the routes' own rules."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple, TypeVar

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api.problem import problem
from serving.errors import InvalidError

MAX_BODY_BYTES = 64 * 1024
"""Several times the longest prompt. A JSON body is read before its sender is known, so its size is bounded here."""
RECORDINGS = re.compile(r"/v1/enrolments/.*|/v1/things/[^/]+/recording|/v1/cameos/me/verifications/challenges/[^/]+/recording")
"""A recording is read by its route, after its sender was admitted, and bounded there (serving.api.bodies, and .routes.uploads)."""
SILENCE_S = 20.0
"""How long a connection may bring nothing before it counts as lost. A house rule."""
Came = TypeVar("Came")


class Patience(NamedTuple):
    """How long a body is waited for, in seconds: its next piece, and all of it, however steadily it trickles.

    The whole is longer than a challenge lives. House rules.
    """

    silence_s: float = SILENCE_S
    whole_s: float = 180.0


PATIENCE = Patience()


class Bounds:
    """ASGI middleware: 413 for a body that is too large, 408 for one that does not come, 400 for a NUL in an address, as problems."""

    def __init__(self, app: ASGIApp, patience: Patience = PATIENCE) -> None:
        self._app = app
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body bounded."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            answer = problem(400, "request.invalid", "an address has no NUL", "leave it out")
            await answer(scope, receive, send)
            return
        if RECORDINGS.fullmatch(scope["path"]) and scope["method"] in {"PUT", "PATCH"}:
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > MAX_BODY_BYTES:
            answer = problem(413, "request.too_large", f"a body has at most {MAX_BODY_BYTES} bytes", "send less")
            await answer(scope, receive, send)
            return
        await self._app(scope, _bounded(receive, self._patience), send)


def _bounded(receive: Receive, patience: Patience) -> Receive:
    """Count what comes without a declared length, and wait for it no longer than for a body that comes."""
    received, whole, until = 0, False, anyio.current_time() + patience.whole_s

    async def bounded() -> Message:
        nonlocal received, whole
        if whole:  # what is waited for now is that the client goes away
            return await receive()
        message = await _in_time(receive, patience.silence_s, until)
        whole = not message.get("more_body", False)
        received += len(message.get("body", b""))
        if received > MAX_BODY_BYTES:
            raise HTTPException(413, f"a body has at most {MAX_BODY_BYTES} bytes")
        return message

    return bounded


async def pieces(request: Request, most: int, remedy: str, patience: Patience = PATIENCE) -> AsyncIterator[bytes]:
    """Read what is handed in as it comes, and stop at the first byte that is too many, or when it comes too slowly.

    Raises InvalidError (media.too_large), and HTTPException 408.
    """
    received, until = 0, anyio.current_time() + patience.whole_s
    chunks = aiter(request.stream())
    while (chunk := await _in_time(lambda: anext(chunks, None), patience.silence_s, until)) is not None:
        received += len(chunk)
        if received > most:
            raise too_large(most, remedy)
        yield chunk


def too_large(most: int, remedy: str) -> InvalidError:
    """Make the refusal of a body with more than so many bytes."""
    return InvalidError("media.too_large", f"more than {most} bytes", remedy)


async def _in_time(ask: Callable[[], Awaitable[Came]], silence_s: float, until: float) -> Came:
    """Wait for the next of a body. Raises HTTPException 408 after silence, and when the whole has taken too long."""
    try:
        with anyio.fail_after(min(silence_s, max(0.0, until - anyio.current_time()))):
            return await ask()
    except TimeoutError:
        raise HTTPException(408, "the body came too slowly") from None
