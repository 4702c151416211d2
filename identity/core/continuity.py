"""Owns how far a face's shape and skin jump from one frame to the next, so that another face put in between is seen.

Pure. Does not say whose face it is: check 9 asks that of embeddings, a few times a second.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.core.features import FaceTrack, Floats
from identity.core.picture import PictureFacts

_SHAPE: Final = (33, 133, 362, 263, 168, 6, 197, 4, 2, 10, 67, 297, 127, 356, 109, 338, 70, 300, 105, 334, 234, 454, 116, 345, 172, 397, 152)
"""Points whose distances differ from person to person and little from expression."""
_AROUND: Final = 3
_LEAST_ROWS: Final = 15


def shape_steps(track: FaceTrack) -> Floats:
    """Per row: how far the face's shape moved across it, medians of three rows before and after, in parts of the face's size.

    The face is turned to one pose first. Zero at both ends; empty below 15 rows.
    """
    if len(track.times_us) < _LEAST_ROWS:
        return np.zeros(0, np.float32)
    points = track.landmarks[:, list(_SHAPE)].astype(np.float64)
    points -= points.mean(axis=1, keepdims=True)
    points /= np.sqrt((points**2).sum(axis=2).mean(axis=1))[:, None, None]
    front = points[int(np.argmin(np.abs(track.yaw_deg - np.median(track.yaw_deg))))]
    u, _, vt = np.linalg.svd(np.einsum("rpi,pj->rij", points, front))
    u[:, :, 2] *= np.sign(np.linalg.det(u @ vt))[:, None]
    aligned = np.einsum("rpi,rij->rpj", points, u @ vt)[:, :, :2]
    return _steps(aligned.reshape(len(aligned), -1)) / np.sqrt(len(_SHAPE)).astype(np.float32)


def skin_steps(facts: PictureFacts) -> Floats:
    """Per row: how far the pattern of light on the skin moved across it, in parts of brightness; each row's level removed."""
    if len(facts.rows_us) < _LEAST_ROWS:
        return np.zeros(0, np.float32)
    light = np.log(np.maximum(facts.skin, 4.0))
    light = light - np.median(light, axis=1, keepdims=True)
    return _steps(light) / np.sqrt(light.shape[1]).astype(np.float32)


def _steps(values: NDArray[np.float64] | Floats) -> Floats:
    steps = np.zeros(len(values), np.float32)
    for i in range(_AROUND, len(values) - _AROUND + 1):
        before = np.median(values[i - _AROUND : i], axis=0)
        after = np.median(values[i : i + _AROUND], axis=0)
        steps[min(i, len(values) - 1)] = np.linalg.norm(after - before)
    return steps
