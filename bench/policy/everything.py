"""OPA with everything as data: the same question as plain Rego over one document of people. Does not read our policy."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from bench.policy.graph import Asked, Grant, Person, Population
from bench.policy.program import served
from infra.parts.opa import UnixConnection, health
from policy.program import find_opa

RULES = Path(__file__).parent / "everything.rego"
PATH = "/v1/data/everything/permit"
LOADS_S = 600.0
"""How long OPA may take to load hundreds of MB."""
_json = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Everything:
    """An OPA that holds the graph, and the questions that it will be asked."""

    process: subprocess.Popen[bytes]
    socket: Path
    data_mb: float
    questions: Sequence[Asked]
    now_us: int
    kept: threading.local

    def ask(self, place: int) -> bool:
        """Answer one of the questions, over a connection of this thread's own."""
        if not hasattr(self.kept, "connection"):
            self.kept.connection = UnixConnection(self.socket, 30)
        asked = self.questions[place]
        question = {
            "requester": _name(asked.requester), "owner": _name(asked.owner), "purpose": asked.purpose,
            "facets": asked.facets, "now_us": self.now_us,
        }  # fmt: skip
        self.kept.connection.request("POST", PATH, _json.encode({"input": question}), {"Content-Type": "application/json"})
        return msgspec.json.decode(self.kept.connection.getresponse().read())["result"]


@contextmanager
def everything(folder: Path, people: Population, questions: Sequence[Asked], now_us: int) -> Iterator[Everything]:
    """Write the data, have OPA load it, serve for a block."""
    folder.mkdir(parents=True)
    data, socket = folder / "data.json", folder / "opa.sock"
    with data.open("wb") as out:
        out.write(b'{"people":{')
        for person in people:
            out.write(b"," if person.number else b"")
            out.write(_json.encode(_name(person.number)) + b":" + _json.encode(_document(person)))
        out.write(b"}}")
    command = [
        str(find_opa()), "run", "--server", "--addr", f"unix://{socket}", "--optimize-store-for-read-speed", "--skip-version-check",
        "--log-level", "error", str(data), str(RULES),
    ]  # fmt: skip
    with served(command, lambda: health(socket), folder / "opa.log", patience_s=LOADS_S) as process:
        yield Everything(process, socket, data.stat().st_size / 1e6, questions, now_us, threading.local())


def _document(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = {
        "audience": person.audience,
        "purposes": person.scope.purposes,
        "facets": person.scope.facets,
        "follows": {_name(other): True for other in person.follows},
        "blocks": {_name(other): True for other in person.blocks},
        "grants": {_name(one.grantee): _grant(one) for one in person.grants if not one.withdrawn},
    }
    return found | {"suspended": True} if person.suspended else found


def _grant(one: Grant) -> dict[str, Any]:
    window = {"begins_us": one.begins_us, "ends_us": one.ends_us}
    return {"purposes": one.scope.purposes, "facets": one.scope.facets} | {key: at for key, at in window.items() if at is not None}


def _name(number: int) -> str:
    return f"account-{number:032x}"
