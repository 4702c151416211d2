"""Owns the rule that unit tests reach nothing: a connection fails the test that tries it."""

from __future__ import annotations

import socket

import pytest


class SocketUsedError(Exception):
    """A unit test tried to reach something; it belongs to another suite."""


@pytest.fixture(autouse=True)
def sockets_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection, to unix sockets too."""

    def refuse(*_: object) -> None:
        raise SocketUsedError("unit tests run with sockets off: use a fake, or move the test to tests/integration")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
