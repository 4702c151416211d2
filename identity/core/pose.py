"""Owns where a head points against the person's own neutral, a frame. Does not name movements.

The reader tells where the nose points, in the camera's axes. A head that is tilted towards a shoulder, or a camera that is, turns
about an axis that is tilted too, and its nose rises or sinks as it goes round: so the tilt is taken out first.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.core.features import FaceTrack, Floats

FACING_DEG: Final = 6.5
"""Within so much of the middle yaw a head is not turned: half of what counts as a turn."""
LEVEL_DEG: Final = 20.0
"""Who faces a camera reads a pitch of -13 to 9 degrees here; beyond this a head looks up or down, whatever its neutral is."""
LEAST_LEVEL: Final = 0.2
"""Part of the frames without a turn that must be level to tell the neutral by them alone; below it, all tell it. A choice."""


@dataclass(frozen=True)
class Pose:
    """Degrees from the neutral, a row of the FaceTrack: own left and up positive."""

    yaw_deg: Floats
    pitch_deg: Floats


def pose_of(track: FaceTrack) -> Pose:
    """Read the poses of a track with at least one row.

    The neutral is the median yaw, and the median pitch of frames that are neither turned nor far up or down: who looks up for a
    third of a short recording has no other neutral for it.
    """
    yaw, pitch = _upright(track)
    yaw = yaw - np.median(yaw)
    facing = np.abs(yaw) < FACING_DEG
    level = facing & (np.abs(pitch) < LEVEL_DEG)
    neutral = level if level.sum() >= LEAST_LEVEL * facing.sum() else facing
    return Pose(yaw.astype(np.float32), (pitch - np.median(pitch[neutral])).astype(np.float32))


def _upright(track: FaceTrack) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Yaw and pitch of the nose in a picture that is turned by each frame's own tilt, so that the eyes lie level."""
    yaw, pitch = np.radians(track.yaw_deg.astype(np.float64)), np.radians(track.pitch_deg.astype(np.float64))
    if len(track.roll_deg) != len(yaw):
        return np.degrees(yaw), np.degrees(pitch)
    tilt = np.radians(track.roll_deg.astype(np.float64))
    right, up, near = np.cos(pitch) * np.sin(yaw), np.sin(pitch), np.cos(pitch) * np.cos(yaw)
    across, along = np.cos(tilt) * right + np.sin(tilt) * up, np.cos(tilt) * up - np.sin(tilt) * right
    return np.degrees(np.arctan2(across, near)), np.degrees(np.arcsin(np.clip(along, -1.0, 1.0)))
