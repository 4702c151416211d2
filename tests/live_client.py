"""A client of the live route for tests: sends a recording as it is recorded, and has somebody answer each step.

Time is the test's: the server's clock is the one that this client sets forward, so a loaded machine makes nobody late.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Protocol

from websockets.sync.client import ClientConnection

CHUNK_US = 250_000


class Socket(Protocol):
    """A websocket, as Starlette's test client has it."""

    def send_bytes(self, data: bytes) -> None: ...

    def send_json(self, data: Any) -> None: ...

    def receive_json(self) -> Any: ...


class Wire:
    """A real connection, as `answer` takes one."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send_bytes(self, data: bytes) -> None:
        self.connection.send(data)

    def send_json(self, data: Any) -> None:
        self.connection.send(json.dumps(data))

    def receive_json(self) -> Any:
        return json.loads(self.connection.recv(timeout=60))


class Clock:
    """UTC microseconds that go on when the test says so."""

    def __init__(self, now_us: int) -> None:
        self.now_us = now_us

    def __call__(self) -> int:
        return self.now_us


class Performer(Protocol):
    """Who answers: sees each step when it is shown, and is filmed."""

    def see(self, step: dict[str, Any], at_us: int) -> None:
        """See a step; `at_us` from the recording's start."""
        ...

    def film(self, until_us: int) -> bytes:
        """The next piece of the recording, up to that time from its start."""
        ...


class Ended(Exception):  # noqa: N818 -- an end, not always an error
    """The server said how it ended."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(told.get("code", told["type"]))
        self.told = told


def hello(token: str, **more: str) -> dict[str, str]:
    return {"type": "hello", "token": token, "client": "Mozilla/5.0 Chrome/140.0 Safari/537.36", "camera": "FaceTime HD Camera", **more}


def send(socket: Socket, piece: bytes) -> list[dict[str, Any]]:
    """Send a piece; returns what was told until the server had taken it. Raises Ended."""
    socket.send_bytes(piece)
    told: list[dict[str, Any]] = []
    while True:
        one = socket.receive_json()
        if one["type"] == "got":
            return told
        if one["type"] in ("problem", "sealed"):
            raise Ended(one)
        told.append(one)


def answer(
    socket: Socket, performer: Performer, clock: Clock, *, seconds: float = 44, lag_us: int = 60_000, rate: float = 1.0
) -> dict[str, Any]:
    """Answer a whole challenge; returns the server's last word. `rate`: how fast the recording's clock goes."""
    began_us = clock.now_us
    for recorded_us in range(CHUNK_US, round(seconds * 1e6), CHUNK_US):
        clock.now_us = began_us + recorded_us + lag_us
        try:
            told = send(socket, performer.film(round(recorded_us * rate)))
        except Ended as end:
            return end.told
        for one in told:
            if one["type"] == "done":
                return finish(socket)
            performer.see(one, recorded_us + 2 * lag_us)
    raise AssertionError("the server never came to an end")


def finish(socket: Socket) -> dict[str, Any]:
    """Say that everything was sent; returns the server's last word."""
    socket.send_json({"type": "end"})
    while (told := socket.receive_json())["type"] == "got":
        pass
    return told


class Nobody:
    """Films blocks that hold no picture: enough for whoever reads only the recording's clock."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self._at_us = -40_000

    def see(self, step: dict[str, Any], at_us: int) -> None:
        self.seen.append(step | {"at_us": at_us})

    def film(self, until_us: int) -> bytes:
        times = range(self._at_us + 40_000, until_us + 1, 40_000)
        head = HEAD if self._at_us < 0 else b""
        self._at_us = times[-1] if times else self._at_us
        return head + cluster(time_us // 1000 for time_us in times)


def element(name: str, body: bytes) -> bytes:
    return bytes.fromhex(name) + (len(body) | 1 << 28).to_bytes(4, "big") + body


def unsized(name: str) -> bytes:
    return bytes.fromhex(name) + b"\x01" + b"\xff" * 7


HEAD = element("1a45dfa3", b"") + unsized("18538067")


def cluster(times_ms: Iterable[int]) -> bytes:
    """Blocks at those times, each in a cluster without a size, as recorders write them."""
    return b"".join(
        unsized("1f43b675") + element("e7", ms.to_bytes(4, "big")) + element("a3", b"\x81\x00\x00\x80" + bytes(200)) for ms in times_ms
    )
