"""Owns a replica: takes one attempt over HTTP, runs it in a watcher, streams its lines. Decides and renders nothing.

Ray carries ids, thousandths and the report; a likeness, a plan or a film never enters this process.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from starlette.responses import JSONResponse, Response, StreamingResponse

from serving.core.attempt import AttemptRequest
from serving.deployments.spares import Spares, end
from serving.replica.site import Site

if TYPE_CHECKING:
    from starlette.requests import Request

logger = logging.getLogger("ray.serve")


class Replica:
    """One replica of one engine. Its subclasses exist to be deployed under their own name and limits."""

    def __init__(self, site: bytes, token_path: str, spares: int) -> None:
        """`site`: JSON of serving.replica.site.Site. `token_path`: file with the dispatcher's bearer token."""
        self._site = msgspec.json.decode(site, type=Site)
        self._token = Path(token_path).read_text().strip().encode()
        self._spares = Spares(self._site, spares)

    async def __call__(self, request: Request) -> Response:
        """Serve `POST attempts` and `GET health`."""
        route = (request.method, request.url.path.rstrip("/").rpartition("/")[2])
        if route == ("GET", "health"):
            self._spares.fill()
            return JSONResponse({"engine": self._site.engine})
        if route != ("POST", "attempts"):
            return _problem(404, "no such route")
        if not self._known(request.headers.get("authorization", "")):
            return _problem(401, "replica.unauthenticated")
        try:
            asked = msgspec.json.decode(await request.body(), type=AttemptRequest)
        except msgspec.MsgspecError:
            return _problem(422, "not an attempt")
        return StreamingResponse(self._attempt(asked), media_type="application/x-ndjson")

    async def check_health(self) -> None:
        """Ray asks this: a replica that answers is healthy; what it needs is asked at each attempt."""

    async def __del__(self) -> None:
        """Ray calls this at a graceful shutdown."""
        await self._spares.close()

    def _known(self, header: str) -> bool:
        return hmac.compare_digest(header.encode(), b"Bearer " + self._token)

    async def _attempt(self, asked: AttemptRequest) -> AsyncIterator[bytes]:
        watcher = await self._spares.take()
        try:
            if watcher.stdin is None or watcher.stdout is None:
                return
            watcher.stdin.write(msgspec.json.encode(asked) + b"\n")
            await watcher.stdin.drain()
            async for line in watcher.stdout:
                yield line
        finally:
            # Also when the dispatcher hung up: an attempt nobody listens to is over, and its child with it.
            await end(watcher)
            logger.info("attempt %s of %s ended with %s", asked.attempt, asked.generation, watcher.returncode)


class TrivialReplica(Replica):
    """The race tests' engine."""


class PortraitReplica(Replica):
    """The portrait engine, on a GPU where there is one."""


def _problem(status: int, title: str) -> Response:
    return JSONResponse({"title": title, "status": status}, status_code=status)
