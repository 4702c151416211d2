"""Checks the rules: strict, formatted, fully covered, and their generated tables fresh. `python -m policy.check`."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

from policy.codes import stale
from policy.errors import PolicyError
from policy.program import REGO, find_opa, requirement_folders, run_opa

DEFINED = re.compile(r"^(?:default )?(\w+)", re.MULTILINE)
NOT_NAMES = {"package", "import", "else", "met"}


def problems(opa: Path, folder: Path = REGO) -> list[str]:
    """List what is wrong with the rules, each in words; an empty list where nothing is."""
    found = [
        f"{name}: a requirement is {name}/{name}.rego with {name}_test.rego beside it"
        for name in requirement_folders(folder)
        if {path.name for path in (folder / "requirements" / name).iterdir()} != {f"{name}.rego", f"{name}_test.rego"}
    ]
    found += [f"{name} is defined by more than one requirement, which share a package" for name in shared_names(folder)]
    for arguments in (("check", "--strict"), ("fmt", "--fail", "--list"), ("test", "--coverage", "--threshold", "100")):
        try:
            run_opa(opa, *arguments, folder)
        except PolicyError as error:
            found.append(str(error))
    if folder == REGO:
        found += [f"{name} does not say what METADATA says: run `python -m policy.codes`" for name in stale(opa)]
    return found


def shared_names(folder: Path) -> list[str]:
    """List the names, other than `met`, that the rules of more than one requirement define: Rego would merge them."""
    names: Counter[str] = Counter()
    for rule in (folder / "requirements").glob("*/*.rego"):
        if not rule.stem.endswith("_test"):
            names.update(set(DEFINED.findall(rule.read_text("utf-8"))) - NOT_NAMES)
    return sorted(name for name, files in names.items() if files > 1)


if __name__ == "__main__":
    complaints = problems(find_opa())
    sys.stderr.writelines(f"{complaint}\n" for complaint in complaints)
    sys.exit(1 if complaints else 0)
