"""The API over fakes, whose decision point asks the interop scenarios' rules in a real OPA."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from policy.adapters.opa import UnixConnection
from policy.program import run_opa
from serving.core.authzen import Decision, Evaluation, Found, Search
from serving.ports import Asking
from tests.integration.policy.conftest import served
from tests.parts import OpaPart
from tests.policy_parts import new_keys
from tests.unit.api.conftest import Place, place

__all__ = ["place", "served"]
HERE = Path(__file__).parent


def cases(name: str) -> dict[str, Any]:
    """Read a scenario's published cases."""
    return yaml.safe_load((HERE / "cases" / f"{name}.yaml").read_text("utf-8"))


@dataclass(frozen=True)
class RegoDecisions:
    """A DecisionPoint whose rules are one Rego package; it knows no callers."""

    socket: Path
    package: str

    def decide(self, caller: Asking, asked: Evaluation) -> Decision:
        del caller
        return Decision(decision=self._ask("decision", asked))

    def fast(self) -> RegoDecisions:
        return self

    def subjects(self, caller: Asking, asked: Search) -> Found:
        del caller
        return self._page(asked, [{"type": asked.subject.type, "id": one} for one in self._ask("subjects", asked)])

    def resources(self, caller: Asking, asked: Search) -> Found:
        del caller
        return self._page(asked, [{"type": asked.resource.type, "id": one} for one in self._ask("resources", asked)])

    def actions(self, caller: Asking, asked: Search) -> Found:
        del caller
        return self._page(asked, [{"name": one} for one in self._ask("actions", asked)])

    def _page(self, asked: Search, found: list[dict[str, Any]]) -> Found:
        begin = int(asked.page.after or 0)
        end = begin + asked.page.size
        return Found(results=found[begin:end], next_token=str(end) if end < len(found) else "")

    def _ask(self, rule: str, asked: msgspec.Struct) -> Any:
        connection: http.client.HTTPConnection = UnixConnection(self.socket, 5.0)
        connection.request("POST", f"/v1/data/interop/{self.package}/{rule}", msgspec.json.encode({"input": asked}))
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer["result"]


@pytest.fixture(scope="module")
def interop(short_tmp: Path, opa_binary: Path, opa_server: Callable[..., OpaPart]) -> OpaPart:
    """A real OPA that serves the scenarios' rules from a signed bundle, as it serves the platform's."""
    key, public = new_keys(short_tmp / "interop-keys")
    folder, bundle = short_tmp / "interop", short_tmp / "interop.tar.gz"
    folder.mkdir()
    for rules in (HERE / "interop").glob("*.rego"):
        (folder / rules.name).write_text(rules.read_text())
    search, todo = cases("search"), cases("todo")
    people = {pid: user for user, pid in todo["users"].items()}
    (folder / "data.json").write_text(json.dumps({"users": search["users"], "records": search["records"], "people": people}))
    run_opa(opa_binary, "build", "--bundle", ".", "--signing-key", key, "--signing-alg", "ES256", "--output", bundle, cwd=folder)
    return opa_server(bundle, public)


@pytest.fixture
def point(place: Place, interop: OpaPart) -> Callable[[str], Place]:
    """A factory: point(scenario) is the API with that scenario's rules behind it."""

    def made(package: str) -> Place:
        object.__setattr__(place.client.app.state.parts, "decisions", RegoDecisions(interop.socket, package))  # type: ignore[attr-defined]
        return place

    return made
