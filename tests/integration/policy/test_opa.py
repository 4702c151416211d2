"""Asking a real OPA: the same answer by both clients; whatever goes wrong is policy.unavailable, never a permission."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from policy.adapters.opa import OpaEngine, answer_of
from policy.adapters.opa_client import OpaAdministration
from policy.errors import PolicyUnavailableError
from policy.ports import PolicyEngine
from tests.parts import OpaPart
from tests.policy_parts import ServedPolicy
from tests.property.policy.histories import FAULTS, Case, Subject, input_of

PERMITTED = Case(action="start", subjects=(Subject(owner="account-" + "a" * 32),))
ANSWER = b'{"permit": true, "unmet": [], "obligations": [], "basis": {}, "review": [], "not_after_us": null, "bundle_sha256": "b"}'


@pytest.fixture(params=[OpaEngine, OpaAdministration])
def engine(request: pytest.FixtureRequest, served: ServedPolicy) -> Iterator[PolicyEngine]:
    made = request.param(served.part.socket, 5.0)
    yield made
    made.close()


def test_both_clients_give_the_same_answer(engine: PolicyEngine, served: ServedPolicy) -> None:
    for case in (PERMITTED, FAULTS["rendering off"](PERMITTED)):
        question = input_of(case, served.bundle.sha256)
        assert engine.evaluate(question) == served.engine.evaluate(question)


def test_many_threads_share_an_engine(served: ServedPolicy) -> None:
    engine = OpaEngine(served.part.socket, 10.0)
    inputs = [input_of(case, served.bundle.sha256) for case in (PERMITTED, FAULTS["owner blocks"](PERMITTED))]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda place: engine.evaluate(inputs[place % 2]).permit, range(400)))
    assert answers == [True, False] * 200


def test_a_kept_connection_outlives_a_restart_and_a_stopped_opa_is_unavailable(
    served: ServedPolicy, opa_server: Callable[..., OpaPart]
) -> None:
    part = opa_server(served.bundle.path, served.verification_key)
    engine, question = OpaEngine(part.socket, 5.0), input_of(PERMITTED, served.bundle.sha256)
    assert engine.evaluate(question).permit
    part.stop()
    with pytest.raises(PolicyUnavailableError):
        engine.evaluate(question)
    part.start()
    assert engine.evaluate(question).permit


@pytest.mark.parametrize("kind", [OpaEngine, OpaAdministration])
def test_nobody_there_is_unavailable(kind: Callable[..., OpaEngine | OpaAdministration], tmp_path: Path) -> None:
    with closing(kind(tmp_path / "none.sock", 0.1)) as engine, pytest.raises(PolicyUnavailableError):
        engine.evaluate({})


class Impostor:
    """Answers every connection with the same bytes, after a delay."""

    def __init__(self, path: Path, answer: bytes, delay_s: float = 0) -> None:
        self.path, self._answer, self._delay_s = path, answer, delay_s
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.recv(65536)
            time.sleep(self._delay_s)
            with contextlib.suppress(OSError):
                connection.sendall(self._answer)
            connection.close()

    def close(self) -> None:
        self._listener.close()


def http(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


SAYS = {
    "undefined": http(b"{}"),
    "another field": http(b'{"result": ' + ANSWER.replace(b'"permit"', b'"allow": true, "permit"') + b"}"),
    "a missing field": http(b'{"result": ' + ANSWER.replace(b'"review": [], ', b"") + b"}"),
    "another type": http(b'{"result": ' + ANSWER.replace(b"true", b"1") + b"}"),
    "a contradiction": http(b'{"result": ' + ANSWER.replace(b'"unmet": []', b'"unmet": ["x"]') + b"}"),
    "no JSON": http(b"permit"),
    "an error": http(b'{"code": "internal_error"}', "500 Internal Server Error"),
    "no HTTP": b"permit\r\n\r\n",
    "nothing": b"",
    "half an answer": http(b'{"result": ' + ANSWER + b"}")[:-20],
}


@pytest.mark.parametrize("says", sorted(SAYS))
@pytest.mark.parametrize("kind", [OpaEngine, OpaAdministration])
def test_an_invalid_answer_is_unavailable(kind: Callable[..., OpaEngine | OpaAdministration], says: str, short_tmp: Path) -> None:
    impostor = Impostor(short_tmp / f"{kind.__name__}-{sorted(SAYS).index(says)}.sock", SAYS[says])
    with closing(kind(impostor.path, 2.0)) as engine, pytest.raises(PolicyUnavailableError):
        engine.evaluate({})
    impostor.close()


@pytest.mark.parametrize("kind", [OpaEngine, OpaAdministration])
def test_an_answer_that_comes_too_late_is_unavailable(kind: Callable[..., OpaEngine | OpaAdministration], short_tmp: Path) -> None:
    impostor = Impostor(short_tmp / f"late-{kind.__name__}.sock", http(b'{"result": ' + ANSWER + b"}"), delay_s=2.0)
    with closing(kind(impostor.path, 0.1)) as engine, pytest.raises(PolicyUnavailableError):
        engine.evaluate({})
    impostor.close()


def test_a_valid_answer_is_read_whole() -> None:
    answer = answer_of(b'{"result": ' + ANSWER + b"}")
    assert (answer.permit, answer.bundle_sha256) == (True, "b")
    with pytest.raises(TypeError):
        bool(answer)
