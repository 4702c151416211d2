"""One contract for every PolicyEngine: the fake, OPA by http.client, OPA by opa-python-client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from policy.adapters.opa import OpaEngine
from policy.adapters.opa_client import OpaAdministration
from policy.fakes import InMemoryPolicy
from policy.ports import PolicyEngine
from tests.golden.policy.situations import answer, situations
from tests.parts import OpaPart
from tests.policy_parts import PATIENT_S, ServedPolicy, serve_policy

SITUATIONS = situations()[::15]


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
    expected = answer(situation, served.bundle.sha256)
    told = engine.evaluate(situation.question(served.bundle.sha256))
    assert (told.permit, list(told.unmet)) == (expected["permit"], expected["unmet"])
    assert (told.basis, list(told.obligations), list(told.review)) == tuple(expected[key] for key in ("basis", "obligations", "review"))
    assert (told.not_after_us, told.bundle_sha256) == (expected["not_after_us"], served.bundle.sha256)


def test_it_never_answers_from_nothing(engine: PolicyEngine) -> None:
    answer = engine.evaluate({})
    assert (answer.permit, answer.unmet) == (False, ("action.unknown",))
