"""Owns calling a replica over HTTP: one attempt, its lines, hanging up. Records nothing and checks no signature."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

import msgspec

from serving.core.attempt import AttemptRequest, Progress, SignedReport

CONNECT_S = 3.0
SILENCE_S = 10.0
"""A watcher writes a line a second; a busy host gets ten times that before it counts as gone. Unmeasured."""
HEALTH_S = 2.0
LINE_LIMIT_BYTES = 4_000_000


class ReplicaLostError(Exception):
    """No report will come: the connection broke, was hung up, or the replica fell silent."""


class ReplicaCall:
    """One call. `hang_up` may come from another thread; the replica then kills what runs."""

    def __init__(self, address: str, engine: str, token: str) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=CONNECT_S)
        self._engine = engine
        self._token = token
        self._hung_up = False

    def run(self, request: AttemptRequest, on_progress: Callable[[int], None]) -> SignedReport:
        """Run the attempt and wait for its report. Raises ReplicaLostError."""
        try:
            self._connection.connect()
            self._connection.sock.settimeout(SILENCE_S)
            if self._hung_up:
                raise ReplicaLostError("hung up")
            headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
            self._connection.request("POST", f"/{self._engine}/attempts", msgspec.json.encode(request), headers)
            response = self._connection.getresponse()
            if response.status != HTTPStatus.OK:
                raise ReplicaLostError(f"status {response.status}")
            return _report(response, on_progress)
        except (OSError, http.client.HTTPException, msgspec.MsgspecError, AttributeError) as error:
            raise ReplicaLostError(str(error)) from error  # AttributeError: hung up while connecting, no socket any more
        finally:
            self._connection.close()

    def hang_up(self) -> None:
        """Break the call; returns at once."""
        self._hung_up = True
        sock = self._connection.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def healthy(address: str, engine: str) -> bool:
    """Tell whether a replica of this engine answers."""
    connection = http.client.HTTPConnection(address, timeout=HEALTH_S)
    try:
        connection.request("GET", f"/{engine}/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _report(response: http.client.HTTPResponse, on_progress: Callable[[int], None]) -> SignedReport:
    while line := response.readline(LINE_LIMIT_BYTES):
        message = msgspec.json.decode(line, type=dict[str, object])
        if "report" in message:
            return msgspec.convert(message, SignedReport)
        on_progress(msgspec.convert(message, Progress).permille)
    raise ReplicaLostError("no report")
