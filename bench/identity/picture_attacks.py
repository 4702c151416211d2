"""Owns what an attacker's camera, screen, print or overlay does to pictures, simulated. Does not choose whose pictures.

None of it is a recording of a real attack: what a real screen or print shows beyond this is not in the figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np

from serving.engines.portrait.faces import Floats, Picture

SIDE_PX: Final = 480
FPS: Final = 24.0
SECONDS: Final = 6.0
EYE_RIGHT: Final = (226, 31, 228, 229, 230, 231, 232, 233, 244, 189, 221, 222, 223, 224, 225)
EYE_LEFT: Final = (446, 261, 448, 449, 450, 451, 452, 453, 464, 413, 441, 442, 443, 444, 445)


def squared(picture: Picture, face: Floats) -> Picture:
    """Cut a square about a face, the face about a third wide."""
    middle, wide = face[:468, :2].mean(axis=0), float(np.ptp(face[:468, 0]))
    half = 1.35 * wide
    matrix = np.asarray([[SIDE_PX / 2 / half, 0, 0], [0, SIDE_PX / 2 / half, 0]], np.float32)
    matrix[:, 2] = SIDE_PX / 2 - matrix[:, :2] @ (middle + np.asarray([0, 0.12 * wide], np.float32))
    return cv2.warpAffine(picture, matrix, (SIDE_PX, SIDE_PX), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)


class Camera:
    """A small sensor: grain of every frame, a pattern of its own, a slow exposure, a sway; `ramp` ties light to the turn."""

    def __init__(self, side_px: int, seed: int, *, noise: float = 1.2, fixed: float = 0.5, sway: float = 1.0, ramp: float = 0.0) -> None:
        self._chance = np.random.default_rng(seed)
        self._phase = self._chance.uniform(0, 2 * np.pi, 6)
        self._grain = self._chance.normal(0, noise, (4, side_px, side_px, 3)).astype(np.float32)
        self._fixed = self._chance.normal(0, fixed, (side_px, side_px, 3)).astype(np.float32)
        self._sway, self._ramp = sway, ramp

    def see(self, person: Floats, wall: Floats, t: float, yaw_deg: float) -> Picture:
        """Compose a premultiplied BGRA person onto a wall and photograph both."""
        picture = person[:, :, :3] + wall * (1 - person[:, :, 3:] / 255)
        return self._taken(picture, t, yaw_deg)

    def over(self, pictures: list[Picture]) -> Iterator[Picture]:
        """Add grain to what was photographed before."""
        for picture in pictures:
            h, w = picture.shape[:2]
            yield np.clip(picture + self._rolled()[:h, :w], 0, 255).astype(np.uint8)

    def _taken(self, picture: Floats, t: float, yaw_deg: float) -> Picture:
        s = lambda k, hz: float(np.sin(2 * np.pi * hz * t + self._phase[k]))  # noqa: E731
        side = picture.shape[0]
        hand = np.asarray(
            [[1.012, 0, self._sway * s(2, 0.42) - 0.006 * side], [0, 1.012, self._sway * 0.8 * s(3, 0.57) - 0.006 * side]], np.float32
        )
        picture = cv2.warpAffine(picture, hand, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        across = np.linspace(-1, 1, side, dtype=np.float32)[None, :, None]
        picture = picture * (1 + self._sway * 0.01 * s(4, 0.13)) * (1 + self._ramp * (yaw_deg / 20) * (1 + 1.5 * across))
        return np.clip(picture + self._rolled() + self._fixed, 0, 255).astype(np.uint8)

    def _rolled(self) -> Floats:
        shift = self._chance.integers(0, self._grain.shape[1], 2)
        return np.roll(self._grain[int(self._chance.integers(4))], (int(shift[0]), int(shift[1])), (0, 1))


def filmed(pictures: list[Picture], density: float, tilt: float, flicker: float, seed: int) -> Iterator[Picture]:
    """Film a screen: each pixel of the picture is `density` screen pixels, each of three stripes; the hand shakes."""
    chance = np.random.default_rng(seed)
    phase = chance.uniform(0, 6, 4)
    camera = Camera(SIDE_PX, seed + 9, sway=0.0)
    for i, picture in enumerate(pictures):
        t = i / FPS
        h, w = (round(v * density) for v in picture.shape[:2])
        shown = cv2.resize(picture, (w, h), interpolation=cv2.INTER_LINEAR).astype(np.float32)
        stripes = np.zeros((h * 1, w * 3, 3), np.float32)
        for c in range(3):
            stripes[:, 2 - c :: 3, c] = shown[:, :, c] * 1.9
        stripes[::3] *= 0.55
        move = np.asarray([np.sin(0.9 * t + phase[0]), np.sin(0.7 * t + phase[1])]) * SIDE_PX * 0.02
        near = 1.0 + 0.03 * np.sin(0.8 * t + phase[2])
        tall = SIDE_PX * 0.84 * near
        wide = tall * w / h
        middle = np.asarray([SIDE_PX / 2, SIDE_PX / 2]) + move
        corners = np.asarray([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32)
        target = middle + corners * np.asarray([wide / 2, tall / 2]) * (1 + tilt * corners[:, :1] * np.asarray([[0.3, 1.0]]))
        source = np.asarray([(0, 0), (w * 3, 0), (w * 3, h), (0, h)], np.float32)
        matrix = cv2.getPerspectiveTransform(source, target.astype(np.float32))
        screen = cv2.warpPerspective(
            cv2.GaussianBlur(stripes, (0, 0), sigmaX=1.2, sigmaY=0.4), matrix, (SIDE_PX, SIDE_PX), flags=cv2.INTER_LINEAR
        )
        frame = np.full((SIDE_PX, SIDE_PX, 3), (120, 126, 130), np.float32)
        outer = middle + corners * np.asarray([wide / 2 + 14, tall / 2 + 14]) * (1 + tilt * corners[:, :1] * np.asarray([[0.3, 1.0]]))
        cv2.fillConvexPoly(frame, np.round(outer).astype(np.int32), (14, 14, 14))
        inside = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
        cv2.fillConvexPoly(inside, np.round(target).astype(np.int32), 1)
        frame[inside > 0] = screen[inside > 0]
        rows = np.arange(SIDE_PX, dtype=np.float32)[:, None, None] / SIDE_PX
        frame *= 1 + flicker * np.sin(2 * np.pi * (3.1 * t + 1.5 * rows))
        yield camera.see(np.dstack([frame, np.full((SIDE_PX, SIDE_PX), 255, np.float32)]), frame, t, 0.0)


def swung(still: Picture, bend: float, degrees: float, seed: int) -> Iterator[Picture]:
    """A print, flat or bent about its upright axis (in radians to each side), swung left and right."""
    camera = Camera(SIDE_PX, seed)
    wall = np.full((SIDE_PX, SIDE_PX, 3), (148, 152, 150), np.float32)
    paper = np.dstack([still.astype(np.float32), np.full((SIDE_PX, SIDE_PX), 255, np.float32)])
    for i in range(round(SECONDS * FPS)):
        angle = np.radians(degrees) * np.sin(2 * np.pi * i / FPS / 2.8)
        yield camera.see(perspective(paper, angle, bend), wall, i / FPS, 0.0)


def perspective(paper: Floats, angle: float, bend: float = 0.0) -> Floats:
    """See a paper, one unit to each side, from 4.2 units, turned by `angle`, bent into a part of a cylinder by `bend`."""
    side = paper.shape[0]
    columns = np.linspace(-1, 1, 33)
    x0 = np.sin(columns * bend) / bend if bend else columns
    z0 = (np.cos(columns * bend) - 1) / bend * -1 if bend else np.zeros_like(columns)
    x, z = x0 * np.cos(angle) + z0 * np.sin(angle), z0 * np.cos(angle) - x0 * np.sin(angle)
    scale = 4.2 / (4.2 + z)
    screen_x, grow = x * scale, scale
    pixels = (np.arange(side) + 0.5) / side * 2 - 1
    u = np.interp(pixels * 1.2, screen_x, columns, left=9, right=9)
    g = np.interp(pixels * 1.2, screen_x, grow, left=1, right=1)
    map_x = np.repeat(((u + 1) / 2 * side).astype(np.float32)[None], side, axis=0)
    map_y = (((pixels[:, None] * 1.2 / g[None]) + 1) / 2 * side).astype(np.float32)
    return cv2.remap(paper, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


def patch_onto(picture: Picture, points: Floats, target: Floats, side_px: int) -> Floats:
    """Move a part of a picture so that its points come to lie on others, by a similarity."""
    matrix, _ = cv2.estimateAffinePartial2D(points, target)
    return cv2.warpAffine(picture, matrix, (side_px, side_px), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)


OVAL: Final = (
    10,
    338,
    297,
    332,
    284,
    251,
    389,
    356,
    454,
    323,
    361,
    288,
    397,
    365,
    379,
    378,
    400,
    377,
    152,
    148,
    176,
    149,
    150,
    136,
    172,
    58,
    132,
    93,
    234,
    127,
    162,
    21,
    54,
    103,
    67,
    109,
)


def laid_over(picture: Picture, points: Floats, other: Picture, other_points: Floats) -> Picture:
    """Put another's face over this one: an affine fit of all landmarks, mean colour matched, the oval's edge blended."""
    source, target = (np.ascontiguousarray(p[:468, :2]) for p in (other_points, points))
    matrix, _ = cv2.estimateAffine2D(source, target, ransacReprojThreshold=20)
    h, w = picture.shape[:2]
    moved = cv2.warpAffine(other, matrix, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    mask = np.zeros((h, w), np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(points[list(OVAL), :2].astype(np.int32)), 1.0)
    mask = cv2.erode(mask, np.ones((9, 9), np.uint8))
    inside = mask > 0.5
    moved += picture[inside].mean(axis=0) - moved[inside].mean(axis=0)
    soft = cv2.GaussianBlur(mask, (0, 0), 4.0)[:, :, None]
    return np.clip(picture * (1 - soft) + moved * soft, 0, 255).astype(np.uint8)
