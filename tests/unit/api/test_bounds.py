"""A body that does not come, or only trickles, is given up; a recording of any kind is read by its route, and not cut short before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from serving.api.bounds import MAX_BODY_BYTES, Bounds, Patience, pieces
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from tests.unit.api.conftest import Place

SCOPE: Scope = {"type": "http", "method": "PUT", "path": "/v1/anything", "query_string": b"", "headers": []}
SILENT, TRICKLES = Patience(0.02, 60), Patience(60, 0.1)


def trickling(pause_s: float, pieces: int = 10_000) -> Receive:
    left = iter(range(pieces, -1, -1))

    async def receive() -> Message:
        await asyncio.sleep(pause_s)
        return {"type": "http.request", "body": b"x", "more_body": next(left) > 0}

    return receive


async def by_the_middleware(receive: Receive, patience: Patience) -> bytes:
    read = bytearray()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, send
        more = True
        while more:
            message = await receive()
            read.extend(message["body"])
            more = message["more_body"]

    async def send(message: Message) -> None:
        raise AssertionError(message)

    await Bounds(app, patience)(SCOPE, receive, send)
    return bytes(read)


async def by_a_route(receive: Receive, patience: Patience) -> bytes:
    return b"".join([piece async for piece in pieces(Request(SCOPE, receive), 1000, "", patience)])


Read = Callable[[Receive, Patience], Awaitable[bytes]]
ways = pytest.mark.parametrize("read", [by_the_middleware, by_a_route])


@ways
@pytest.mark.parametrize(("pause_s", "patience"), [(30, SILENT), (0.005, TRICKLES)])
def test_what_does_not_come_in_time_is_given_up(read: Read, pause_s: float, patience: Patience) -> None:
    with pytest.raises(HTTPException) as given_up:
        asyncio.run(read(trickling(pause_s), patience))  # type: ignore[arg-type]
    assert given_up.value.status_code == 408


@ways
def test_what_comes_is_read(read: Read) -> None:
    assert asyncio.run(read(trickling(0, 9), SILENT)) == b"x" * 10  # type: ignore[arg-type]


def test_recordings_of_every_kind_may_be_larger_than_other_bodies(place: Place) -> None:
    _, as_min = place.person("min")
    large: dict[str, Any] = {"content": b"x" * (2 * MAX_BODY_BYTES), "headers": as_min}
    begun = place.client.post("/v1/things", json={"name": "rex", "consent_text_sha256": CONSENT_TEXT_SHA256}, headers=as_min).json()
    assert place.client.put(f"/v1/things/{begun['thing']}/recording", **large).status_code == 202
    unknown = place.client.put(f"/v1/cameos/me/verifications/challenges/{'0' * 32}/recording", **large)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "verification.unknown")
