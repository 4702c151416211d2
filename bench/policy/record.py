"""Keeps bench/results/policy.json: the rows of every part, and in which run each was measured. Measures nothing.

One run writes every part anew. With `--only` the named parts are replaced and carry their own run, so that the page can
say when figures of different runs stand side by side.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.results import RESULTS, Row

FILE = RESULTS / "policy.json"


class Record:
    """The rows so far; written after each part, so that a part that fails loses no other."""

    def __init__(self, file: Path = FILE, *, anew: bool) -> None:
        """`anew`: forget what the file holds."""
        self._file = file
        self._run = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._rows: list[dict[str, Any]] = []
        if not anew and file.exists():
            self._rows = json.loads(file.read_text())["rows"]

    def keep(self, part: str, rows: list[Row], seconds: float) -> None:
        """Replace a part's rows, write, and print them."""
        self._rows = [row for row in self._rows if row["part"] != part]
        for row in rows:
            self._rows.append(asdict(row) | {"ours": round(row.ours, 4), "ratio": row.ratio, "part": part, "run": self._run})
            peer = "" if row.peer is None else f"{row.peer:.3f}"
            print(f"{row.what:<90} {row.ours:>10.3f} {peer:>10} {row.unit:<5} n={row.n}{_met(row)}")
        print(f"-- {part}: {seconds:.0f} s", flush=True)
        self._write()

    def failed(self, part: str, error: Exception) -> None:
        """Drop a part's rows: an older figure must not pass for this run's."""
        self._rows = [row for row in self._rows if row["part"] != part]
        print(f"-- {part} FAILED: {type(error).__name__}: {error}", flush=True)
        self._write()

    def _write(self) -> None:
        system = f"{platform.system()} {platform.release()} {platform.machine()}, Python {platform.python_version()}"
        whole = {
            "name": "policy",
            "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end, {system}",
            "command": " ".join(["python -m bench.policy", *sys.argv[1:]]),
            "rows": self._rows,
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(whole, indent=1) + "\n")


def _met(row: Row) -> str:
    if row.goal is None:
        return ""
    return f"  goal {row.goal:g}: {'met' if row.meets else 'MISSED'}"
