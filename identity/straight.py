"""Owns long straight edges around a face. Does not say that they are a screen's."""

import math
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from identity.core.features import Floats
from identity.core.picture import Lines

_SIDE: Final = 320
_LEAST_PART: Final = 0.7
"""Of the face's width: shorter edges are everywhere."""
_MOST_A_LOOK: Final = 24


@dataclass
class StraightLines:
    """Collects the edges of each look in the face's measure."""

    _found: list[tuple[int, float, float, float, float]] = field(default_factory=list)

    def add(self, grey: NDArray[np.uint8], points: Floats, look: int) -> None:
        """Find edges outside the face's oval."""
        scale = _SIDE / max(grey.shape)
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        face = points[:468, :2] * scale
        width = float(np.ptp(face[:, 0]))
        middle = face.mean(axis=0)
        edges = cv2.Canny(cv2.GaussianBlur(small, (3, 3), 0), 40, 110)
        cv2.fillConvexPoly(edges, cv2.convexHull(face.astype(np.int32)), 0)
        least = max(20.0, _LEAST_PART * width)
        found = cv2.HoughLinesP(edges, 1, np.pi / 180, round(0.5 * least), minLineLength=least, maxLineGap=5)
        if found is None:
            return
        centre = np.asarray([small.shape[1], small.shape[0]]) / 2
        segments = sorted(found.reshape(-1, 4).tolist(), key=lambda s: -math.hypot(s[2] - s[0], s[3] - s[1]))[:_MOST_A_LOOK]
        for x0, y0, x1, y1 in segments:
            angle = math.degrees(math.atan2(x1 - x0, y1 - y0)) % 180
            normal = np.asarray([math.cos(math.radians(angle)), -math.sin(math.radians(angle))])
            start = np.asarray([x0, y0])
            self._found.append(
                (
                    look,
                    angle,
                    float(normal @ (start - middle)) / max(width, 1e-6),
                    math.hypot(x1 - x0, y1 - y0) / max(width, 1e-6),
                    float(normal @ (start - centre)) / _SIDE,
                )
            )

    def lines(self) -> Lines:
        """All that were found."""
        table = np.asarray(self._found, np.float32).reshape(-1, 5)
        return Lines(table[:, 0].astype(np.int32), table[:, 1], table[:, 2], table[:, 3], table[:, 4])
