"""Owns which points of a head make which triangles. Does not move any."""

from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
from mediapipe.tasks.python.vision import FaceLandmarksConnections
from numpy.typing import NDArray

FACE: Final = 468
OVAL: Final = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
CHIN: Final = OVAL.index(152)
RINGS: Final = (1.22, 1.55, 2.4, 6.0)
"""Rings of points round the face oval, in parts of its own radius: cheek and ear, hair, shoulder, far."""

EYE_UPPER_R: Final = (33, 246, 161, 160, 159, 158, 157, 173, 133)
EYE_LOWER_R: Final = (33, 7, 163, 144, 145, 153, 154, 155, 133)
EYE_UPPER_L: Final = (263, 466, 388, 387, 386, 385, 384, 398, 362)
EYE_LOWER_L: Final = (263, 249, 390, 373, 374, 380, 381, 382, 362)
LIP_UPPER_IN: Final = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LIP_LOWER_IN: Final = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
LIP_UPPER_OUT: Final = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LIP_LOWER_OUT: Final = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
EYES: Final = ((EYE_UPPER_R, EYE_LOWER_R), (EYE_UPPER_L, EYE_LOWER_L))

Triangles = NDArray[np.int32]


@cache
def head_triangles() -> Triangles:
    """Triangles over the face, the eyes, the inner mouth and the rings: int32 (n, 3).

    Vertices are the 468 landmarks, then the rings in order, each with as many points as the oval.
    """
    edges = FaceLandmarksConnections.FACE_LANDMARKS_TESSELATION
    face = [(edges[i].start, edges[i + 1].start, edges[i + 2].start) for i in range(0, len(edges), 3)]
    strips = [*EYES, (LIP_UPPER_IN, LIP_LOWER_IN)]
    inner = [triangle for upper, lower in strips for triangle in _strip(upper, lower)]
    rings = [OVAL, *(_ring(k) for k in range(len(RINGS)))]
    outer = [triangle for a, b in pairwise(rings) for triangle in _strip((*a, a[0]), (*b, b[0]))]
    return np.asarray(face + inner + outer, np.int32)


def _ring(k: int) -> tuple[int, ...]:
    start = FACE + k * len(OVAL)
    return tuple(range(start, start + len(OVAL)))


def _strip(upper: tuple[int, ...], lower: tuple[int, ...]) -> list[tuple[int, int, int]]:
    out = []
    for i in range(len(upper) - 1):
        a, b, c, d = upper[i], upper[i + 1], lower[i + 1], lower[i]
        out += [t for t in ((a, b, c), (a, c, d)) if len(set(t)) == 3]
    return out
