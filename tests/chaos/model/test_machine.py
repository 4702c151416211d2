"""Random histories through every real part: the view, the ledger and the model must answer alike, whatever happened.

CAMEO_DECISIONS sets how many are compared (`make machinefull`: 1,000,000); CAMEO_SEED begins elsewhere, and is printed.
"""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from schemas.registry import all_types
from tests.chaos.model.machine import machine
from tests.chaos.model.real import real_stage
from tests.chaos.model.tally import Tally
from tests.replica_parts import Host

DECISIONS = int(os.environ.get("CAMEO_DECISIONS", "20000"))
SEED = int(os.environ.get("CAMEO_SEED", "20261121"))
ENOUGH = 20_000
"""What must have been reached is asked of runs that are this long."""
EXAMPLES = 6
"""Histories of one run of Hypothesis; runs follow until there are enough decisions."""
DRIVEN = 300
"""Opens, releases and servings through the keyholder's process."""
CONSENT = {kind.name for kind in all_types() if kind.consent}
pytestmark = pytest.mark.timeout(max(900, DECISIONS // 20))


def test_every_way_answers_alike_whatever_happened(host: Host, kafka: str, tmp_path: Path) -> None:
    del kafka
    tally = Tally()
    with real_stage(host, tmp_path) as stage:
        for number in count(SEED):
            print(f"\nseed {number}: {tally.decisions} decisions", end="", flush=True)
            run_state_machine_as_test(
                seed(number)(machine(stage, tally)),
                settings=settings(
                    max_examples=EXAMPLES, stateful_step_count=30, database=None, deadline=None, print_blob=False,
                    suppress_health_check=list(HealthCheck),
                ),
            )  # fmt: skip
            if tally.decisions >= DECISIONS:
                break
    print(f"\n{tally}")
    assert tally.share >= 0.3, str(tally)
    if DECISIONS >= ENOUGH:
        assert tally.seldom() == {}, str(tally)
        assert CONSENT - stage.kinds == set()
        assert sum(tally.done.values()) >= DRIVEN, str(tally)
