"""Owns signs, within check 11, that one picture was animated: its light, noise and background. Does not prove it: each can be faked."""

import itertools
from typing import Final

import numpy as np

from identity.core.assessment import CheckResult, Polarity, Profile, measured
from identity.core.checks.solid import MIN_TURN_DEG, turn_deg
from identity.core.features import FaceTrack, Features, Floats
from identity.core.picture import PictureFacts
from identity.core.unwrapped import Skin, skin_of

MIN_SHADING: Final = 0.025
"""Geometric middle between the least of the fitting half's real heads that turned and the most of its animated stills.
docs/identity.md, "Picture"."""
MAX_SAME_TEXTURE: Final = 0.35
"""As MIN_SHADING; weaker: noted only. docs/identity.md, "Picture"."""
MIN_BACKGROUND: Final = 0.25
"""A still's background without noise changes by .01-.17, with a camera's noise by as much as real ones: noted only."""
MIN_LIGHT: Final = 0.1
"""Strength of one light fixed in the room; real .001-.6, stills .02-.13: they overlap. Noted only."""
MIN_FACE_NOISE: Final = 0.5
"""Grey levels; real .73-2.7, stills .5-.8 after encoding: they overlap. Noted only."""
MIN_PATTERN: Final = -1.0
"""Never failed: a sensor's pattern survived no encoding measured here (real -.01-.05, a simulated sensor .02-.11). Noted only."""
_DOC = 'docs/identity.md, "Picture"'
_SLOW_US: Final = 400_000
_RESTING_DEG: Final = 6.0
_TURNED_DEG: Final = 10.0
_LEAST_ROWS: Final = 6
_RIDGE: Final = 0.0003
"""Keeps the light's strength at nothing in a direction into which the face never turned; differences of facing there are some .03."""


def check(features: Features, profile: Profile) -> tuple[CheckResult, ...]:
    """Tell each sign that can be read; those of light and texture only after enough turn, as depth is."""
    facts, track = features.picture, features.face
    if facts is None or not len(facts.rows_us):
        return ()
    higher, lower = Polarity.HIGHER_IS_LIVE, Polarity.LOWER_IS_LIVE
    width, height = analysed_px(features.media.width_px, features.media.height_px)
    read: list[tuple[str, float, float, Polarity]] = [
        ("still.background", background_change(facts, track, width, height), MIN_BACKGROUND, higher),
        ("still.noise", face_noise(facts), MIN_FACE_NOISE, higher),
        ("still.pattern", facts.fixed_pattern, MIN_PATTERN, higher),
    ]
    if turn_deg(track) >= MIN_TURN_DEG:
        skin = skin_of(facts, track)
        read += [
            ("still.shading", shading_change(skin, track) if skin else float("nan"), MIN_SHADING, higher),
            ("still.light", light_explains(skin)[1] if skin else float("nan"), MIN_LIGHT, higher),
            ("still.texture", same_texture(facts, track), MAX_SAME_TEXTURE, lower),
        ]
    return tuple(
        measured(11, code, score, limit, _DOC, profile=profile, polarity=way) for code, score, limit, way in read if np.isfinite(score)
    )


def analysed_px(width_px: int, height_px: int, side_px: int = 640) -> tuple[float, float]:
    """Size of the analysed picture of a recording of this size."""
    scale = min(1.0, side_px / max(width_px, height_px, 1))
    return width_px * scale, height_px * scale


def shading_change(skin: Skin, track: FaceTrack) -> float:
    """Median over points of how much brighter or darker a point is where the head is turned than where it is not, in parts.

    Slow changes alone; nan where the head was turned, or was not, for less than six rows, or where no point was seen in both.
    """
    away = np.hypot(track.yaw_deg - np.median(track.yaw_deg), track.pitch_deg - np.median(track.pitch_deg))
    slow = _slow(skin)
    resting, turned = slow[away < _RESTING_DEG], slow[away > _TURNED_DEG]
    if min(len(resting), len(turned)) < _LEAST_ROWS:
        return float("nan")
    seen = (np.isfinite(resting).sum(axis=0) >= _LEAST_ROWS) & (np.isfinite(turned).sum(axis=0) >= _LEAST_ROWS)
    if not seen.any():
        return float("nan")
    change = np.abs(turned[:, seen] - np.nanmedian(resting[:, seen], axis=0))
    return float(np.median(np.nanmedian(change, axis=0)))


