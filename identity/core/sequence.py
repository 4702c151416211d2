"""Owns how the frames of a recording follow from each other: doubled, mixed of their neighbours, there twice, still. Does not judge.

Read of thumbnails and of how much each frame differs from the one before, so that encoding again hides little of it. A camera's
frames follow one rhythm; what is put together alternates, or shows one stretch of movement a second time.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.core.features import FrameFacts

Values = NDArray[np.float64]

WINDOW: Final = 60
"""Frames over which a rhythm is looked for: 2 s at 30 a second. Shorter ones hold rhythms by chance, in long recordings above all."""
LEAST_FRAMES: Final = 30
STRETCH_S: Final = 1.2
"""A stretch that is there twice is seen from this length on."""
_EVEN_HZ: Final = 30.0
_LEAST_CHANGE: Final = 0.05
"""Grey levels: what encoding alone changes from a frame to its copy."""
_LEAST_RESIDUE: Final = 0.02
_LEAST_MOVEMENT: Final = 0.05
"""Grey levels squared a cell: stretches that vary less over time are left out, for they are all alike."""


def doubling(frames: FrameFacts) -> float:
    """Part of how the change from frame to frame varies that its place in a cycle of two or three frames tells; nan below 31 frames."""
    return _rhythm(frames.change[1:].astype(np.float64), _LEAST_CHANGE, (2, 3))


def blending(frames: FrameFacts) -> float:
    """The same, for a cycle of two, of what of each frame cannot be mixed of those beside it: frames so made leave nothing."""
    before, frame, after = (_cells(frames)[first : len(frames.times_us) - 2 + first] for first in (0, 1, 2))
    between = before - after
    part = ((frame - after) * between).sum(axis=1) / np.maximum((between**2).sum(axis=1), 1e-9)
    residue = frame - after - np.clip(part, 0.0, 1.0)[:, None] * between
    return _rhythm(np.sqrt((residue**2).mean(axis=1)), _LEAST_RESIDUE, (2,))


def repetition(frames: FrameFacts) -> tuple[float, float]:
    """How unlike the two most similar stretches move, the second forwards, and backwards: 1 less their correlation, 0..2.

    0: the same again; 1 as well where nothing moves. (nan, nan) where two do not fit in. What stands still in a stretch, each
    frame's own level and how strong the contrast is are left out, so brightness hides nothing. Who does one movement twice does
    it at another speed, along another path: near 0 are copies only.
    """
    cells, length = _evenly(frames), round(STRETCH_S * _EVEN_HZ)
    if len(cells) < 2 * length:
        return float("nan"), float("nan")
    standing = np.lib.stride_tricks.sliding_window_view(cells, length, axis=0).mean(axis=2)
    alike, still = cells @ cells.T, standing @ standing.T
    forwards = (_over_stretches(alike, length) - still) / cells.shape[1]
    backwards = (_over_stretches(alike[:, ::-1], length)[:, ::-1] - still) / cells.shape[1]
    moved = np.diag(forwards).clip(1e-9)
    read = np.triu(np.minimum(moved[:, None], moved[None]) >= _LEAST_MOVEMENT, k=length)
    if not read.any():
        return 1.0, 1.0
    scale = np.sqrt(moved[:, None] * moved[None])[read]
    return float(1 - (forwards[read] / scale).max()), float(1 - (backwards[read] / scale).max())


def standstill_s(frames: FrameFacts) -> float:
    """Longest time in seconds in which no frame differs from the one before by more than encoding leaves; 0 below two frames."""
    times_s, still = frames.times_us / 1e6, np.concatenate([[False], frames.change[1:] < _LEAST_CHANGE, [False]])
    edges = np.flatnonzero(np.diff(still.astype(np.int8)))
    return max((float(times_s[last] - times_s[first]) for first, last in zip(edges[::2], edges[1::2], strict=True)), default=0.0)


def _rhythm(values: Values, least: float, cycles: tuple[int, ...]) -> float:
    """The most that a place in a cycle explains of the values' logarithms over WINDOW of them, 0..1."""
    if len(values) < LEAST_FRAMES:
        return float("nan")
    logs = np.log(np.maximum(np.nan_to_num(values), least))
    found = 0.0
    for cycle in cycles:
        width = min(WINDOW, len(logs)) // cycle * cycle
        windows = np.lib.stride_tricks.sliding_window_view(logs, width)
        windows = windows - windows.mean(axis=1, keepdims=True)
        of_place = windows.reshape(len(windows), -1, cycle).mean(axis=1)
        found = max(found, float(((of_place**2).mean(axis=1) / np.maximum((windows**2).mean(axis=1), 1e-9)).max()))
    return found


def _cells(frames: FrameFacts) -> Values:
    return frames.thumbnails.reshape(len(frames.thumbnails), -1).astype(np.float64)


def _evenly(frames: FrameFacts) -> Values:
    """Thumbnails at an even rate without each one's mean: (moments, cells)."""
    if len(frames.times_us) < 2:
        return np.zeros((0, 1))
    cells, times_s = _cells(frames), frames.times_us / 1e6
    cells -= cells.mean(axis=1, keepdims=True)
    at_s = np.arange(times_s[0], times_s[-1], 1 / _EVEN_HZ)
    even: list[Values] = [np.asarray(np.interp(at_s, times_s, cells[:, cell]), np.float64) for cell in range(cells.shape[1])]
    return np.stack(even, axis=1)


def _over_stretches(pairs: Values, length: int) -> Values:
    """Mean along the diagonal from each place on, over so many: [i, j] is of stretches that begin at i and at j."""
    sums = np.zeros((len(pairs) + 1, len(pairs) + 1))
    for row, values in enumerate(pairs):
        sums[row + 1, 1:] = sums[row, :-1] + values
    return (sums[length:, length:] - sums[:-length, :-length]) / length
