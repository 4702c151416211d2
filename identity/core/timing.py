"""Owns statistics of when frames came. Does not judge them.

A camera delivers at a rate with jitter, and drops frames when the machine is busy; a program writes even times, or repeats.
"""

from dataclasses import dataclass

import numpy as np

from identity.core.features import FrameFacts

_LEAST_FRAMES = 10


@dataclass(frozen=True)
class Timing:
    """Of one recording; nan below ten frames."""

    jitter_ms: float
    """Standard deviation of frame times around the best even rate, skipped frames allowed for."""
    dropped: float
    """Part of the frames of an even rate that are missing."""
    longest_gap: float
    """Longest pause in parts of the usual one."""
    distinct: float
    """Different pauses, to a tenth of a millisecond, over all: a program that writes even times has one or two."""


def timing_of(frames: FrameFacts) -> Timing:
    """Read the times of a recording."""
    times = frames.times_us / 1000.0
    if len(times) < _LEAST_FRAMES:
        return Timing(*[float("nan")] * 4)
    pauses = np.diff(times)
    period = max(float(np.median(pauses)), 1e-3)
    skips = np.maximum(1, np.round(pauses / period))
    steps = np.concatenate([[0], np.cumsum(skips)])
    line = np.polyfit(steps, times, 1)
    return Timing(
        jitter_ms=float(np.std(times - np.polyval(line, steps))),
        dropped=float((skips - 1).sum() / skips.sum()),
        longest_gap=float(pauses.max() / period),
        distinct=len(np.unique(np.round(pauses, 1))) / len(pauses),
    )
