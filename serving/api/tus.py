"""Owns what tus 1.0 asks of every answer about uploads: its version, its OPTIONS, methods sent under another name. Holds no upload."""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.handlers.submitting import MAX_RECORDING_BYTES
from serving.handlers.uploads import ALGORITHMS

VERSION = "1.0.0"
PATH = re.compile(r"/v1/enrolments/[^/]+/uploads(/[^/]+)?")
OFFERED = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,expiration,checksum,termination",
    "Tus-Max-Size": str(MAX_RECORDING_BYTES),
    "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
}
METHODS = {"HEAD", "PATCH", "DELETE"}


class Tus:
    """ASGI middleware over the addresses of uploads; every other request passes as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and the version back."""
        if scope["type"] != "http" or PATH.fullmatch(scope["path"]) is None:
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Tus-Resumable"] = VERSION
            await send(message)

        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=OFFERED)(scope, receive, told)
            return
        override = Headers(scope=scope).get("x-http-method-override", "").upper()
        if scope["method"] == "POST" and override in METHODS:
            scope = {**scope, "method": override}
        await self._app(scope, receive, told)
