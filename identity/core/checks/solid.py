"""Owns check 4: the face turns like a solid one, and blinks. Does not stop a three-dimensional rendering of a still.

Read on landmarks alone, on points that expressions hardly move. A flat picture that is swung stays on a plane:
its points keep rank 2 under a distant camera, follow a homography, and its nose does not run ahead of the face.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.core.assessment import CheckResult, Profile, measured
from identity.core.features import FaceTrack, Floats

MIN_TURN_DEG = 18.0
"""Yaw or pitch range (5th to 95th percentile) below which depth is not read: real heads that turned 13 degrees
(2 clips) give .27-.31 of parallax, bent photographs .12-.22. Flat ones read at most 7.4 degrees (16),
swung hard and close 15.7 (4), bent ones 13.5 (6)."""
WEIGHTS: Final = {"parallax": 1.895, "rank3": 1.762, "off_plane": 1.509}
BIAS: Final = 9.256
"""One logistic rule over the logs of the three measures; its probability is the score. Fitted (ridge .02, each person and each side
of equal weight) on 14 stretches in which 3 real heads turned 18 degrees or more, and 40 swings of 8 photographs of one person:
flat, flat and wide, bent to and fro, on a cylinder of .6 and of 1.1 radians. The bias is set so that .5 lies midway between the two
sides of the fitting half. Told on other people, 38 stretches of 3 heads and 40 swings of 8 photographs of 4 people:
docs/identity.md, "Picture"; `python -m bench.identity.picture solid` repeats it."""
MIN_SOLID = 0.5
MIN_PARALLAX = 0.30
"""Between bent photographs (.12-.22, 6) and real heads that turned (.53-1.28, 5): what tests of our own actors ask."""
READ_US: Final = 10_000_000
"""How long the recordings were in which depth was measured."""
BLINK_SCORE = 0.45
LID_RATIO_DROP = 0.62
"""A blink: the closing score above .45, or the lid ratio below .62 of its own median, for MediaPipe's scores
stay under .5 on some blinks. Source: docs/identity.md, table "blinks"."""
_PICTURE = 'docs/identity.md, "Picture"'
_SOURCE = 'docs/identity.md, table "solid"'

_PLANE = (33, 133, 362, 263, 127, 356, 234, 454, 10, 67, 297, 109, 338, 132, 361, 103, 332, 54, 284)
_NOSE = (1, 4, 5, 195, 197)
_LIDS = ((159, 145, 33, 133), (386, 374, 362, 263))


@dataclass(frozen=True)
class Depth:
    """Three readings of depth over a recording, larger is more solid, and what they rest on."""

    turn_deg: float
    parallax: float
    rank3: float
    off_plane: float


def check(track: FaceTrack, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge turn first; depth is read only where there is enough of it."""
    depth = read_depth(track)
    turned = measured(4, "solid.turn_more", depth.turn_deg, MIN_TURN_DEG, _SOURCE, profile=profile)
    blinked = measured(
        4,
        "solid.no_blink",
        float(blinks(track)),
        1.0,
        'docs/identity.md, table "blinks"',
        profile=profile,
    )
    if not turned.passed:
        return turned, blinked
    return turned, measured(4, "solid.flat", solidity(depth), MIN_SOLID, _PICTURE, profile=profile), blinked


