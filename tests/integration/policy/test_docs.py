"""The example in docs/policy.md works as it stands there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from policy.bundle import build
from policy.check import problems
from policy.codes import codes, made
from policy.core.question import gather, question_of
from policy.program import REGO
from policy.replay import evaluate
from tests.policy_parts import new_keys
from tests.property.policy.histories import GENERATION, Case, Subject, history

DOCS = Path(__file__).parents[3] / "docs" / "policy.md"
NAME = "cameos_few"


def with_example(folder: Path, opa_binary: Path) -> Path:
    """Copy the rules and add the example, as the page says."""
    rule, test = re.findall(r"```rego\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    copy = Path(shutil.copytree(REGO, folder / "rego"))
    added = copy / "requirements" / NAME
    added.mkdir()
    (added / f"{NAME}.rego").write_text(rule, "utf-8")
    (added / f"{NAME}_test.rego").write_text(test, "utf-8")
    table = copy / "table" / "data.json"
    table.write_text(made(opa_binary, copy)[table], "utf-8")
    return copy


def test_the_example_requirement_checks_and_refuses_and_nothing_else_changes(opa_binary: Path, tmp_path: Path) -> None:
    rules = with_example(tmp_path, opa_binary)
    assert problems(opa_binary, rules) == []
    key, _ = new_keys(tmp_path / "keys")
    bundle = build(tmp_path / "policy.tar.gz", key, opa_binary, rules)
    owners = [f"account-{digit * 32}" for digit in "acdef"]
    for count, expected in ((4, ()), (5, ("cameos.too_many",))):
        case = Case(action="start", subjects=tuple(Subject(owner=owner) for owner in owners[:count]))
        facts = history(case, bundle.sha256)
        question = question_of(facts, GENERATION, "start")
        assert question is not None
        assert evaluate(gather(facts, question).input, bundle.archived, opa_binary).unmet == expected


def test_every_code_in_the_table_of_refusals_exists() -> None:
    table = DOCS.read_text("utf-8").partition("## When it refuses")[2].partition("##")[0]
    named = {code for line in table.splitlines() for code in re.findall(r"`([a-z_.]+)`", line.split("|")[1] if "|" in line else "")}
    assert len(named) > 5
    assert named <= set(codes())
