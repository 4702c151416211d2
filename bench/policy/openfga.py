"""OpenFGA 1.18 as a peer: run on its memory store or on PostgreSQL, with its own defaults, filled and asked over HTTP.

Its defaults keep no answer and no iterator (check-query-cache and check-iterator-cache are off); only its log is turned
down to errors. Does not own the model (bench.policy.model) nor the bulk load (bench.policy.openfga_postgres).
"""

from __future__ import annotations

import http.client
import os
import subprocess
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from bench.policy.graph import Asked
from bench.policy.model import MODEL, Tuple, check
from bench.policy.program import served
from infra.bootstrap.peers import openfga
from infra.parts.ports import LOOPBACK, free_ports
from infra.places import Places

WRITE = 100
"""Tuples a request: OpenFGA's own limit."""
JSON = {"Content-Type": "application/json"}
_json = msgspec.json.Encoder()


def program() -> Path | None:
    """Find the built OpenFGA; None where nobody built it (`make bench-policy` does)."""
    found = openfga(Places.from_env(os.environ))
    return found if found.exists() else None


@dataclass(frozen=True, slots=True)
class OpenFga:
    """A server, and a connection to it for each thread that asks."""

    process: subprocess.Popen[bytes]
    port: int
    kept: threading.local

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask over a kept connection. Raises RuntimeError with what it answered instead of success."""
        if not hasattr(self.kept, "connection"):
            self.kept.connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=30)
        self.kept.connection.request("POST", path, _json.encode(body), JSON)
        reply = self.kept.connection.getresponse()
        said = reply.read()
        if reply.status not in (200, 201):
            message = f"OpenFGA answered {reply.status}: {said[:600]!r}"
            raise RuntimeError(message)
        return msgspec.json.decode(said)

    def store(self, model: dict[str, Any] = MODEL) -> Store:
        """Make a store with the model."""
        store = self.post("/stores", {"name": "bench"})["id"]
        return Store(self, store, self.post(f"/stores/{store}/authorization-models", model)["authorization_model_id"])


@dataclass(frozen=True, slots=True)
class Store:
    """A store and its model."""

    server: OpenFga
    store: str
    model: str

    def write(self, tuples: Iterable[Tuple]) -> int:
        """Write tuples through the API; returns how many."""
        rest, count = iter(tuples), 0
        while page := list(islice(rest, WRITE)):
            keys = {"tuple_keys": [one.written() for one in page]}
            self.server.post(f"/stores/{self.store}/write", {"writes": keys, "authorization_model_id": self.model})
            count += len(page)
        return count

    def ask(self, asked: Asked, now_us: int) -> bool:
        """Answer one question; the model is named, so that it is not looked up."""
        body = check(asked, now_us) | {"authorization_model_id": self.model}
        return bool(self.server.post(f"/stores/{self.store}/check", body).get("allowed", False))


@dataclass(frozen=True, slots=True)
class Peer:
    """A store and the questions that it will be asked."""

    store: Store
    questions: Sequence[Asked]
    now_us: int

    def ask(self, place: int) -> bool:
        """Answer one of the questions."""
        return self.store.ask(self.questions[place], self.now_us)


@contextmanager
def running(binary: Path, folder: Path, datastore: Sequence[str] = ("--datastore-engine", "memory")) -> Iterator[OpenFga]:
    """Run a server for a block."""
    folder.mkdir(parents=True, exist_ok=True)
    port, grpc, metrics = free_ports(3)
    command = [
        str(binary), "run", *datastore, "--http-addr", f"{LOOPBACK}:{port}", "--grpc-addr", f"{LOOPBACK}:{grpc}",
        "--metrics-addr", f"{LOOPBACK}:{metrics}", "--playground-enabled=false", "--log-level", "error",
    ]  # fmt: skip
    with served(command, lambda: _is_ready(port), folder / "openfga.log") as process:
        yield OpenFga(process, port, threading.local())


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return b"SERVING" in connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
