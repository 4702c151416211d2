"""Owns turning one recording into features through the ports. Does not judge them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np

from identity.core.assessment import ModelVersion
from identity.core.checks.one_face import FRONTAL_DEG, TURNED_DEG
from identity.core.features import FaceSample, FaceTrack, Features, Floats, FrameFacts
from identity.hearing import HearingModels, listen
from identity.looking import Looking
from identity.marking import thumbnail
from identity.ports import (
    SAMPLE_RATE_HZ,
    AgeEstimator,
    FaceEmbedder,
    FaceReader,
    FaceReading,
    FaceTracker,
    FoundFace,
    Frame,
    FrameObserver,
    LivenessModel,
    MediaDecoder,
    MediaRefused,
    Picture,
)

ANALYSED_SIDE_PX: Final = 640
SAMPLE_EVERY_US: Final = 400_000
"""How often the slower models look: about 25 times in ten seconds."""
FRONTAL_PITCH_DEG: Final = 20.0
"""Wider than yaw, for pitch reads with an offset of up to 9 degrees a person."""
SECOND_FACE_PART: Final = 0.25
COARSE_PX, FINE_PX = 64, 128
"""Faces are scaled to these sides to tell how sharp they are."""
GRAIN: Final = 0.84
"""Of what a camera's grain adds to the detail at FINE_PX, so much is there at COARSE_PX: three faces of the fitting half, blurred away
and encoded with grain of 3.5 and 7 grey levels. docs/identity.md, table "recording"."""
MAX_GRAIN: Final = 50.0
"""Grey levels squared: more of it at COARSE_PX is no grain but a face with fine, sharp detail. Grain of 7 levels a colour adds 36-55."""


class ModelSet(HearingModels, Protocol):
    """Every model an assessment needs, loaded or not yet."""

    @property
    def decoder(self) -> MediaDecoder:
        """Decode."""
        ...

    @property
    def faces(self) -> FaceReader:
        """Read faces."""
        ...

    @property
    def embedder(self) -> FaceEmbedder:
        """Find faces."""
        ...

    @property
    def liveness(self) -> LivenessModel:
        """Judge texture."""
        ...

    @property
    def age(self) -> AgeEstimator:
        """Estimate an age."""
        ...

    def versions(self) -> tuple[ModelVersion, ...]:
        """The model files and their SHA-256 sums."""
        ...


def extract(path: Path, models: ModelSet, observers: Sequence[FrameObserver] = (), *, language: str = "en") -> Features | MediaRefused:
    """Read the whole recording once, in a stream, and answer with its features or why it was not read.

    Every frame passes each observer, with the face that was read in it; what they found is theirs to tell. `language` is
    the one that was asked for ("en", "ko"); of the phrase nothing is known here.
    """
    tracker = models.faces.open()
    looking = Looking()
    try:
        watcher = _Watcher(tracker, models.embedder, models.liveness, (looking, *observers))
        media = models.decoder.decode(path, watcher.see, max_side_px=ANALYSED_SIDE_PX, sample_rate_hz=SAMPLE_RATE_HZ)
    finally:
        tracker.close()
    if isinstance(media, MediaRefused):
        return media
    face = watcher.track()
    speech, sound = listen(media, face, models, language)
    return Features(
        media=media.facts,
        frames=watcher.frames(),
        face=face,
        samples=tuple(watcher.samples),
        speech=speech,
        sound=sound,
        picture=looking.facts(),
    )


@dataclass
class _Watcher:
    """Collects what each frame tells, keeping no frame."""

    tracker: FaceTracker
    embedder: FaceEmbedder
    liveness: LivenessModel
    observers: Sequence[FrameObserver] = ()
    samples: list[FaceSample] = field(default_factory=list)
    _readings: list[tuple[int, FaceReading]] = field(default_factory=list)
    _times: list[int] = field(default_factory=list)
    _thumbnails: list[Floats] = field(default_factory=list)
    _change: list[float] = field(default_factory=list)
    _digests: list[bytes] = field(default_factory=list)
    _offsets: list[int] = field(default_factory=list)
    _before: Floats | None = None
    _next_sample_us: int = 0

    def see(self, frame: Frame) -> None:
        small = cv2.resize(cv2.cvtColor(frame.picture, cv2.COLOR_BGR2GRAY), (64, 64), interpolation=cv2.INTER_AREA)
        grey = small.astype(np.float32)
        self._times.append(frame.time_us)
        self._thumbnails.append(thumbnail(grey))
        self._change.append(float("nan") if self._before is None else float(np.abs(grey - self._before).mean()))
        self._digests.append(hashlib.blake2b(frame.picture.tobytes(), digest_size=16).digest())
        self._offsets.append(-1 if frame.byte_offset is None else frame.byte_offset)
        self._before = grey
        reading = self.tracker.read(frame.picture, frame.time_us)
        for observer in self.observers:
            observer.see(frame, reading)
        if reading is not None:
            self._readings.append((frame.time_us, reading))
        if frame.time_us >= self._next_sample_us:
            self._next_sample_us = frame.time_us + SAMPLE_EVERY_US
            self.samples.append(sample(frame, reading, self.embedder, self.liveness))

    def frames(self) -> FrameFacts:
        return FrameFacts(
            times_us=np.asarray(self._times, np.int64),
            thumbnails=np.asarray(self._thumbnails, np.float32).reshape(-1, 8, 8),
            change=np.asarray(self._change, np.float32),
            digests=tuple(self._digests),
            offsets=np.asarray(self._offsets, np.int64),
        )

    def track(self) -> FaceTrack:
        return track_of(self._readings, len(self._times))


def track_of(readings: list[tuple[int, FaceReading]], frames_seen: int) -> FaceTrack:
    """Stack readings into one track."""
    faces = [reading for _, reading in readings]
    return FaceTrack(
        times_us=np.asarray([time for time, _ in readings], np.int64),
        landmarks=np.asarray([f.landmarks for f in faces], np.float32).reshape(-1, 478, 3),
        yaw_deg=np.asarray([f.yaw_deg for f in faces], np.float32),
        pitch_deg=np.asarray([f.pitch_deg for f in faces], np.float32),
        blink=np.asarray([blink_score(f) for f in faces], np.float32),
        frames_seen=frames_seen,
        smile=np.asarray([both(f, "mouthSmile") for f in faces], np.float32),
        roll_deg=np.asarray([f.roll_deg for f in faces], np.float32),
    )


def blink_score(reading: FaceReading) -> float:
    """Mean of both lids' closing scores."""
    return both(reading, "eyeBlink")