def solidity(depth: Depth) -> float:
    """Fuse the three readings into a probability of a solid head, 0..1; meaningless below MIN_TURN_DEG."""
    read = {"parallax": depth.parallax, "rank3": depth.rank3, "off_plane": depth.off_plane}
    total = BIAS + sum(weight * math.log(max(read[name], 1e-3)) for name, weight in WEIGHTS.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def read_depth(track: FaceTrack) -> Depth:
    """Read parallax of the nose, rank and homography residual. Zero everywhere with fewer than 15 rows."""
    if len(track.times_us) < 15:
        return Depth(0.0, 0.0, 0.0, 0.0)
    turn = turn_deg(track)
    track = most_turned(track)
    points = _normalised(track.landmarks[:, (*_PLANE, *_NOSE), :2])
    front = int(np.argmin(np.abs(track.yaw_deg - np.median(track.yaw_deg)) + np.abs(track.pitch_deg - np.median(track.pitch_deg))))
    plane, nose = points[:, : len(_PLANE)], points[:, len(_PLANE) :].mean(axis=1)
    parallax = _parallax(plane, nose, front)
    return Depth(turn, parallax, _rank3(points), _off_plane(points, front))


def turn_deg(track: FaceTrack) -> float:
    """How far the head turned or nodded, 5th to 95th percentile; 0 with fewer than 15 rows."""
    if len(track.times_us) < 15:
        return 0.0
    track = most_turned(track)
    return max(_range(track.yaw_deg), _range(track.pitch_deg))


def most_turned(track: FaceTrack) -> FaceTrack:
    """Leave out, of more than READ_US, where the head is held: steps that are waited for would thin out the turns."""
    length_us = int(track.times_us[-1] - track.times_us[0])
    if length_us <= READ_US:
        return track
    yaw, pitch = np.abs(track.yaw_deg - np.median(track.yaw_deg)), np.abs(track.pitch_deg - np.median(track.pitch_deg))
    kept = np.sort(np.argsort(-np.maximum(yaw, pitch), kind="stable")[: max(15, len(yaw) * READ_US // length_us)])
    return replace(
        track, times_us=track.times_us[kept], landmarks=track.landmarks[kept], yaw_deg=track.yaw_deg[kept],
        pitch_deg=track.pitch_deg[kept], blink=track.blink[kept],
    )  # fmt: skip


def _range(values: Floats) -> float:
    low, high = np.percentile(values, (5, 95))
    return float(high - low)


def _normalised(points: Floats) -> Floats:
    centred = points - points.mean(axis=1, keepdims=True)
    size = np.sqrt((centred**2).sum(axis=2).mean(axis=1))
    return (centred / size[:, None, None]).astype(np.float32)


def _parallax(plane: Floats, nose: Floats, front: int) -> float:
    """How far the nose runs from where the rest of the face, moved affinely, would take it."""
    base = np.concatenate([plane[front], np.ones((plane.shape[1], 1), np.float32)], axis=1)
    solve = np.linalg.pinv(base)
    nose_front = np.append(nose[front], 1.0)
    predicted = np.stack([nose_front @ (solve @ frame) for frame in plane])
    scale = np.sqrt(np.abs(np.linalg.det(np.stack([(solve @ frame)[:2] for frame in plane]))))
    return float(np.percentile(np.linalg.norm(nose - predicted, axis=1) / np.maximum(scale, 0.3), 95))


def _rank3(points: Floats) -> float:
    stacked = points.transpose(0, 2, 1).reshape(-1, points.shape[1])
    values = np.linalg.svd(stacked - stacked.mean(axis=1, keepdims=True), compute_uv=False)
    return float(values[2] / values[1])


def _off_plane(points: Floats, front: int) -> float:
    """95th percentile over frames of the homography residual, in parts of the face's size."""
    residuals = [_homography_residual(points[front], frame) for frame in points[:: max(1, len(points) // 60)]]
    return float(np.percentile(residuals, 95))


def _homography_residual(source: Floats, target: Floats) -> float:
    x, y = source[:, 0], source[:, 1]
    u, v = target[:, 0], target[:, 1]
    zero, one = np.zeros_like(x), np.ones_like(x)
    rows = np.concatenate(
        [
            np.stack([x, y, one, zero, zero, zero, -u * x, -u * y, -u], axis=1),
            np.stack([zero, zero, zero, x, y, one, -v * x, -v * y, -v], axis=1),
        ]
    )
    h = np.linalg.svd(rows)[2][-1].reshape(3, 3)
    mapped = np.stack([x, y, one], axis=1) @ h.T
    flat = mapped[:, :2] / np.where(np.abs(mapped[:, 2:]) < 1e-6, 1e-6, mapped[:, 2:])
    return float(np.sqrt(((flat - target) ** 2).sum(axis=1).mean()))


def blinks(track: FaceTrack) -> int:
    """Count closings of both lids while the head is not turned far."""
    if len(track.times_us) < 10:
        return 0
    closed = closed_lids(track)
    return int((closed[1:] & ~closed[:-1]).sum() + bool(closed[0]))


def closed_lids(track: FaceTrack) -> NDArray[np.bool_]:
    """Say of each row whether both lids are closed: (rows,); never while the head is turned far, where lids read wrong."""
    ratio = lid_ratio(track.landmarks)
    near = (np.abs(track.yaw_deg - np.median(track.yaw_deg)) < 20) & (np.abs(track.pitch_deg - np.median(track.pitch_deg)) < 9)
    open_ratio = float(np.median(ratio[near])) if near.any() else float(np.median(ratio))
    return near & ((track.blink > BLINK_SCORE) | (ratio < LID_RATIO_DROP * open_ratio))


def lid_ratio(landmarks: Floats) -> Floats:
    """Height of the open eye over its width, mean of both, a frame."""
    ratios: list[Floats] = []
    for up, low, inner, outer in _LIDS:
        height = np.linalg.norm(landmarks[:, up, :2] - landmarks[:, low, :2], axis=1)
        width = np.linalg.norm(landmarks[:, inner] - landmarks[:, outer], axis=1)
        ratios.append((height / np.maximum(width, 1e-6)).astype(np.float32))
    return np.mean(ratios, axis=0).astype(np.float32)
