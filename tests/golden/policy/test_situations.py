"""Named situations, answered alike by the reference, by `opa eval` and by OPA over HTTP, as written in the golden files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from policy.codes import codes
from policy.program import run_opa
from policy.reference import judge
from tests.golden.policy.situations import Situation, answer, situations
from tests.policy_parts import ServedPolicy

ALL = situations()


@pytest.fixture(scope="module")
def evaluated(served: ServedPolicy, opa_binary: Path, short_tmp: Path) -> dict[str, Any]:
    """Every situation answered by `opa eval`, in one run: starting it takes longer than a decision."""
    asked = short_tmp / "all.json"
    asked.write_bytes(msgspec.json.encode([one.question(served.bundle.sha256) for one in ALL]))
    query = "[answer | some question in input; answer := data.cameo.decision with input as question]"
    printed = run_opa(opa_binary, "eval", "--bundle", served.bundle.archived, "--input", asked, "--format", "json", query)
    answers = json.loads(printed)["result"][0]["expressions"][0]["value"]
    assert len(answers) == len(ALL)
    return {one.name: told for one, told in zip(ALL, answers, strict=True)}


@pytest.mark.parametrize("situation", ALL, ids=lambda one: one.name)
def test_a_situation_is_answered_as_written(situation: Situation, served: ServedPolicy, evaluated: dict[str, Any]) -> None:
    sha256 = served.bundle.sha256
    question, expected = situation.question(sha256), answer(situation, sha256)
    assert _plain(judge(question, sha256)) == expected
    assert _plain(served.engine.evaluate(question)) == expected
    assert evaluated[situation.name] == expected


def test_there_are_enough_situations_and_each_has_its_own_name() -> None:
    assert len({one.name for one in ALL}) == len(ALL) >= 150


def test_every_requirement_refuses_in_some_situation() -> None:
    told = {code for one in ALL for code in one.raw["expect"].get("codes", ())}
    assert {code.code for code in codes().values() if code.requirement is not None} - told == set()


def _plain(answer: msgspec.Struct) -> dict[str, Any]:
    return msgspec.json.decode(msgspec.json.encode(answer))
