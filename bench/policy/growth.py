"""The view's size and reading at three sizes, as bench.view measures them, and the plot of their growth. Measures nothing itself."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from bench.results import Row
from bench.view.__main__ import measured
from bench.view.plot import plot
from infra.places import ROOT

SIZES = (10_000, 100_000, 1_000_000)
PLOT = ROOT / "docs" / "images" / "view-growth.svg"


def growth(folder: Path, sizes: Sequence[int] = SIZES, drawn: Path = PLOT) -> list[Row]:
    """Measure each size in a folder of its own, one after another; draw the plot."""
    found = []
    for size in sizes:
        (folder / str(size)).mkdir(parents=True)
        found.append(measured(folder / str(size), size))
        shutil.rmtree(folder / str(size))
    drawn.parent.mkdir(parents=True, exist_ok=True)
    plot([point for _, point in found], drawn)
    return [row for rows, _ in found for row in rows]
