"""Checks the rules: strict, formatted, fully covered, and their generated tables fresh. `python -m policy.check`."""

from __future__ import annotations

import sys
from pathlib import Path

from policy.codes import stale
from policy.errors import PolicyError
from policy.program import REGO, find_opa, requirement_folders, run_opa, shared_names


def problems(opa: Path, folder: Path = REGO) -> list[str]:
    """List what is wrong with the rules, each in words; an empty list where nothing is."""
    found = [
        f"{name}: a requirement is {name}/{name}.rego with {name}_test.rego beside it"
        for name in requirement_folders(folder)
        if {path.name for path in (folder / "requirements" / name).iterdir()} != {f"{name}.rego", f"{name}_test.rego"}
    ]
    found += shared_names(folder)
    for arguments in (("check", "--strict"), ("fmt", "--fail", "--list"), ("test", "--coverage", "--threshold", "100")):
        try:
            run_opa(opa, *arguments, folder)
        except PolicyError as error:
            found.append(str(error))
    if folder == REGO and not found:  # METADATA of rules that do not compile cannot be read
        found += [f"{name} does not say what METADATA says: run `python -m policy.codes`" for name in stale(opa)]
    return found


if __name__ == "__main__":
    complaints = problems(find_opa())
    sys.stderr.writelines(f"{complaint}\n" for complaint in complaints)
    sys.exit(1 if complaints else 0)
