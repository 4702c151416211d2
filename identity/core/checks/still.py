"""Owns signs, within check 11, that one picture was animated: its light, noise and background. Does not prove it: each can be faked."""

from typing import Final

import numpy as np

from identity.core.features import FaceTrack, Floats
from identity.core.picture import PictureFacts
from identity.core.unwrapped import Skin, skin_of

_SLOW_US: Final = 400_000
_LEAST_SEEN: Final = 0.5


def shading_change(skin: Skin) -> float:
    """Median over points of the slow change of brightness, in parts: 10th to 90th percentile over time, over 2.56 deviations."""
    slow = _slow(skin)
    points = np.isfinite(slow).mean(axis=0) > _LEAST_SEEN
    if not points.any():
        return float("nan")
    low, high = np.nanpercentile(slow[:, points], (10, 90), axis=0)
    return float(np.median(high - low) / 2.56)


def light_explains(skin: Skin) -> tuple[float, float]:
    """Part of the change of brightness that one light, fixed in the room, explains, and the strength of that light.

    A point's brightness is its own plus the light's component along where it faces; a still that is warped carries its
    shading with it, and the strength comes to nothing. (nan, nan) without enough points.
    """
    change, facing = _centred(_slow(skin)), _centred(skin.normals)
    use = np.isfinite(change)
    if use.sum() < 200:
        return float("nan"), float("nan")
    x, y = facing[use], change[use]
    light, *_ = np.linalg.lstsq(x.astype(np.float64), y.astype(np.float64), rcond=None)
    left = y - x @ light
    total = float((y**2).sum())
    return (1 - float((left**2).sum()) / total if total > 0 else 0.0), float(np.linalg.norm(light[:2]))


def background_change(facts: PictureFacts, track: FaceTrack, width_px: int, height_px: int) -> float:
    """Median over cells that the person never covers of their standard deviation over time, the picture's own level removed."""
    if len(facts.grid) < 15 or len(track.times_us) < 15:
        return float("nan")
    side = facts.grid.shape[1]
    low, high = np.percentile(track.landmarks[:, :468, :2], (2, 98), axis=(0, 1))
    wide = high[0] - low[0]
    x = (np.arange(side) + 0.5) / side * width_px
    y = (np.arange(side) + 0.5) / side * height_px
    away = (x < low[0] - 0.5 * wide) | (x > high[0] + 0.5 * wide)
    free = away[None, :] & (y < high[1])[:, None] | (y < low[1] - 0.9 * wide)[:, None]
    if free.sum() < 3:
        return float("nan")
    cells = facts.grid[:, free]
    return float(np.median((cells - cells.mean(axis=1, keepdims=True)).std(axis=0)))


def same_texture(facts: PictureFacts, track: FaceTrack) -> float:
    """Median correlation of a patch of skin with itself at a pose 7 to 30 degrees away: a still's detail stays the same."""
    yaw, pitch = track.yaw_deg[facts.look_rows], track.pitch_deg[facts.look_rows]
    found: list[float] = []
    for a in range(len(yaw)):
        for b in range(a + 1, len(yaw)):
            if not 7 <= float(np.hypot(yaw[a] - yaw[b], pitch[a] - pitch[b])) <= 30:
                continue
            found += [_correlation(facts.patches[a, k], facts.patches[b, k]) for k in range(facts.patches.shape[1])]
    values = [v for v in found if np.isfinite(v)]
    return float(np.median(values)) if len(values) >= 12 else float("nan")


def face_noise(facts: PictureFacts) -> float:
    """Median standard deviation of what changes in the skin's fine detail from one frame to the next, grey levels."""
    change = (facts.next_patches - facts.patches)[:, :, 4:-4, 4:-4]
    each = change.std(axis=(2, 3)) / np.sqrt(2)
    return float(np.nanmedian(each)) if np.isfinite(each).any() else float("nan")


def background_noise(facts: PictureFacts) -> float:
    """Median over looks of the noise at fixed places, grey levels."""
    return float(np.nanmedian(facts.still_noise)) if np.isfinite(facts.still_noise).any() else float("nan")


def _slow(skin: Skin) -> Floats:
    """Brightness smoothed over .4 s; nan where less than half of it was seen."""
    step = max(float(np.median(np.diff(skin.times_us))), 1.0)
    width = max(1, round(_SLOW_US / step))
    seen = np.isfinite(skin.light)
    total = _moving(np.where(seen, skin.light, 0.0), width)
    count = _moving(seen.astype(np.float64), width)
    return np.where(seen & (count > 0.5), total / np.maximum(count, 1e-6), np.nan).astype(np.float32)


def _moving(values: Floats, width: int) -> Floats:
    padded = np.pad(values, ((width // 2 + 1, width - width // 2 - 1 + 1), (0, 0)), mode="edge")
    sums = np.cumsum(padded, axis=0)
    return ((sums[width:] - sums[:-width]) / width)[: len(values)]


def _centred(values: Floats) -> Floats:
    return values - np.nanmean(values, axis=0, keepdims=True)


def _correlation(one: Floats, other: Floats) -> float:
    a, b = one[4:-4, 4:-4].ravel(), other[4:-4, 4:-4].ravel()
    scale = float(a.std() * b.std())
    return float(((a - a.mean()) * (b - b.mean())).mean() / scale) if scale > 1e-3 else float("nan")
