"""Owns skin seen through the poses of a recording: which points face the camera, and their brightness without each frame's own level.

Pure. Does not judge.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.core.features import FaceTrack
from identity.core.picture import SKIN, Floats, PictureFacts

_RIGID: Final = (33, 133, 362, 263, 168, 6, 197, 4, 10, 67, 297, 127, 356, 109, 338)
_FACING: Final = 0.45
"""Cosine to the camera below which a point is not read: it is seen at too flat an angle."""
_NEIGHBOURS: Final = 9
_LEAST_ROWS: Final = 15


@dataclass(frozen=True)
class Skin:
    """The skin of a recording, rows by points."""

    light: Floats
    """(rows, points) log of grey over the frame's mean of the points seen; nan where a point is not seen."""
    normals: Floats
    """(rows, points, 3) where each point faces, in the picture's axes: x right, y down, z away."""
    times_us: NDArray[np.int64]


def skin_of(facts: PictureFacts, track: FaceTrack) -> Skin | None:
    """Unwrap; None with fewer than 15 rows or where both do not tell of the same frames."""
    if len(facts.rows_us) < _LEAST_ROWS or not np.array_equal(facts.rows_us, track.times_us):
        return None
    rotations, front = _rotations(track)
    normals = np.einsum("rij,pj->rpi", rotations, _normals(track.landmarks[front]))
    seen = -normals[:, :, 2] > _FACING
    grey = np.where(seen, np.log(np.maximum(facts.skin, 2.0)), np.nan).astype(np.float32)
    level = _median(grey - _median(grey, axis=0), axis=1)
    return Skin((grey - level[:, None]).astype(np.float32), normals.astype(np.float32), track.times_us)


def _rotations(track: FaceTrack) -> tuple[Floats, int]:
    """Rotation of each row from the most frontal one, by Kabsch on points that hardly move."""
    away = np.abs(track.yaw_deg - np.median(track.yaw_deg)) + np.abs(track.pitch_deg - np.median(track.pitch_deg))
    front = int(np.argmin(away))
    points = track.landmarks[:, list(_RIGID)].astype(np.float64)
    points -= points.mean(axis=1, keepdims=True)
    u, _, vt = np.linalg.svd(np.einsum("rpi,pj->rij", points, points[front]))
    sign = np.sign(np.linalg.det(u @ vt))
    u[:, :, 2] *= sign[:, None]
    return (u @ vt).astype(np.float32), front


def _normals(face: Floats) -> Floats:
    """Normals of the skin points on one frame: the plane through the nearest landmarks, towards the camera."""
    points = face[:468].astype(np.float64)
    made: list[np.ndarray] = []
    for index in SKIN:
        near = points[np.argsort(((points - points[index]) ** 2).sum(axis=1))[:_NEIGHBOURS]]
        normal = np.linalg.svd(near - near.mean(axis=0))[2][2]
        made.append(-normal * np.sign(normal[2]) if normal[2] else normal)
    return np.asarray(made, np.float32)


def _median(values: Floats, axis: int) -> Floats:
    """Median without nan; 0 where nothing was seen."""
    nothing = ~np.isfinite(values).any(axis=axis, keepdims=True)
    return np.nanmedian(np.where(nothing, 0.0, values), axis=axis).astype(np.float32)
