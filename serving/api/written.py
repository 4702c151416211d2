"""Owns the header Cameo-At-Least of answers: what a request wrote, as a token. Does not wait for anything: see handlers.at_least."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schemas.envelope import Envelope
from serving.handlers.at_least import AtLeast

HEADER = "Cameo-At-Least"


@dataclass
class Seen:
    """What one request brought and wrote: stream → revision."""

    brought: dict[str, int] = field(default_factory=dict[str, int])
    written: dict[str, int] = field(default_factory=dict[str, int])


_SEEN: ContextVar[Seen | None] = ContextVar("cameo_seen", default=None)
"""Set once a request, before its handler runs in a thread: the thread sees the same object."""


def note(envelopes: Iterable[Envelope]) -> None:
    """Write down what was appended for the request at hand; nothing where there is none."""
    if (seen := _SEEN.get()) is None:
        return
    for envelope in envelopes:
        seen.written[envelope.stream] = max(envelope.revision, seen.written.get(envelope.stream, 0))


def bring(revisions: dict[str, int]) -> None:
    """Write down what the request at hand has seen before."""
    if (seen := _SEEN.get()) is not None:
        seen.brought = revisions


class Written:
    """ASGI middleware: an answer to what wrote carries the token of it."""

    def __init__(self, app: ASGIApp, at_least: Callable[[], AtLeast]) -> None:
        self._app = app
        self._at_least = at_least

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and the token of its writes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = Seen()
        _SEEN.set(seen)

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start" and seen.written:
                MutableHeaders(scope=message)[HEADER] = await run_in_threadpool(self._at_least().issue, seen.brought, seen.written)
            await send(message)

        await self._app(scope, receive, tell)
