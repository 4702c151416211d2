"""Owns reading the light on a face and beside it, frame by frame. Does not judge, and keeps no picture."""

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from identity.core.features import Floats
from identity.core.lighting import REGIONS, LightFacts
from identity.ports import FaceReading, Frame, Picture

FACE_WIDTH_PX: Final = 72
"""Faces are measured at this width: area means lose nothing by it, and a frame costs well below a millisecond."""
_CLIPPED: Final = 250
_OUTLINES: Final = (
    (109, 67, 69, 108, 9, 337, 299, 297, 338, 10),
    (6, 122, 48, 2, 278, 351),
    (50, 101, 36, 205, 187, 123, 117),
    (280, 330, 266, 425, 411, 352, 346),
    (227, 234, 93, 132, 177, 137, 116),
    (447, 454, 323, 361, 401, 366, 345),
)
"""MediaPipe's points round each of REGIONS; taken as convex hulls."""
_SIDES: Final = (234, 454)
_TOP, _CHIN = 10, 152
_BESIDE: Final = (0.95, 0.70)
"""Beside the head: further than this many face widths from its middle, above the chin; the second where the first leaves nothing."""
_ABOVE: Final = 0.75
"""Above it: further than this many face heights above its middle, where hair ends."""
_LEAST_PX: Final = 10

LINEAR: Final[Floats] = np.asarray(
    [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (level / 255 for level in range(256))], np.float32
)
"""sRGB's decoding (IEC 61966-2-1) of each level."""


@dataclass
class LightReader:
    """A FrameObserver: sees every frame with its landmarks, keeps means."""

    _times: list[int] = field(default_factory=list)
    _face: list[Floats] = field(default_factory=list)
    _around: list[Floats] = field(default_factory=list)
    _clipped: list[float] = field(default_factory=list)
    _offsets: list[int] = field(default_factory=list)

    def see(self, frame: Frame, reading: FaceReading | None) -> None:
        """Take the means of one frame."""
        self._times.append(frame.time_us)
        if reading is None:
            face, around, clipped = _nothing((len(REGIONS), 3)), _nothing((3,)), float("nan")
        else:
            face, around, clipped = read(frame.picture, reading.landmarks)
        self._face.append(face)
        self._around.append(around)
        self._clipped.append(clipped)
        self._offsets.append(-1 if frame.byte_offset is None else frame.byte_offset)

    def facts(self) -> LightFacts:
        """Tell what was seen so far."""
        return LightFacts(
            times_us=np.asarray(self._times, np.int64),
            face=np.asarray(self._face, np.float32).reshape(-1, len(REGIONS), 3),
            around=np.asarray(self._around, np.float32).reshape(-1, 3),
            clipped=np.asarray(self._clipped, np.float32),
            offsets=np.asarray(self._offsets, np.int64),
        )


def read(picture: Picture, landmarks: Floats) -> tuple[Floats, Floats, float]:
    """Mean linear light of the face's regions (regions, 3), of what is beside it (3,), and the clipped part of the face."""
    width = float(np.linalg.norm(landmarks[_SIDES[0], :2] - landmarks[_SIDES[1], :2]))
    scale = min(1.0, FACE_WIDTH_PX / max(width, 1.0))
    resized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    small = np.asarray(resized, np.uint8)
    light = LINEAR[small[:, :, ::-1]]
    points = landmarks[:, :2] * scale
    regions = [_hull(small.shape[:2], points[list(outline)]) for outline in _OUTLINES]
    face = np.stack([_mean(light, region) for region in regions])
    skin = small[np.any(regions, axis=0)]
    clipped = float((skin.max(axis=1) >= _CLIPPED).mean()) if len(skin) else float("nan")
    beside = (_mean(light, _outside(small.shape[:2], points, part)) for part in _BESIDE)
    return face, next((mean for mean in beside if np.isfinite(mean).all()), _nothing((3,))), clipped


def _hull(shape: tuple[int, ...], points: Floats) -> NDArray[np.bool_]:
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(points).astype(np.int32)), 1)
    return mask.astype(bool)


def _outside(shape: tuple[int, ...], points: Floats, part: float) -> NDArray[np.bool_]:
    height, width = shape
    face_width = abs(float(points[_SIDES[1], 0] - points[_SIDES[0], 0]))
    middle, face_height = points[list(_SIDES)].mean(axis=0), abs(float(points[_CHIN, 1] - points[_TOP, 1]))
    x, y = np.arange(width)[None, :], np.arange(height)[:, None]
    beside = (np.abs(x - middle[0]) > part * face_width) & (y < points[_CHIN, 1])
    return beside | np.broadcast_to(y < middle[1] - (0.5 + _ABOVE) * face_height, (height, width))


def _mean(light: Floats, mask: NDArray[np.bool_]) -> Floats:
    if int(mask.sum()) < _LEAST_PX:
        return _nothing((3,))
    return light[mask].mean(axis=0).astype(np.float32)


def _nothing(shape: tuple[int, ...]) -> Floats:
    return np.full(shape, np.nan, np.float32)
