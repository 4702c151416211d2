"""`python -m tests.integration.identity.fuzz [FILES] [--workers N] [--first N] [--keep NUMBER FILE]`: broken files through the decoder.

Prints JSON: how many files came to what, how children ended without an answer, the worst time and memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.integration.identity.fuzz.herd import Herd, Told
from tests.integration.identity.fuzz.mutating import Breaking
from tests.integration.identity.fuzz.seeds import KINDS, recording


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="?", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--share", help="of whom: written by the process that starts this one")
    parser.add_argument("--keep", nargs=2, metavar=("NUMBER", "FILE"), help="write one broken file, to look at")
    parser.add_argument("--decode", type=Path, metavar="FOLDER", help="decode these files; prints what each came to, by name")
    asked = parser.parse_args()
    if asked.decode:
        return _decode(asked.decode)
    if asked.share:
        return _work(Path(asked.share), asked.first, asked.files, asked.workers)
    with tempfile.TemporaryDirectory() as folder:
        for name in KINDS:
            (Path(folder) / name).write_bytes(recording(name))
        if asked.keep:
            Path(asked.keep[1]).write_bytes(Breaking(int(asked.keep[0]), _seeds(Path(folder))).broken())
            return 0
        return _lead(Path(folder), asked.first, asked.files, asked.workers)


def _decode(folder: Path) -> int:
    paths = sorted(folder.iterdir())
    herd, came = Herd(folder), {}
    for path in paths:
        told = Told()
        herd.decode(0, path.read_bytes(), told)
        came[path.name] = [*told.ends, *told.outcomes][0]
    herd.close()
    print(json.dumps(came))
    return 0


def _seeds(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in KINDS]


def _lead(folder: Path, first: int, files: int, workers: int) -> int:
    began = time.monotonic()
    quiet = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    shares = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.integration.identity.fuzz", str(files), "--first", str(first + at), "--workers", str(workers), "--share", str(folder)],
            stdout=subprocess.PIPE, env=quiet,
        )
        for at in range(workers)
    ]  # fmt: skip
    told = Told()
    failed = False
    for one in shares:
        said = one.communicate()[0]
        failed |= one.returncode != 0
        if said:
            found = json.loads(said)
            part = Told(
                worst_s=found["worst_cpu_s"], worst_kib=found["worst_mib"] * 1024, numbers=[tuple(pair) for pair in found["numbers"]]
            )
            part.outcomes.update(found["outcomes"])
            part.ends.update(found["ends"])
            told.add(part)
    print(json.dumps(_shown(told) | {"files": sum(told.outcomes.values()), "took_s": round(time.monotonic() - began, 1)}, indent=1))
    return 1 if failed or told.ends else 0


def _work(folder: Path, first: int, files: int, step: int) -> int:
    told, herd, seeds = Told(), Herd(folder), _seeds(folder)
    for number in range(first, files, step):
        herd.decode(number, Breaking(number, seeds).broken(), told)
    herd.close()
    print(json.dumps(_shown(told)))
    return 0


def _shown(told: Told) -> dict[str, object]:
    return {
        "outcomes": dict(told.outcomes.most_common()), "ends": dict(told.ends), "worst_cpu_s": round(told.worst_s, 2),
        "worst_mib": told.worst_kib // 1024, "numbers": told.numbers[:40],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
