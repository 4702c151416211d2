"""Runs the parts of the policy bench in order and keeps their rows. Each part is a function that gives rows.

`python -m bench.policy [--only PART ...] [--small]` writes bench/results/policy.json. `--small` runs every part in its
shortest form, within a minute, and writes nothing: it shows that all of it works.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from bench.policy.consent import new_enemy, revocation, small, stopping
from bench.policy.decisions import beside_full_graph, beside_memory
from bench.policy.growth import growth
from bench.policy.openfga import program
from bench.policy.record import FILE, Record
from bench.results import Row

Part = Callable[[Path], list[Row]]
PARTS: dict[str, Part] = {
    "openfga-memory": beside_memory,
    "full-graph": beside_full_graph,
    "revocation": revocation,
    "stop": stopping,
    "new-enemy": new_enemy,
    "view": growth,
}
SMALL: dict[str, Part] = {
    "openfga-memory": lambda folder: beside_memory(folder, 100, 200, 200),
    "full-graph": lambda folder: beside_full_graph(folder, 100, 200, 200),
    "consent": small,
    "view": lambda folder: growth(folder, (500, 1000), folder / "view-growth.svg"),
}
BESIDE_OPENFGA = {"openfga-memory", "full-graph"}
"""In their shortest form they go without it where nobody built it."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=sorted(PARTS | SMALL), help="run this part alone; may be given again")
    parser.add_argument("--small", action="store_true", help="the shortest form of each part; results are not kept")
    given = parser.parse_args()
    parts = SMALL if given.small else PARTS
    chosen = {name: part for name, part in parts.items() if not given.only or name in given.only}
    with tempfile.TemporaryDirectory(prefix="cmb-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        file = folder / "policy.json" if given.small else FILE
        return run(chosen, folder, Record(file, anew=not given.only), without_openfga=given.small)


def run(parts: dict[str, Part], folder: Path, record: Record, *, without_openfga: bool) -> int:
    """Run parts one after another; a part that fails fails the run, and the others are run all the same."""
    failed = 0
    for name, part in parts.items():
        begun_s = time.monotonic()
        try:
            if name in BESIDE_OPENFGA and not without_openfga:
                require_openfga()
            rows = part(folder / name)
            record.keep(name, rows, time.monotonic() - begun_s)
        except Exception as error:  # noqa: BLE001 -- a part that fails must not lose what the others measured
            traceback.print_exc()
            record.failed(name, error)
            failed += 1
    return 1 if failed else 0


def require_openfga() -> None:
    """Raise FileNotFoundError where nobody built the peer: a figure without it would not be missed by a reader."""
    if program() is None:
        raise FileNotFoundError("no OpenFGA here: `make bench-policy` builds it")


if __name__ == "__main__":
    sys.exit(main())