def both(reading: FaceReading, shape: str) -> float:
    """Mean of the left and the right score of a shape by MediaPipe's name; 0 where it was not read."""
    shapes = reading.blendshapes
    return (shapes.get(f"{shape}Left", 0.0) + shapes.get(f"{shape}Right", 0.0)) / 2


def sample(frame: Frame, reading: FaceReading | None, embedder: FaceEmbedder, liveness: LivenessModel) -> FaceSample:
    """Ask the slower models about one frame. Texture and identity are asked of frontal faces only."""
    found = embedder.find(frame.picture)
    yaw, pitch = (reading.yaw_deg, reading.pitch_deg) if reading else (float("nan"), float("nan"))
    level = abs(pitch) <= FRONTAL_PITCH_DEG
    frontal, turned = abs(yaw) <= FRONTAL_DEG and level, FRONTAL_DEG < abs(yaw) <= TURNED_DEG and level
    if not found:
        return FaceSample(frame.time_us, yaw, pitch, 0, 0.0, 0.0, 0.0, float("nan"), None)
    main = found[0]
    wide = [f for f in found if f.box_px[2] >= SECOND_FACE_PART * main.box_px[2]]
    sharpness, brightness = _look(frame.picture, main)
    return FaceSample(
        time_us=frame.time_us,
        yaw_deg=yaw,
        pitch_deg=pitch,
        faces=len(wide),
        face_width_px=main.box_px[2],
        sharpness=sharpness,
        brightness=brightness,
        live_probability=liveness.live_probability(frame.picture, main) if frontal else float("nan"),
        embedding=embedder.embed(frame.picture, main) if frontal else None,
        turned_embedding=embedder.embed(frame.picture, main) if turned else None,
    )


def _look(picture: Picture, face: FoundFace) -> tuple[float, float]:
    x, y, w, h = (round(v) for v in face.box_px)
    crop = picture[max(y, 0) : y + h, max(x, 0) : x + w]
    if crop.size == 0:
        return 0.0, 0.0
    grey: Picture = np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), np.uint8)
    return sharpness_of(grey), float(grey.mean())


def sharpness_of(face: Picture) -> float:
    """How much detail a grey face has, in parts of its mean level: of the contrast of a Laplacian, so less light alone changes nothing.

    Read at COARSE_PX, where the face's own detail is stronger than a camera's grain, less what the finer scale shows to be grain.
    """
    coarse, fine = (cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA) for side in (COARSE_PX, FINE_PX))
    detail = [float(cv2.Laplacian(one, cv2.CV_32F).var()) for one in (coarse, fine)]
    grain = min(GRAIN * detail[1], MAX_GRAIN)
    return float(np.sqrt(max(0.0, detail[0] - grain))) / max(float(coarse.mean()), 1.0)
