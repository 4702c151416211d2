"""One contract for every PolicyEngine: the fake, OPA by http.client, OPA by opa-python-client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from policy.adapters.opa import OpaEngine
from policy.adapters.opa_client import OpaAdministration
from policy.fakes import InMemoryPolicy
from policy.ports import PolicyEngine
from tests.golden.policy.situations import situations
from tests.parts import OpaPart
from tests.policy_parts import PATIENT_S, ServedPolicy, serve_policy

SITUATIONS = situations()[::5]


@pytest.fixture(scope="module")
def served(short_tmp: Path, opa_binary: Path, opa_server: Callable[..., OpaPart]) -> Iterator[ServedPolicy]:
    yield from serve_policy(short_tmp, opa_binary, opa_server)


@pytest.fixture(scope="module", params=["in memory", "http.client", "opa-python-client"])
def engine(request: pytest.FixtureRequest, served: ServedPolicy) -> Iterator[PolicyEngine]:
    if request.param == "in memory":
        yield InMemoryPolicy(served.bundle.sha256)
        return
    made = (OpaEngine if request.param == "http.client" else OpaAdministration)(served.part.socket, PATIENT_S)
    yield made
    made.close()


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.name)
def test_it_answers_as_written(engine: PolicyEngine, served: ServedPolicy, situation) -> None:
    expected = situation.expected(served.bundle.sha256)
    answer = engine.evaluate(situation.input(served.bundle.sha256))
    assert (answer.permit, list(answer.unmet)) == (expected["permit"], expected["unmet"])
    assert (answer.basis, list(answer.obligations), list(answer.review)) == tuple(
        expected[key] for key in ("basis", "obligations", "review")
    )
    assert (answer.not_after_us, answer.bundle_sha256) == (expected["not_after_us"], served.bundle.sha256)


def test_it_never_answers_from_nothing(engine: PolicyEngine) -> None:
    answer = engine.evaluate({})
    assert (answer.permit, answer.unmet) == (False, ("action.unknown",))
