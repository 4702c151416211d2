"""Owns reading a face with MediaPipe: landmarks, blendshapes, pose. Does not find several faces."""

import math
from pathlib import Path
from typing import Any

import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks import python as tasks
from mediapipe.tasks.python import vision

from identity.ports import FaceReading, Picture


class MediaPipeFaceReader:
    """A FaceReader that makes one landmarker a recording, for its tracking must not outlive it."""

    def __init__(self, model: Path) -> None:
        self._model = model.read_bytes()

    def open(self) -> "MediaPipeFaceTracker":
        """Load a landmarker (about 50 ms)."""
        return MediaPipeFaceTracker(self._model)


class MediaPipeFaceTracker:
    """A FaceTracker over one landmarker in video mode."""

    def __init__(self, model: bytes) -> None:
        self._landmarker: Any = vision.FaceLandmarker.create_from_options(
            vision.FaceLandmarkerOptions(
                base_options=tasks.BaseOptions(model_asset_buffer=model),
                running_mode=vision.RunningMode.VIDEO,
                num_faces=1,
                output_face_blendshapes=True,
                output_facial_transformation_matrixes=True,
            )
        )
        self._last_ms = -1

    def read(self, picture: Picture, time_us: int) -> FaceReading | None:
        """See `identity.ports.FaceTracker`. Times are rounded to whole milliseconds, and kept rising."""
        self._last_ms = max(self._last_ms + 1, time_us // 1000)
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
        result = self._landmarker.detect_for_video(image, self._last_ms)
        if not result.face_landmarks:
            return None
        height, width = picture.shape[:2]
        scale = np.asarray((width, height, width), np.float32)
        points = np.asarray([(p.x, p.y, p.z) for p in result.face_landmarks[0]], np.float32) * scale
        yaw, pitch, roll = angles_deg(np.asarray(result.facial_transformation_matrixes[0], np.float64))
        shapes = {c.category_name: float(c.score) for c in result.face_blendshapes[0]}
        return FaceReading(points, shapes, yaw, pitch, roll)

    def close(self) -> None:
        """Free the landmarker: left to the interpreter's exit it complains."""
        if self._landmarker is not None:
            self._landmarker.close()
            self._landmarker = None


def angles_deg(matrix: np.ndarray) -> tuple[float, float, float]:
    """Yaw (own left positive), pitch (up positive) and roll from MediaPipe's face-to-camera matrix.

    Camera axes: x to the picture's right, y up, z towards the viewer. The face's own z axis is where the nose
    points, so no sign convention of Euler angles has to be trusted.
    """
    rotation = matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)
    nose = rotation[:, 2]
    yaw = math.degrees(math.atan2(nose[0], nose[2]))
    pitch = math.degrees(math.asin(max(-1.0, min(1.0, nose[1]))))
    roll = math.degrees(math.atan2(rotation[1, 0], rotation[0, 0]))
    return yaw, pitch, roll
