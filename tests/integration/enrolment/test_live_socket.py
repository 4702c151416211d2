"""The live route over a real socket, as a browser meets it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from serving.fakes import InMemoryAskingLedger
from serving.handlers.live import MAX_CHUNK_BYTES
from tests.live_client import HEAD, Clock, Nobody, Wire, answer, hello
from tests.parts import LOOPBACK, free_ports
from tests.unit.api.conftest import Place, make_place
from tests.unit.api.test_live import Enrolling


@pytest.fixture
def place() -> Place:
    return make_place(InMemoryAskingLedger(clock=Clock(time.time_ns() // 1000)))


@pytest.fixture
def address(place: Place) -> Iterator[str]:
    port = free_ports(1)[0]
    settings = uvicorn.Config(place.client.app, LOOPBACK, port, log_level="warning", ws_max_size=MAX_CHUNK_BYTES, ws_max_queue=32)
    server = uvicorn.Server(settings)
    serving = threading.Thread(target=server.run)
    serving.start()
    while not server.started:
        time.sleep(0.02)
    yield f"ws://{LOOPBACK}:{port}"
    server.should_exit = True
    serving.join()


def test_a_session_over_a_socket_is_sealed_and_closed(place: Place, address: str) -> None:
    who = Enrolling(place)
    with connect(address + who.url) as connection:
        wire = Wire(connection)
        wire.send_json(hello(who.token))
        assert wire.receive_json()["type"] == "ready"
        assert answer(wire, Nobody(), who.clock)["type"] == "sealed"
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=60)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1000


def test_a_message_larger_than_a_piece_may_be_is_not_read(place: Place, address: str) -> None:
    who = Enrolling(place)
    with connect(address + who.url) as connection:
        wire = Wire(connection)
        wire.send_json(hello(who.token))
        wire.receive_json()
        wire.send_bytes(HEAD + bytes(2 * MAX_CHUNK_BYTES))
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=60)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_a_token_is_never_read_from_the_address(place: Place, address: str) -> None:
    who = Enrolling(place)
    with connect(f"{address}{who.url}?token={who.token}") as connection:
        wire = Wire(connection)
        wire.send_json({"type": "hello"})
        assert wire.receive_json()["code"] == "token.missing"
