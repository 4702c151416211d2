"""Every check says what it is for, and every code that a check can give has its home."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

from bench.identity.costs import PARTS
from identity.core import checks
from identity.core.assessment import CHECK_NAMES
from identity.core.checks.about import CHECKS, belongs

FOLDER = Path(checks.__file__).parent
ELSEWHERE = {"about", "generated", "still"}
"""Not a check of its own: this list, and two that check 11 calls."""


def test_the_checks_are_numbered_as_decisions_know_them() -> None:
    assert [one.number for one in CHECKS] == sorted(CHECK_NAMES)
    assert all(one.asks and one.against for one in CHECKS)


def test_every_module_of_checks_is_some_checks() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"} - ELSEWHERE
    assert modules == {name for one in CHECKS for name in one.modules}
    assert all(callable(import_module(f"identity.core.checks.{name}").check) for name in modules)


def test_every_part_that_a_check_reads_is_one_whose_cost_is_measured() -> None:
    assert {part for one in CHECKS for part in one.reads} <= PARTS


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_measures_code_belongs_to_the_check_whose_number_it_is_written_under(path: Path) -> None:
    for number, code in _measures(path):
        owners = [one.number for one in CHECKS if belongs(code, one)]
        assert owners == ([] if code.startswith("review.") else [number]), code


def _measures(path: Path) -> list[tuple[int, str]]:
    """Find the calls of `measured` that name number and code outright."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    named = [call.args[:2] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "measured"]
    values = [[one.value for one in two if isinstance(one, ast.Constant)] for two in named]
    return [
        (number, code) for number, code in (two for two in values if len(two) == 2) if isinstance(number, int) and isinstance(code, str)
    ]
