"""Asks OPA for a decision over its unix socket, on the hot path. Does not administer it: see policy.adapters.opa_client."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec

from policy.errors import PolicyUnavailableError
from policy.ports import Answer

DECISION_PATH = "/v1/data/cameo/decision"
TIMEOUT_S = 0.1


class _Reply(msgspec.Struct, frozen=True):
    result: Answer


_decode = msgspec.json.Decoder(_Reply).decode
_encode = msgspec.json.Encoder().encode


def answer_of(body: bytes) -> Answer:
    """Read OPA's reply strictly. An undefined decision, another field, type or a contradiction raises PolicyUnavailableError."""
    try:
        answer = _decode(body).result
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        message = f"no valid answer: {error}"
        raise PolicyUnavailableError(message) from error
    if answer.permit != (len(answer.unmet) == 0):
        message = "the answer contradicts itself"
        raise PolicyUnavailableError(message)
    return answer


class UnixConnection(http.client.HTTPConnection):
    """HTTP/1.1 over a unix socket, kept alive."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        """Connect at the first request."""
        super().__init__("localhost", timeout=timeout_s)
        self._path = str(path)

    def connect(self) -> None:
        """Open the socket instead of a TCP connection."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class OpaEngine:
    """PolicyEngine over http.client, one kept connection a thread. Safe to share between threads; not across a fork.

    Faster than opa-python-client on this path (bench/results/decision.json has both), which serves administration.
    """

    def __init__(self, socket_path: Path | str, timeout_s: float = TIMEOUT_S) -> None:
        """`timeout_s` bounds one evaluation with everything around it."""
        self._path = Path(socket_path)
        self._timeout_s = timeout_s
        self._kept = threading.local()

    def evaluate(self, question: dict[str, Any]) -> Answer:
        """Evaluate one input. Raises PolicyUnavailableError within its timeout, for any failure whatever."""
        body = _encode({"input": question})
        deadline = time.monotonic() + self._timeout_s
        try:
            status, reply = self._post(body, deadline)
        except (OSError, http.client.HTTPException) as error:
            message = f"{type(error).__name__}: {error}"
            raise PolicyUnavailableError(message) from error
        if status != HTTPStatus.OK:
            message = f"OPA answered {status}"
            raise PolicyUnavailableError(message)
        return answer_of(reply)

    def close(self) -> None:
        """Close this thread's connection."""
        kept: UnixConnection | None = getattr(self._kept, "connection", None)
        self._kept.connection = None
        if kept is not None:
            kept.close()

    def _post(self, body: bytes, deadline: float) -> tuple[int, bytes]:
        kept: UnixConnection | None = getattr(self._kept, "connection", None)
        if kept is not None:
            try:
                return self._exchange(kept, body, deadline)
            except (ConnectionError, http.client.BadStatusLine):
                self.close()  # OPA may have restarted since: the connection, not OPA, is known to be gone
        return self._exchange(UnixConnection(self._path, self._timeout_s), body, deadline)

    def _exchange(self, connection: UnixConnection, body: bytes, deadline: float) -> tuple[int, bytes]:
        remaining_s = deadline - time.monotonic()
        if remaining_s <= 0:
            message = "no time is left to ask"
            raise TimeoutError(message)
        self._kept.connection = connection
        try:
            connection.timeout = remaining_s
            if connection.sock is None:
                connection.connect()
            else:
                connection.sock.settimeout(remaining_s)
            connection.request("POST", DECISION_PATH, body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            return reply.status, reply.read()
        except BaseException:
            self.close()
            raise
