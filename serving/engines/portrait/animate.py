"""Owns turning, blinking and speaking of one picture of a head, as a 3-D mesh warp. Does not say when to.

Angles are from the person's own side: yaw to their left and pitch upwards are positive. Convincing to about
20 degrees of yaw; ears and cheeks smear beyond 30 (seen on five people, not measured).
"""

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from serving.engines.portrait.cutout import Cutout
from serving.engines.portrait.faces import Floats
from serving.engines.portrait.mouth import draw_inside
from serving.engines.portrait.topology import (
    CHIN,
    EYES,
    FACE,
    LIP_LOWER_IN,
    LIP_LOWER_OUT,
    LIP_UPPER_IN,
    LIP_UPPER_OUT,
    OVAL,
    RINGS,
    Triangles,
    head_triangles,
)

_RING_DEPTH = (0.16, 0.36, 0.50, 0.50)
"""How far each ring lies behind the face oval, in face widths."""
_PIVOT_DEPTH = 0.34
_CAMERA = 7.0
"""Distance of the camera in face widths: a webcam at arm's length and a half."""
_SHIFT_BITS = 4


class Motion(msgspec.Struct, frozen=True):
    """What the head does in one frame. `gap` and `width` in eye distances, `blink` and `brow` 0..1."""

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    gap: float | None = None
    width: float = 0.0
    blink: float = 0.0
    brow: float = 0.0


