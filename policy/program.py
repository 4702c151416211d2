"""The OPA program: where it is and how it is run once. Does not serve: the server is started by infra."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from policy.errors import PolicyError

REGO = Path(__file__).parent / "rego"
ENTRY = "data.cameo.decision"
_DEFINED = re.compile(r"^(?:default )?(\w+)", re.MULTILINE)
_NOT_NAMES = {"package", "import", "else", "met"}


def find_opa(given: str | None = None) -> Path:
    """Find the program: as given, CAMEO_OPA_BINARY, PATH, or where the bootstrap put it. Raises PolicyError."""
    for named in (given, os.environ.get("CAMEO_OPA_BINARY"), shutil.which("opa")):
        if named:
            return Path(named)
    cache = Path(os.environ.get("CAMEO_CACHE") or Path.home() / ".cache" / "cameo")
    built = sorted((cache / "opa").glob("*/opa"))
    if built:
        return built[-1]
    message = "no OPA program: set CAMEO_OPA_BINARY, put `opa` on the PATH, or run `make bootstrap`"
    raise PolicyError(message)


def run_opa(opa: Path, *arguments: str | Path, cwd: Path | None = None, stdin: bytes | None = None) -> bytes:
    """Run one OPA command to its end; its standard output. Raises PolicyError with what it complained of."""
    done = subprocess.run([str(opa), *map(str, arguments)], cwd=cwd, input=stdin, capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        message = f"opa {arguments[0]}: {said}"
        raise PolicyError(message)
    return done.stdout


def metadata(opa: Path, folder: Path = REGO) -> list[dict[str, Any]]:
    """Read the METADATA of every package and rule. Raises PolicyError."""
    return json.loads(run_opa(opa, "inspect", "--annotations", "--format", "json", folder))["annotations"]


def requirement_folders(folder: Path = REGO) -> list[str]:
    """List the requirements: one folder each."""
    return sorted(path.name for path in (folder / "requirements").iterdir() if path.is_dir())


def shared_names(folder: Path = REGO) -> list[str]:
    """Complain of each name that more than one requirement defines: they share a package, so Rego would merge the rules."""
    names: Counter[str] = Counter()
    for rule in (folder / "requirements").glob("*/*.rego"):
        if not rule.stem.endswith("_test"):
            names.update(set(_DEFINED.findall(rule.read_text("utf-8"))) - _NOT_NAMES)
    return [f"{name} is defined by more than one requirement" for name, files in sorted(names.items()) if files > 1]
