"""Tries a policy folder: strict, formatted, its tests and their coverage, and named situations. Activates nothing.

A folder that only has requirements is tried laid over the built-in policy, so an operator's own requirement is a folder
with one rule, its test, and situations beside it.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec

from policy.errors import PolicyError
from policy.program import requirement_folders, run_opa, shared_names
from policy.served import serving, whole_policy
from policy.situations import Situation, situations

ENOUGH = 100.0
"""Percent of the rules that tests must cover: the project's own rule for its policy."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was tried, and everything that is wrong with it."""

    name: str
    tried: int
    problems: tuple[str, ...]
    detail: str = ""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What a trial found."""

    folder: str
    steps: tuple[Step, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not any(step.problems for step in self.steps)


def trial(folder: Path, opa: Path, named: Path | None = None) -> Trial:
    """Try a folder of rules and the situations beneath it, or those of another folder. Raises PolicyError where it is no policy."""
    if not folder.is_dir() or not any(folder.rglob("*.rego")):
        raise PolicyError(f"{folder}: no folder of rules")
    with whole_policy(folder, opa) as laid:
        steps = [
            _layout(folder, laid), _complaints("strict", opa, "check", "--strict", laid),
            _complaints("formatted", opa, "fmt", "--fail", "--list", folder), _tests(opa, laid),
        ]  # fmt: skip
        if not any(step.problems for step in steps[:2]):
            steps += [_coverage(opa, laid), _situations(laid, opa, situations(named or folder))]
    return Trial(folder=str(folder), steps=tuple(steps))


def _layout(folder: Path, laid: Path) -> Step:
    names = requirement_folders(folder) if (folder / "requirements").is_dir() else []
    problems = [
        f"{name}: a requirement is {name}/{name}.rego with {name}_test.rego beside it"
        for name in names
        if not {f"{name}.rego", f"{name}_test.rego"} <= {path.name for path in (folder / "requirements" / name).iterdir()}
    ]
    return Step(name="requirements", tried=len(names), problems=(*problems, *shared_names(laid)))


def _complaints(name: str, opa: Path, *arguments: str | Path) -> Step:
    try:
        run_opa(opa, *arguments)
    except PolicyError as error:
        return Step(name=name, tried=1, problems=(str(error),))
    return Step(name=name, tried=1, problems=())


def _tests(opa: Path, laid: Path) -> Step:
    told = _told(opa, "test", "--format", "json", laid)
    if not isinstance(told, list):
        return Step(name="tests", tried=0, problems=(str(told),))
    wrong = [f"{one['package']}.{one['name']} at {_place(one['location'], laid)}" for one in told if one.get("fail") or one.get("error")]
    return Step(name="tests", tried=len(told), problems=tuple(wrong))


def _coverage(opa: Path, laid: Path) -> Step:
    told = _told(opa, "test", "--coverage", "--format", "json", laid)
    if not isinstance(told, dict):
        return Step(name="coverage", tried=0, problems=("the tests do not run",))
    share = float(told["coverage"])
    bare = [
        f"{_short(path, laid)}:{lines['start']['row']} is not covered"
        for path, file in sorted(told["files"].items())
        for lines in file.get("not_covered", ())
    ]
    problems = tuple(bare) if share < ENOUGH else ()
    return Step(
        name="coverage", tried=int(told["covered_lines"]) if "covered_lines" in told else 1, problems=problems, detail=f"{share:g} %"
    )


def _situations(laid: Path, opa: Path, given: list[Situation]) -> Step:
    problems: list[str] = []
    with serving(laid, opa) as tried:
        for one in given:
            answer = msgspec.to_builtins(tried.engine.evaluate(one.question(tried.bundle_sha256)))
            told = msgspec.json.decode(msgspec.json.encode(answer))
            problems += [
                f"{one.name}: {name} is {told[name]}, expected {wanted}" for name, wanted in one.expected().items() if told[name] != wanted
            ]
    return Step(name="situations", tried=len(given), problems=tuple(problems))


def _told(opa: Path, *arguments: str | Path) -> Any:
    """Run OPA and read its JSON whatever its exit code; its complaint where it is none."""
    done = subprocess.run([str(opa), *map(str, arguments)], capture_output=True, timeout=120, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return (done.stderr or done.stdout).decode(errors="replace").strip()


def _place(location: dict[str, Any], laid: Path) -> str:
    return f"{_short(location['file'], laid)}:{location['row']}"


def _short(path: str, laid: Path) -> str:
    return path.removeprefix(str(laid)).lstrip("/")
