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
from bench.policy.decisions import beside_everything, beside_memory, beside_postgres
from bench.policy.growth import growth
from bench.policy.openfga import program
from bench.policy.record import FILE, Record
from bench.results import Row

Part = Callable[[Path], list[Row]]
PARTS: dict[str, Part] = {
    "openfga-memory": beside_memory,
    "openfga-postgres": beside_postgres,
    "opa-everything": beside_everything,
    "revocation": revocation,
    "stop": stopping,
    "new-enemy": new_enemy,
    "view": growth,
}
SMALL: dict[str, Part] = {
    "openfga-memory": lambda folder: beside_memory(folder, 100, 200, 200),
    "openfga-postgres": lambda folder: beside_postgres(folder, 100, 200, 200),
    "consent": small,
    "view": lambda folder: growth(folder, (500, 1000), folder / "view-growth.svg"),
}
NEEDS_OPENFGA = {"openfga-postgres"}


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
        return run(chosen, folder, Record(file, anew=not given.only), quiet_without_peer=given.small)


def run(parts: dict[str, Part], folder: Path, record: Record, *, quiet_without_peer: bool) -> int:
    """Run parts one after another; a part that fails fails the run, and the others are run all the same."""
    failed = 0
    for name, part in parts.items():
        if quiet_without_peer and name in NEEDS_OPENFGA and program() is None:
            print(f"-- {name}: left out, nobody built OpenFGA here")
            continue
        begun_s = time.monotonic()
        try:
            rows = part(folder / name)
            record.keep(name, rows, time.monotonic() - begun_s)
        except Exception as error:  # noqa: BLE001 -- a part that fails must not lose what the others measured
            traceback.print_exc()
            record.failed(name, error)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
