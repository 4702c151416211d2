"""Owns how far the pattern of a face's skin jumps from one frame to the next, so that another face put in between is seen.

Pure. Does not say whose face it is: check 9 asks that of embeddings, a few times a second.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.core.picture import Floats, PictureFacts

_AROUND: Final = 3
_NEAR: Final = 8
_LEAST_ROWS: Final = 15
_QUIET: Final = 0.01
"""A step of the pattern below this, in parts of brightness, is noise of the sensor. A choice."""


def skin_steps(facts: PictureFacts) -> Floats:
    """Per row: how far the pattern of light on the skin moved across it, in parts of brightness; each row's level removed."""
    if len(facts.rows_us) < _LEAST_ROWS:
        return np.zeros(0, np.float32)
    light = _pattern(facts)
    return (_steps(light) / np.sqrt(light.shape[1])).astype(np.float32)


def _steps(values: NDArray[np.float64] | Floats) -> Floats:
    steps = np.zeros(len(values), np.float32)
    for i in range(_AROUND, len(values) - _AROUND + 1):
        before = np.median(values[i - _AROUND : i], axis=0)
        after = np.median(values[i : i + _AROUND], axis=0)
        steps[min(i, len(values) - 1)] = np.linalg.norm(after - before)
    return steps


def largest_jump(facts: PictureFacts) -> tuple[float, int]:
    """The largest jump of the skin's pattern, and when (microseconds); (nan, 0) where it cannot be read.

    A jump lasts (medians of three rows before and after differ) and is sudden (one row to the next differs by more than its
    neighbours do): the geometric mean of how far, and how many times more than around. A quick turn is far and not sudden.
    """
    lasting = skin_steps(facts)
    if not len(lasting):
        return float("nan"), 0
    light = _pattern(facts)
    sudden = np.concatenate([[0.0], np.linalg.norm(np.diff(light, axis=0), axis=1) / np.sqrt(light.shape[1])])
    both = np.sqrt(_times_more(sudden) * lasting)
    at = int(both.argmax())
    return float(both[at]), int(facts.rows_us[at])


def _pattern(facts: PictureFacts) -> Floats:
    light = np.log(np.maximum(facts.skin, 4.0))
    return light - np.median(light, axis=1, keepdims=True)


def _times_more(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each step over the median of those around it, its neighbours left out; 0 at both ends."""
    found = np.zeros(len(steps))
    for i in range(1, len(steps) - 1):
        around = np.concatenate([steps[max(1, i - _NEAR) : i - 1], steps[i + 2 : i + _NEAR + 1]])
        found[i] = max(steps[i], _QUIET) / max(float(np.median(around)) if len(around) else 1.0, _QUIET)
    return found
