"""Owns what of a request is read at most, before anybody asks who sent it. Does not know the routes' own rules."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api.problem import problem

MAX_BODY_BYTES = 64 * 1024
"""Several times the longest prompt. A JSON body is read before its sender is known, so its size is bounded here."""
RECORDINGS = "/v1/enrolments/"
"""A recording is read by its route, after its sender was admitted, and bounded there (serving.handlers.enrolments)."""


class Bounds:
    """ASGI middleware: 413 for a body that is too large, 400 for a NUL in an address, both as problems."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body bounded."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            answer = problem(400, "request.invalid", "an address has no NUL", "leave it out")
            await answer(scope, receive, send)
            return
        if scope["path"].startswith(RECORDINGS) and scope["method"] in {"PUT", "PATCH"}:
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > MAX_BODY_BYTES:
            answer = problem(413, "request.too_large", f"a body has at most {MAX_BODY_BYTES} bytes", "send less")
            await answer(scope, receive, send)
            return
        await self._app(scope, _bounded(receive), send)


def _bounded(receive: Receive) -> Receive:
    """Count what comes without a declared length."""
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY_BYTES:
            raise HTTPException(413, f"a body has at most {MAX_BODY_BYTES} bytes")
        return message

    return bounded
