"""Owns looking at frames for who is in them: a guardian beside a minor, a person beside a thing, how old somebody looks. Does not judge."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import cv2
import numpy as np

from identity.core.checks.guardian import FacesSeen
from identity.core.checks.one_face import FRONTAL_DEG
from identity.core.checks.thing import ThingSeen
from identity.extraction import FRONTAL_PITCH_DEG, SAMPLE_EVERY_US, SECOND_FACE_PART
from identity.ports import AgeEstimator, FaceEmbedder, FaceReading, Frame


class _Glances(ABC):
    """A FrameObserver that looks at one frame each .4 s."""

    _next_us: int = 0

    def see(self, frame: Frame, reading: FaceReading | None) -> None:
        """Look at a frame where it is time."""
        if frame.time_us >= self._next_us:
            self._next_us = frame.time_us + SAMPLE_EVERY_US
            self.look(frame, reading)

    @abstractmethod
    def look(self, frame: Frame, reading: FaceReading | None) -> None:
        """Write one frame down."""


@dataclass
class FacesWatcher(_Glances):
    """Writes down every face of the frames that it looks at, one each .4 s; at most three a frame."""

    embedder: FaceEmbedder
    seen: list[FacesSeen] = field(default_factory=list[FacesSeen])

    def look(self, frame: Frame, reading: FaceReading | None) -> None:
        """Write one frame down."""
        del reading
        found = self.embedder.find(frame.picture)
        wide = [one for one in found if one.box_px[2] >= SECOND_FACE_PART * found[0].box_px[2]][:3]
        self.seen.append(FacesSeen(tuple(self.embedder.embed(frame.picture, one) for one in wide)))


@dataclass
class ThingWatcher(_Glances):
    """Writes down how much of a frame a human face fills, and how sharp it is, one each .4 s."""

    embedder: FaceEmbedder
    seen: list[ThingSeen] = field(default_factory=list[ThingSeen])

    def look(self, frame: Frame, reading: FaceReading | None) -> None:
        """Write one frame down."""
        del reading
        height, width = frame.picture.shape[:2]
        found = self.embedder.find(frame.picture)
        part = max((one.box_px[2] * one.box_px[3] / (height * width) for one in found), default=0.0)
        grey = cv2.resize(cv2.cvtColor(frame.picture, cv2.COLOR_BGR2GRAY), (128, 128), interpolation=cv2.INTER_AREA)
        self.seen.append(ThingSeen(float(part), float(np.var(cv2.Laplacian(grey, cv2.CV_32F)))))


@dataclass
class AgeWatcher(_Glances):
    """Writes down how old the main face looks where it looks into the camera, one frame each .4 s."""

    estimator: AgeEstimator
    years: list[float] = field(default_factory=list[float])

    def look(self, frame: Frame, reading: FaceReading | None) -> None:
        """Write one frame down."""
        if reading is not None and abs(reading.yaw_deg) <= FRONTAL_DEG and abs(reading.pitch_deg) <= FRONTAL_PITCH_DEG:
            self.years.append(self.estimator.years(frame.picture, reading.landmarks))
