"""Owns reading a picture of a person: 478 landmarks and who is in front of what. Does not change the picture."""

from pathlib import Path
from typing import Any, Final, Self

import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from serving.engines.port import LikenessError

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]
LANDMARKS: Final = 478


class FaceModels:
    """MediaPipe's landmarker and person segmenter, on a CPU. Close it, or use it as a context."""

    def __init__(self, models: Path) -> None:
        """`models` holds `face_landmarker.task` and `selfie_segmenter.tflite`."""
        face = vision.FaceLandmarkerOptions(_options(models / "face_landmarker.task"))
        person = vision.ImageSegmenterOptions(
            _options(models / "selfie_segmenter.tflite"), output_confidence_masks=True, output_category_mask=False
        )
        self._face = vision.FaceLandmarker.create_from_options(face)
        self._person = vision.ImageSegmenter.create_from_options(person)

    def landmarks(self, picture: Picture) -> Floats:
        """Read one face of a BGR picture: float32 (478, 3), x and y in pixels, z in pixels away from the camera.

        Raises LikenessError when there is no face.
        """
        found = self._face.detect(_image(picture)).face_landmarks
        if not found:
            raise LikenessError("no face in the picture")
        height, width = picture.shape[:2]
        points = np.asarray([(p.x, p.y, p.z) for p in found[0]], np.float32)
        return points * np.asarray([width, height, width], np.float32)

    def person(self, picture: Picture) -> Floats:
        """How much each pixel is the person, float32 (height, width) in 0..1, edges following the picture's."""
        masks: Any = self._person.segment(_image(picture)).confidence_masks
        mask = np.squeeze(masks[-1].numpy_view()).astype(np.float32)
        mask = cv2.resize(mask, picture.shape[1::-1])
        radius = max(4, picture.shape[1] // 90)
        return np.clip(cv2.ximgproc.guidedFilter(picture, mask, radius, 60.0), 0, 1)

    def close(self) -> None:
        """Let go of both models."""
        self._face.close()
        self._person.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _options(path: Path) -> Any:
    return BaseOptions(model_asset_path=str(path))


def _image(picture: Picture) -> Any:
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(picture[:, :, ::-1]))