def light_explains(skin: Skin) -> tuple[float, float]:
    """Part of the change of brightness that one light, fixed in the room, explains, and the strength of that light.

    A point's brightness is its own plus the light's component along where it faces, each frame's mean taken away from both; a
    still that is warped carries its shading with it, and the strength comes to nothing. (nan, nan) without enough points.
    """
    change, facing = _centred(_slow(skin)), _centred(skin.normals)
    use = np.isfinite(change)
    if use.sum() < 200:
        return float("nan"), float("nan")
    weight = use / np.maximum(use.sum(axis=1, keepdims=True), 1)
    facing = facing - (facing * weight[:, :, None]).sum(axis=1, keepdims=True)
    change = change - np.sum(np.where(use, change, 0.0) * weight, axis=1, keepdims=True)
    x, y = facing[use].astype(np.float64), change[use].astype(np.float64)
    held_down = np.diag(np.full(3, _RIDGE * len(x)))
    light = np.asarray(np.linalg.solve(x.T @ x + held_down, x.T @ y), np.float64)
    left = np.asarray(y - x @ light, np.float64)
    total = float((y**2).sum())
    return (1 - float((left**2).sum()) / total if total > 0 else 0.0), float(np.linalg.norm(light[:2]))


def background_change(facts: PictureFacts, track: FaceTrack, width_px: float, height_px: float) -> float:
    """Median over cells that the person never covers of their standard deviation over time, the picture's own level removed."""
    if len(facts.grid) < 15 or len(track.times_us) < 15:
        return float("nan")
    side = int(facts.grid.shape[1])
    low, high = np.percentile(track.landmarks[:, :468, :2], (2, 98), axis=(0, 1)).tolist()
    wide = high[0] - low[0]
    free = np.zeros((side, side), np.bool_)
    for row, column in itertools.product(range(side), repeat=2):
        x, y = (column + 0.5) / side * width_px, (row + 0.5) / side * height_px
        beside = not low[0] - 0.5 * wide <= x <= high[0] + 0.5 * wide and y < high[1]
        free[row, column] = beside or y < low[1] - 0.9 * wide
    if int(free.sum()) < 3:
        return float("nan")
    seen = facts.grid[:, free]
    return float(np.median((seen - seen.mean(axis=1, keepdims=True)).std(axis=0)))


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
    each = change[np.isfinite(change).all(axis=(1, 2, 3))].std(axis=(2, 3)) / np.sqrt(2)
    return float(np.median(each)) if each.size else float("nan")


def _slow(skin: Skin) -> Floats:
    """Brightness smoothed over .4 s; nan where less than half of it was seen."""
    step = max(float(np.median(np.diff(skin.times_us))), 1.0)
    width = max(1, round(_SLOW_US / step))
    seen = np.isfinite(skin.light)
    total = _moving(np.where(seen, skin.light, 0.0).astype(np.float32), width)
    count = _moving(seen.astype(np.float32), width)
    return np.where(seen & (count > 0.5), total / np.maximum(count, 1e-6), np.nan).astype(np.float32)


def _moving(values: Floats, width: int) -> Floats:
    padded = np.pad(values, ((width // 2 + 1, width - width // 2 - 1 + 1), (0, 0)), mode="edge")
    sums = np.cumsum(padded, axis=0)
    return ((sums[width:] - sums[:-width]) / width)[: len(values)].astype(np.float32)


def _centred(values: Floats) -> Floats:
    count = np.isfinite(values).sum(axis=0, keepdims=True)
    mean = np.nansum(values, axis=0, keepdims=True) / np.maximum(count, 1)
    return (values - mean).astype(np.float32)


def _correlation(one: Floats, other: Floats) -> float:
    a, b = one[4:-4, 4:-4].ravel(), other[4:-4, 4:-4].ravel()
    scale = float(a.std() * b.std())
    return float(((a - a.mean()) * (b - b.mean())).mean() / scale) if scale > 1e-3 else float("nan")
