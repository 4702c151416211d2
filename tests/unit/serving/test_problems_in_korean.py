"""Every problem of the identity routes and of the live websocket is said in Korean beside English, whatever line raises it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.places import ROOT
from policy.codes import codes
from serving.core.korean import SAID, korean
from serving.core.reasons import reasons

ELSEWHERE = frozenset({
    "appeals", "asking", "authzen", "consent", "coownership", "explaining", "finding", "generations", "grants", "groups", "invitations",
    "operation", "plans", "powers", "requests", "switches",
})  # fmt: skip
"""Handlers of what is no identity route: what may be used, by whom, what is made of it. A new one is an identity route until it is named here."""
HERE = (
    *(path for path in sorted((ROOT / "serving/handlers").glob("*.py")) if path.stem not in ELSEWHERE),
    *sorted((ROOT / "serving/api").glob("*.py")),
    *(ROOT / f"serving/api/routes/{name}.py" for name in (
        "accounts", "cases", "distress", "enrolments", "live", "looked_at", "protected", "receipts", "recovery", "roles", "step_up",
        "things", "uploads", "verifications",
    )),
    ROOT / "serving/adapters/rendering.py",
    ROOT / "serving/adapters/uploads.py",
)  # fmt: skip
CODE = re.compile(r"[a-z_]+\.[a-z_]+")
DRAWN = (
    "account.unknown", "app.unknown", "cameo.unknown", "keyholder.unavailable", "ledger.unavailable", "method.not_allowed", "request.slow",
    "request.too_large", "route.unknown",
)  # fmt: skip
"""Written together from two words where they are raised, or looked up by a status."""
HANGUL = re.compile("[가-힣]")


def raised(path: Path) -> Iterator[str]:
    """Find the codes of errors and problems that a module makes, but where the Korean stands beside them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        target.id: one.value.elts[0]
        for one in tree.body
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Tuple) and one.value.elts
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or any(one.arg == "ko" for one in call.keywords):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if not name.endswith("Error") and name != "problem":
            continue
        for argument in call.args[:2]:
            starred = argument.value if isinstance(argument, ast.Starred) else None
            first = named.get(starred.id) if isinstance(starred, ast.Name) else argument
            found = [one.value for one in ast.walk(first) if isinstance(one, ast.Constant)] if first is not None else []
            yield from (one for one in found if isinstance(one, str) and CODE.fullmatch(one))


FOUND = sorted({(code, path.relative_to(ROOT).as_posix()) for path in HERE for code in raised(path)} | {(one, "") for one in DRAWN})


@pytest.mark.parametrize(("code", "path"), FOUND)
def test_a_problem_is_said_in_korean(code: str, path: str) -> None:
    said = korean(codes(), code)
    assert said is not None, f"{path} refuses with {code}, which nobody can read in Korean"
    assert HANGUL.search(said)


def test_what_is_written_is_raised_somewhere() -> None:
    assert len(FOUND) > 150
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "serving").rglob("*.py") if "korean" not in path.parts)
    assert [code for code in SAID if f'"{code}"' not in text and code not in DRAWN] == []


def test_a_code_without_words_is_said_to_be_one_in_both_languages() -> None:
    (told,) = reasons(codes(), ["never.heard"], disclosed=False)
    assert HANGUL.search(told["ko"])
