"""Writes a bench's figures: one file a bench, the machine and the command beside the rows."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """One figure beside its peer's; `ratio` is ours over the peer's; `goal`: what ours may come to at most."""

    what: str
    unit: str
    ours: float
    peer: float | None
    n: int
    goal: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if not self.peer else round(self.ours / self.peer, 3)

    @property
    def meets(self) -> bool | None:
        """Say whether the goal is met; None without one."""
        return None if self.goal is None else self.ours <= self.goal


def write(name: str, rows: list[Row]) -> None:
    """Write bench/results/NAME.json and print the rows."""
    system = f"{platform.system()} {platform.release()} {platform.machine()}, Python {platform.python_version()}"
    whole = {
        "name": name,
        "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end, {system}",
        "command": " ".join([f"python -m bench.{name}", *sys.argv[1:]]),
        "rows": [asdict(row) | {"ours": round(row.ours, 4), "ratio": row.ratio} for row in rows],
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(whole, indent=1) + "\n")
    for row in rows:
        peer = "" if row.peer is None else f"{row.peer:.3f}"
        print(f"{row.what:<76} {row.ours:>10.3f} {peer:>10} {row.unit:<4} n={row.n}")


def percentile(values: list[float], share: float) -> float:
    """Take the nearest-rank percentile; share in 0..1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
