"""A recorded decision answers the same offline, and another with one fact altered."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from policy.errors import PolicyError
from policy.replay import main, replay
from schemas.codec import digest
from tests.policy_parts import ServedPolicy
from tests.property.policy.histories import FAULTS, Case, Subject, input_of

PERMITTED = Case(action="start", subjects=(Subject(owner="account-" + "a" * 32, until_us=1_790_000_000_000_001),))


def decided(served: ServedPolicy, case: Case) -> dict[str, Any]:
    """Decide as the platform does; the data of generation.decided."""
    question = input_of(case, served.bundle.sha256)
    answer = served.engine.evaluate(question)
    return {
        "permit": answer.permit, "codes": list(answer.unmet), "obligations": list(answer.obligations), "input": question,
        "input_sha256": digest(question), "bundle_sha256": answer.bundle_sha256, "not_after_us": answer.not_after_us,
    }  # fmt: skip


@pytest.mark.parametrize("fault", [None, "owner blocks", "restricted since", "wish"])
def test_a_decision_answers_the_same_again(served: ServedPolicy, opa_binary: Path, fault: str | None) -> None:
    decision = decided(served, PERMITTED if fault is None else FAULTS[fault](PERMITTED))
    assert decision["permit"] is (fault is None)
    assert replay(decision, served.bundle.archived, opa_binary).same


def test_one_altered_fact_answers_otherwise(served: ServedPolicy, opa_binary: Path) -> None:
    decision = copy.deepcopy(decided(served, PERMITTED))
    decision["input"]["cameos"][0]["owner_blocks"] = True
    decision["input_sha256"] = digest(decision["input"])
    found = replay(decision, served.bundle.archived, opa_binary)
    assert not found.same
    assert found.differences == {"permit": (True, False), "codes": ([], ["relationship.blocked"])}


def test_an_input_that_is_not_the_recorded_one_is_refused(served: ServedPolicy, opa_binary: Path) -> None:
    decision = copy.deepcopy(decided(served, PERMITTED))
    decision["input"]["now_us"] += 1
    with pytest.raises(PolicyError, match="not the one"):
        replay(decision, served.bundle.archived, opa_binary)


def test_another_bundle_is_refused(served: ServedPolicy, opa_binary: Path) -> None:
    with pytest.raises(PolicyError, match="was made by bundle"):
        replay(decided(served, PERMITTED) | {"bundle_sha256": "0" * 64}, served.bundle.archived, opa_binary)


def test_the_command_tells_by_its_exit_code(served: ServedPolicy, opa_binary: Path, tmp_path: Path) -> None:
    decision, written = decided(served, PERMITTED), tmp_path / "decision.json"
    told = []
    for recorded in (decision, decision | {"permit": False}, decision | {"bundle_sha256": "0"}):
        written.write_text(json.dumps(recorded))
        told.append(main([str(written), "--bundle", str(served.bundle.archived), "--opa", str(opa_binary)]))
    assert told == [0, 1, 2]
