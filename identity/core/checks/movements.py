"""Owns check 3: the head moves in the order asked. Does not tell a head from a picture of one."""

from collections.abc import Sequence

import numpy as np

from identity.core.assessment import CheckResult, Profile, measured
from identity.core.challenge import Challenge, Movement
from identity.core.features import FaceTrack, Floats

TURN_DEG = 13.0
"""A turn counts from here. Pictures swung to 35 degrees read at most 7.4 (16), four swung to 38 close by 15.7: a flat turn may
pass here and is left to check 4. docs/identity.md, table "movements"."""
NOD_UP_DEG = 8.0
"""Looking up reads short in MediaPipe; source: docs/identity.md, table "movements"."""
NOD_DOWN_DEG = 9.0
"""Source: docs/identity.md, table "movements"."""
BACK = 0.55
"""A movement ends when the head is back within this part of what started it. A choice, unmeasured."""
_SMOOTH_US = 120_000
_SOURCE = 'rule: the order asked, exactly; angles from docs/identity.md, table "movements"'


def check(track: FaceTrack, challenge: Challenge, profile: Profile) -> tuple[CheckResult, ...]:
    """Score: the part of the asked order that was done from its start; any other movement makes it 0."""
    seen = movements(track)
    asked = challenge.movements
    done = len(seen) if seen == asked[: len(seen)] else 0
    return (measured(3, "movement.not_as_asked", done / len(asked), 1.0, _SOURCE, profile=profile),)


def movements(track: FaceTrack) -> tuple[Movement, ...]:
    """Read the movements of a track, neighbours of one kind counted once.

    Angles are taken against the person's own neutral pose (the median), for pitch reads with an offset of
    2-9 degrees a person. Where turn and nod mix, the stronger one, in parts of its own threshold, names it.
    """
    if len(track.times_us) < 10:
        return ()
    neutral = np.abs(track.yaw_deg - np.median(track.yaw_deg)) < TURN_DEG / 2
    yaw = _smooth(track.yaw_deg - np.median(track.yaw_deg), track.times_us)
    pitch = _smooth(track.pitch_deg - np.median(track.pitch_deg[neutral]), track.times_us)
    strength = np.stack([yaw / TURN_DEG, -yaw / TURN_DEG, pitch / NOD_UP_DEG, -pitch / NOD_DOWN_DEG])
    kinds = (Movement.LEFT, Movement.RIGHT, Movement.UP, Movement.DOWN)
    seen: list[Movement] = []
    for start, end in _excursions(strength.max(axis=0)):
        kind = kinds[int(strength[:, start:end].max(axis=1).argmax())]
        if not seen or seen[-1] is not kind:
            seen.append(kind)
    return tuple(seen)


def _excursions(strength: Floats) -> Sequence[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = -1
    for i, value in enumerate(strength):
        if start < 0 and value >= 1.0:
            start = i
        elif start >= 0 and value < BACK:
            found.append((start, i))
            start = -1
    if start >= 0:
        found.append((start, len(strength)))
    return found


def _smooth(values: Floats, times_us: np.ndarray) -> Floats:
    step_us = max(float(np.median(np.diff(times_us))), 1.0)
    width = max(1, round(_SMOOTH_US / step_us)) | 1
    padded = np.pad(values, width // 2, mode="edge")
    return np.convolve(padded, np.ones(width, np.float32) / width, mode="valid").astype(np.float32)
