"""Owns the header X-Request-ID: what a caller names a request by comes back with its answer. Keeps nothing of it."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAME = b"x-request-id"
MAX_BYTES = 200


class RequestId:
    """ASGI middleware: echoes the header, also beside a problem."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its id back."""
        named = dict(scope["headers"]).get(NAME) if scope["type"] == "http" else None
        if named is None or len(named) > MAX_BYTES or not named.decode("latin-1").isprintable():
            await self._app(scope, receive, send)
            return

        async def echo(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = named.decode("latin-1")
            await send(message)

        await self._app(scope, receive, echo)
