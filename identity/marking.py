"""Owns marking a recording of which nothing else is read, so that it is known again. Does not compare: see core/fingerprint."""

import cv2
import numpy as np

from identity.core.features import Floats
from identity.core.fingerprint import Fingerprint, audio_marks, video_marks
from identity.core.landmarks import sound_landmarks
from identity.ports import Frame, Samples


class Marker:
    """Collects thumbnails of frames, keeping no frame."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._thumbnails: list[Floats] = []

    def see(self, frame: Frame) -> None:
        """Take the next frame."""
        grey = cv2.resize(cv2.cvtColor(frame.picture, cv2.COLOR_BGR2GRAY), (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
        self._times.append(frame.time_us)
        self._thumbnails.append(thumbnail(grey))

    def mark(self, sha256: str, samples: Samples) -> Fingerprint:
        """Give the marks. `samples`: int16 (n,), mono, 16 kHz."""
        frames, times = np.asarray(self._thumbnails, np.float32).reshape(-1, 8, 8), np.asarray(self._times, np.int64)
        return Fingerprint(sha256, audio_marks(samples), video_marks(frames, times), sound_landmarks(samples))


def thumbnail(grey: Floats) -> Floats:
    """Shrink grey levels (64, 64) to (8, 8)."""
    return np.asarray(grey.reshape(8, 8, 8, 8).mean(axis=(1, 3)), np.float32)
