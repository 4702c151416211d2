"""Owns the frames of one enrolled person: own recorded frames where they are calm, else one good frame turned.

Own frames looked best (portrait notes: the mouth's gap follows the drive r .88-.94, three people); without a calm
stretch the best frame alone sways and blinks, with the same code.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import cv2
import msgspec
import numpy as np

from identity.assets import FaceAsset, read_face
from serving.engines.port import LikenessError
from serving.engines.portrait.acting import blink_at, sway
from serving.engines.portrait.animate import Head, Motion
from serving.engines.portrait.cutout import cut_out
from serving.engines.portrait.faces import FaceModels, Floats, Picture
from serving.engines.portrait.timing import Lips

CALM_FRAMES: Final = 24
CALM_SPEED_DEG_S: Final = 14.0
CALM_RANGE_DEG: Final = 10.0
"""Below these a stretch plays to and fro without looking driven. Choices after looking at six clips, unmeasured."""
LARGEST_GAP: Final = 0.125
REST_GAP: Final = 0.006
_MOST_FRAMES: Final = 48


class Performance(msgspec.Struct, frozen=True):
    """How one person acts in one scene: lips a frame, when the lids close, and where the sway begins."""

    lips: Lips
    blinks_s: Sequence[float]
    phase: np.ndarray


class Person:
    """One enrolled person, ready to act. Holds likeness in memory; writes none anywhere."""

    def __init__(self, asset: bytes, models: FaceModels) -> None:
        """`asset` is identity's face asset. Raises LikenessError when it is not."""
        try:
            face = read_face(asset)
        except msgspec.MsgspecError as error:
            raise LikenessError("the face asset cannot be read") from error
        self._models = models
        self._face = face
        self.own_frames = is_calm(face)
        self._landmarks = self._read_again(face)
        self._heads: dict[int, Head] = {}

    def frame(self, act: Performance, index: int, fps: float) -> Floats:
        """The person alone at one frame of the film: premultiplied BGRA float32 (side, side, 4)."""
        t = index / fps
        yaw, pitch, roll = sway(t, act.phase)
        opening = float(act.lips.opening[index])
        spread = float(act.lips.spread[index])
        strength = 2.6 if self.own_frames else 3.0
        motion = Motion(
            yaw_deg=strength * yaw + 1.6 * spread,
            pitch_deg=strength * pitch * 0.9 - 1.5 * opening,
            roll_deg=roll,
            gap=REST_GAP + LARGEST_GAP * opening,
            width=0.045 * spread,
            blink=blink_at(t, act.blinks_s),
            brow=0.3 * opening,
        )
        return self._head(self._base(t)).frame(motion)

    def _read_again(self, face: FaceAsset) -> Floats:
        """Landmarks of each frame used, read from it alone.

        The asset's own were tracked through the recording and trail a moving head by up to 5 px (one clip of two), which
        a warp cannot bear. Where a frame alone shows no face, the asset's stand.
        """
        landmarks = face.landmark_array()
        used = range(min(len(face.frames), _MOST_FRAMES)) if self.own_frames else (face.best,)
        for index in used:
            with suppress(LikenessError):
                landmarks[index] = self._models.landmarks(decoded(face.frames[index]))
        return _steady(landmarks) if self.own_frames else landmarks

    def _base(self, t: float) -> int:
        """To and fro through the calm stretch at its own rate."""
        if not self.own_frames:
            return self._face.best
        count = min(len(self._face.frames), _MOST_FRAMES)
        place = int(t * self._face.fps) % max(1, 2 * count - 2)
        return place if place < count else 2 * count - 2 - place

    def _head(self, index: int) -> Head:
        if index not in self._heads:
            picture = decoded(self._face.frames[index])
            self._heads[index] = Head(cut_out(picture, self._models.person(picture)), self._landmarks[index])
        return self._heads[index]


def is_calm(face: FaceAsset) -> bool:
    """Tell whether the recorded stretch is long and still enough to be played to and fro."""
    pose = face.pose_array()
    if len(pose) < CALM_FRAMES:
        return False
    speed = np.abs(np.diff(pose, axis=0)).sum(axis=1) * face.fps
    span = np.percentile(pose, 95, axis=0) - np.percentile(pose, 5, axis=0)
    return bool(np.percentile(speed, 90) < CALM_SPEED_DEG_S and span.max() < CALM_RANGE_DEG)


def decoded(jpeg: bytes) -> Picture:
    """Read a JPEG to uint8 BGR. Raises LikenessError."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise LikenessError("a recorded frame cannot be read")
    return picture


def _steady(landmarks: Floats) -> Floats:
    """Take the landmarks' own trembling out: a short blur over time."""
    if len(landmarks) < 5:
        return landmarks
    kernel = np.asarray([0.25, 0.5, 0.25], np.float32)
    padded = np.concatenate([landmarks[:1], landmarks, landmarks[-1:]])
    return sum(k * padded[i : i + len(landmarks)] for i, k in enumerate(kernel)).astype(np.float32)
