"""The machine on the model alone: OPA answers as the reference, whatever the history; failures shrink here within seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from policy.core.opening import opening_events
from tests.chaos.model.cast import ENGINE
from tests.chaos.model.machine import machine
from tests.chaos.model.stage import ModelStage
from tests.chaos.model.tally import Tally
from tests.parts import OpaPart
from tests.policy_parts import ServedPolicy, serve_policy

NOW_US = 1_790_000_000_000_000
EXAMPLES = 12


@pytest.fixture(scope="module")
def served(short_tmp: Path, opa_binary: Path, opa_server: Callable[..., OpaPart]) -> Iterator[ServedPolicy]:
    yield from serve_policy(short_tmp, opa_binary, opa_server)


def test_the_policy_answers_as_the_reference_whatever_happened(served: ServedPolicy) -> None:
    stage = ModelStage(served.engine, served.bundle.sha256, opening_events(served.bundle.sha256, [ENGINE]), NOW_US)
    tally = Tally()
    run_state_machine_as_test(
        machine(stage, tally),
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=30, derandomize=True, database=None, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    print(f"\n{tally}\nseldom: {tally.seldom()}")
    assert tally.share >= 0.3, str(tally)
