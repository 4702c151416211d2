"""A recording sent over connections that are cut, to an API on a real socket with its uploads in PostgreSQL: it arrives, once, whole.

The ledger and the keyholder are fakes: what is tested lies before them.
"""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from psycopg_pool import ConnectionPool

from infra.parts.ports import free_ports
from schemas.ids import cameo_of
from serving.adapters.uploads import PostgresUploadStore
from serving.client import ApiError, Client
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from serving.handlers.uploads import Uploads
from serving.uploading import Sending
from tests.conftest import Database
from tests.unit.api.conftest import Place, place

__all__ = ["place"]
DATA = os.urandom(5 * 1024 * 1024 + 321)
SHA256 = hashlib.sha256(DATA).hexdigest()


class Proxy:
    """Carries bytes to the API, and cuts each connection after so many of them; then it carries everything."""

    def __init__(self, port: int, cuts: list[int]) -> None:
        self._port = port
        self._cuts = cuts
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.cut = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._socket.accept()
            except OSError:
                return
            try:
                there = socket.create_connection(("127.0.0.1", self._port))
            except OSError:
                here.close()
                continue
            left = self._cuts.pop(0) if self._cuts else None
            threading.Thread(target=self._carry, args=(here, there, left), daemon=True).start()
            threading.Thread(target=self._carry, args=(there, here, None), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, left: int | None) -> None:
        try:
            while data := source.recv(65536):
                if left is not None and len(data) >= left:
                    sink.sendall(data[:left])
                    self.cut += 1
                    break
                left = None if left is None else left - len(data)
                sink.sendall(data)
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                one.close()


@contextmanager
def served(place: Place, port: int) -> Iterator[None]:
    """Run the app on a real socket until the block ends."""
    server = uvicorn.Server(uvicorn.Config(place.client.app, host="127.0.0.1", port=port, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def pool(database: Database) -> Iterator[ConnectionPool]:
    with ConnectionPool(database.dsn("api"), min_size=1, max_size=4, open=True) as made:
        yield made


@pytest.fixture
def port() -> int:
    return free_ports(1)[0]


@pytest.fixture
def kept(place: Place, pool: ConnectionPool, tmp_path: Path) -> Place:
    """An API whose uploads lie where a real one keeps them."""
    again(place, pool, tmp_path)
    return place


def again(place: Place, pool: ConnectionPool, folder: Path) -> None:
    """Make the uploads anew, as an API process that starts does."""
    parts = place.client.app.state.parts  # type: ignore[attr-defined]
    store = PostgresUploadStore(pool, b"k" * 32, folder / "uploads")
    store.expire()
    place.client.app.state.parts = replace(parts, uploads=Uploads(store))  # type: ignore[attr-defined]


def begun(place: Place) -> tuple[str, str, str]:
    account, headers = place.person("min")
    body = {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256}
    enrolment = place.client.post("/v1/enrolments", json=body, headers=headers).json()["enrolment"]
    return account, headers["Authorization"].removeprefix("Bearer "), enrolment


def received(place: Place, account: str) -> list[str]:
    return [one.data["sha256"] for one in place.store.read(cameo_of(account)) if one.type == "enrolment.recording_received"]


def test_a_recording_arrives_over_connections_that_are_cut(kept: Place, port: int, tmp_path: Path) -> None:
    account, token, enrolment = begun(kept)
    told: list[int] = []
    with served(kept, port):
        proxy = Proxy(port, cuts=[2_000_000, 600_000, 1_500_000, 300])
        with Client(proxy.address, token, timeout_s=10) as client:
            Sending(client, enrolment, DATA, "camera", told=lambda sent, _: told.append(sent), wait=lambda s: time.sleep(min(s, 0.3))).run()
        proxy.close()
    assert proxy.cut == 4
    assert received(kept, account) == [SHA256]
    assert told == sorted(told)
    assert told[-1] == len(DATA)
    assert list((tmp_path / "uploads").iterdir()) == [], "what was handed on is not kept here"


def test_an_api_that_starts_again_goes_on_where_it_stopped(kept: Place, port: int, pool: ConnectionPool, tmp_path: Path) -> None:
    account, token, enrolment = begun(kept)
    sent: list[int] = []
    stopped, restarted = threading.Event(), threading.Event()

    def told(count: int, _: int) -> None:
        sent.append(count)
        if len(sent) == 2:
            stopped.set()
            assert restarted.wait(30)

    def send() -> None:
        with Client(f"127.0.0.1:{port}", token, timeout_s=10) as client:
            Sending(client, enrolment, DATA, "camera", told=told, wait=lambda s: time.sleep(min(s, 0.3))).run()

    sender = threading.Thread(target=send, daemon=True)
    with served(kept, port):
        sender.start()
        assert stopped.wait(30)
    again(kept, pool, tmp_path)
    with served(kept, port):
        restarted.set()
        sender.join(60)
    assert received(kept, account) == [SHA256]
    assert sent == sorted(sent), "nothing that was counted was sent again"


def test_an_upload_that_was_lost_is_begun_again(kept: Place, port: int) -> None:
    account, token, enrolment = begun(kept)
    store = kept.client.app.state.parts.uploads.store  # type: ignore[attr-defined]
    places: list[str] = []

    def told(count: int, _: int) -> None:
        if not places:
            places.append(sending._place.rpartition("/")[2])
            store.remove(places[0])
        del count

    with served(kept, port), Client(f"127.0.0.1:{port}", token, timeout_s=10) as client:
        sending = Sending(client, enrolment, DATA, "camera", told=told, wait=lambda _: None)
        sending.run()
    assert received(kept, account) == [SHA256]


def test_a_refusal_is_not_tried_again(kept: Place, port: int) -> None:
    _, token, enrolment = begun(kept)
    waits: list[float] = []
    with served(kept, port), Client(f"127.0.0.1:{port}", token, timeout_s=10) as client:
        Sending(client, enrolment, DATA[:100], "camera", wait=waits.append).run()
        with pytest.raises(ApiError) as refused:
            Sending(client, enrolment, DATA[:100], "camera", wait=waits.append).run()
    assert refused.value.code == "challenge.used"


def test_who_never_reaches_the_api_is_told_so(port: int) -> None:
    waits: list[float] = []
    with Client(f"127.0.0.1:{port}", "cameo_x", timeout_s=1) as client, pytest.raises(ApiError) as lost:
        Sending(client, "e" * 32, DATA, "camera", wait=waits.append).run()
    assert lost.value.unavailable
    assert 5 <= len(waits) <= 8