class Head:
    """One picture of a person made ready to move; its landmarks are in pixels of that picture."""

    def __init__(self, cutout: Cutout, landmarks: Floats) -> None:
        self._rgba = np.dstack([cutout.colour * cutout.alpha[:, :, None], cutout.alpha * 255]).astype(np.float32)
        face = landmarks[:FACE].astype(np.float32).copy()
        oval = face[list(OVAL)]
        self.face_width_px = float(np.linalg.norm(face[454, :2] - face[234, :2]))
        self.eye_distance_px = eye_distance_px(face)
        self._centre = oval[:, :2].mean(axis=0)
        face[:, 2] -= oval[:, 2].mean()
        self._points = np.concatenate([face, *(self._ring(oval, k) for k in range(len(RINGS)))])
        self._turns = self._turning(self._points)
        self._triangles: Triangles = head_triangles()
        self._down = unit(face[152, :2] - face[10, :2])
        self._closed_gap = gap_of(face)

    def frame(self, motion: Motion) -> Floats:
        """The person alone, moved: premultiplied BGRA float32 (h, w, 4), 0..255."""
        shaped, source = self._points.copy(), self._points
        if motion.gap is not None:
            self._speak(shaped, motion.gap, motion.width)
        if motion.blink > 0:
            source = self._blink(shaped, motion.blink)
        if motion.brow:
            self._raise_brows(shaped, motion.brow)
        moved = self._turned(shaped, motion)
        picture = self._warped(moved, source)
        if motion.gap is not None and motion.gap > 0.012:
            draw_inside(picture, moved[:FACE, :2], self._rgba, self._points[:FACE, :2], self.eye_distance_px)
        return picture

    def _ring(self, oval: Floats, k: int) -> Floats:
        spread = (oval[:, :2] - self._centre) * RINGS[k] + self._centre
        depth = np.full((len(oval), 1), _RING_DEPTH[k] * self.face_width_px, np.float32)
        mine = oval[:, 2:] - oval[:, 2].mean()
        return np.concatenate([spread, mine * 0.4 + depth], axis=1).astype(np.float32)

    def _turning(self, points: Floats) -> Floats:
        """How much of a turn each point takes: all of it on the head, none on the shoulders."""
        weight = np.ones(len(points), np.float32)
        radius = float(np.linalg.norm(points[152, :2] - self._centre))
        down = (points[:, :2] - self._centre) @ unit(points[152, :2] - self._centre) / radius
        outer = np.arange(len(points)) >= FACE
        weight[outer] = 1 - smooth(0.80, 1.75, down[outer])
        last = slice(len(points) - len(OVAL), len(points))
        weight[last] = np.where(down[last] > 0.4, 0.0, weight[last])
        return weight

    def _turned(self, points: Floats, motion: Motion) -> Floats:
        wide = self.face_width_px
        pivot = np.asarray([self._centre[0], self._centre[1] + 0.15 * wide, _PIVOT_DEPTH * wide], np.float32)
        p = points - pivot
        focal = _CAMERA * wide
        p[:, :2] *= ((focal + p[:, 2]) / focal)[:, None]
        for degrees, a, b in ((motion.roll_deg, 0, 1), (motion.yaw_deg, 0, 2), (motion.pitch_deg, 1, 2)):
            sign = 1.0 if b == 1 or a == 0 else -1.0
            angle = np.radians(degrees) * self._turns * sign
            c, s = np.cos(angle), np.sin(angle)
            if a == 1:
                p[:, 1], p[:, 2] = p[:, 1] * c - p[:, 2] * s, p[:, 2] * c + p[:, 1] * s
            else:
                p[:, a], p[:, b] = p[:, a] * c - p[:, b] * s, p[:, b] * c + p[:, a] * s
        p[:, :2] *= (focal / (focal + p[:, 2]))[:, None]
        return (p + pivot).astype(np.float32)

    def _speak(self, points: Floats, gap: float, width: float) -> None:
        """Open the mouth to `gap` by moving lower lip, chin and jaw; `width` moves the corners apart."""
        face = points[:FACE]
        unit_px = self.eye_distance_px
        change = (gap - self._closed_gap) * unit_px
        mid = (face[13, :2] + face[14, :2]) / 2
        across = np.asarray([self._down[1], -self._down[0]], np.float32)
        rel = face[:, :2] - mid
        y, x = rel @ self._down / unit_px, rel @ across / unit_px
        half = float(np.linalg.norm(face[308, :2] - face[78, :2])) / 2 / unit_px
        u = np.clip(np.abs(x) / half, 0, 4)
        lower = smooth(-0.03, 0.06, y) * np.exp(-((u / 2.1) ** 4))
        weight = lower * (1 - 0.30 * smooth(0.15, 0.75, y))
        upper = -0.16 * (1 - smooth(-0.06, 0.03, y)) * np.exp(-((y / 0.22) ** 2)) * np.exp(-((u / 1.3) ** 2))
        weight = weight + upper
        bow = np.sqrt(np.clip(1 - (np.arange(-5, 6) / 5.0) ** 2, 0, 1))
        for ids, share in ((LIP_LOWER_IN, 0.84), (LIP_UPPER_IN, -0.16)):
            weight[list(ids)] = share * bow
        for ids, share in ((LIP_LOWER_OUT, 0.84), (LIP_UPPER_OUT, -0.14)):
            weight[list(ids)] = share * (0.35 + 0.65 * bow) * (bow > 0) + (bow == 0) * max(share, 0) * 0.25
        face[:, :2] += (change * weight)[:, None] * self._down
        near = np.exp(-((y / 0.30) ** 2)) * np.exp(-((np.abs(u) / 2.2) ** 4))
        pull = width - 0.25 * max(0.0, gap - 0.05)
        face[:, :2] += (pull * unit_px * near * np.clip(x / half, -1, 1))[:, None] * across
        face[list(OVAL), 2] += 0.0
        ring = points[FACE : FACE + len(OVAL)]
        ring[:, :2] += 0.7 * (points[list(OVAL), :2] - self._points[list(OVAL), :2])

    def _blink(self, points: Floats, closed: float) -> Floats:
        """Bring the lids together; answer with where the skin is taken from: a little outside the lids' edges.

        Lashes and eyeball reach past the landmarks (most behind glasses); without the margin they smear over the lid.
        """
        source = self._points.copy()
        for upper, lower in EYES:
            up, low = list(upper[1:-1]), list(lower[1:-1])
            opening = self._points[low] - self._points[up]
            shut = self._points[low] * 0.92 + self._points[up] * 0.08
            points[up] += (shut - points[up]) * closed
            points[low] += (shut - points[low]) * 0.9 * closed
            source[up] -= opening * 0.32 * closed
            source[low] += opening * 0.20 * closed
        return source

    def _raise_brows(self, points: Floats, amount: float) -> None:
        brows = [70, 63, 105, 66, 107, 46, 53, 52, 65, 55, 300, 293, 334, 296, 336, 276, 283, 282, 295, 285]
        points[brows, :2] -= amount * 0.06 * self.eye_distance_px * self._down

    def _warped(self, moved: Floats, source: Floats) -> Floats:
        """Pull every pixel from where its triangle came from; far triangles first, turned-away ones before all."""
        h, w = self._rgba.shape[:2]
        order = self._order(moved)
        triangles = self._triangles[order]
        ids = np.full((h, w), -1, np.int32)
        corners = np.round(moved[triangles, :2] * (1 << _SHIFT_BITS)).astype(np.int32)
        for i, corner in enumerate(corners):
            cv2.fillConvexPoly(ids, corner, i, cv2.LINE_8, _SHIFT_BITS)
        return self._pulled(ids, moved[triangles, :2], source[triangles, :2])

    def _order(self, moved: Floats) -> NDArray[np.int64]:
        t = moved[self._triangles]
        source = self._points[self._triangles]
        away = _winding(t) * _winding(source) < 0
        return np.lexsort((-t[:, :, 2].mean(axis=1), ~away))

    def _pulled(self, ids: NDArray[np.int32], to: Floats, start: Floats) -> Floats:
        base = np.concatenate([to, np.ones((len(to), 3, 1), np.float32)], axis=2)
        flat = np.abs(np.linalg.det(base)) < 1e-3
        base[flat] = np.eye(3, dtype=np.float32)
        affine = np.linalg.solve(base.astype(np.float64), start.astype(np.float64)).astype(np.float32)
        low, high = start.min(axis=1), start.max(axis=1)
        ys, xs = np.nonzero(ids >= 0)
        k = ids[ys, xs]
        m = affine[k]
        sx = np.clip(m[:, 0, 0] * xs + m[:, 1, 0] * ys + m[:, 2, 0], low[k, 0], high[k, 0])
        sy = np.clip(m[:, 0, 1] * xs + m[:, 1, 1] * ys + m[:, 2, 1], low[k, 1], high[k, 1])
        map_x = np.full(ids.shape, -10, np.float32)
        map_y = np.full(ids.shape, -10, np.float32)
        map_x[ys, xs], map_y[ys, xs] = sx, sy
        return cv2.remap(self._rgba, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


def eye_distance_px(face: Floats) -> float:
    """Distance between the eyes' middles."""
    right, left = (face[33, :2] + face[133, :2]) / 2, (face[263, :2] + face[362, :2]) / 2
    return float(np.linalg.norm(left - right))


def gap_of(face: Floats) -> float:
    """Height of the open mouth in eye distances."""
    return float(np.linalg.norm(face[13, :2] - face[14, :2])) / eye_distance_px(face)


def unit(vector: Floats) -> Floats:
    """Scale a vector to length one."""
    return (vector / max(1e-6, float(np.linalg.norm(vector)))).astype(np.float32)


def smooth(low: float, high: float, value: Floats) -> Floats:
    """0 below `low`, 1 above `high`, smooth between."""
    q = np.clip((value - low) / (high - low), 0, 1)
    return q * q * (3 - 2 * q)


def _winding(t: Floats) -> Floats:
    a, b = t[:, 1, :2] - t[:, 0, :2], t[:, 2, :2] - t[:, 0, :2]
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


__all__ = ["CHIN", "Head", "Motion", "eye_distance_px", "gap_of", "smooth", "unit"]
