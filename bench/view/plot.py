"""Draws how the view grows, as a small SVG. Measures nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl

mpl.use("svg")

from matplotlib import pyplot as plt


class Point(NamedTuple):
    """One size and what was measured there."""

    cameos: int
    bytes_per_cameo: float
    read_us: float
    up_s: float


def plot(points: Sequence[Point], file: Path) -> None:
    """Draw bytes a cameo, a fact's reading and seconds until up over the number of cameos."""
    panels = (
        ("bytes a cameo", [one.bytes_per_cameo for one in points], 1024),
        ("one fact, µs (p50)", [one.read_us for one in points], 5),
        ("new host up, s", [one.up_s for one in points], 60),
    )
    mpl.rcParams["svg.hashsalt"] = "view"
    figure, axes = plt.subplots(1, len(panels), figsize=(9, 2.6), layout="constrained")
    for axis, (title, values, goal) in zip(axes, panels, strict=True):
        axis.plot([one.cameos for one in points], values, marker="o", color="#1f5fa8")
        axis.axhline(goal, linestyle=":", color="#888888")
        axis.set(title=title, xscale="log", xlabel="cameos", ylim=(0, 1.1 * max(goal, *values)))
    figure.savefig(file, metadata={"Date": None})
