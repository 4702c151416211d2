"""Owns what is extracted from a recording before anything is judged. Does not extract and does not judge.

Coordinates are pixels of the analysed picture; `left` and `up` are the person's own; times are microseconds
from the recording's start.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from identity.core.lighting import LightFacts
from identity.core.picture import PictureFacts
from identity.core.sound import SoundFacts

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class MediaFacts:
    """What the container and the frames say about how the file was made. No pixels."""

    container: str
    video_codec: str
    audio_codec: str
    width_px: int
    height_px: int
    duration_us: int
    encoder_tags: tuple[str, ...]
    """Every text in which a program names itself: muxing and writing application, encoder, SEI."""


@dataclass(frozen=True)
class FrameFacts:
    """Cheap measures of every frame, in order."""

    times_us: NDArray[np.int64]
    thumbnails: Floats
    """(frames, 8, 8) mean grey levels, 0..255."""
    change: Floats
    """(frames,) mean absolute grey difference to the frame before at 64 px width; nan for the first."""
    digests: tuple[bytes, ...]
    """Of the decoded picture: equal bytes, equal picture."""
    offsets: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """(frames,) where each begins in the file, in bytes; -1 where nobody knows; empty where it was not read."""


@dataclass(frozen=True)
class FaceTrack:
    """The main face, one row for each frame in which it was found."""

    times_us: NDArray[np.int64]
    landmarks: Floats
    """(rows, 478, 3) MediaPipe's order; x, y in pixels, z in the same scale, smaller is nearer."""
    yaw_deg: Floats
    """Positive towards the person's own left."""
    pitch_deg: Floats
    """Positive upwards."""
    blink: Floats
    """(rows,) mean of both lids' closing scores, 0..1."""
    frames_seen: int
    """Frames that were looked at, with or without a face."""
    smile: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    """(rows,) mean of both smiling scores, 0..1; empty where they were not read."""
    roll_deg: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    """(rows,); empty where it was not read."""


@dataclass(frozen=True)
class FaceSample:
    """What the slower models said of one frame."""

    time_us: int
    yaw_deg: float
    pitch_deg: float
    faces: int
    """Faces at least a quarter as wide as the main one."""
    face_width_px: float
    sharpness: float
    """Standard deviation of the Laplacian over the face at 64 px, less its grain, in parts of its mean grey (identity.extraction)."""
    brightness: float
    """Mean grey level of the face, 0..255."""
    live_probability: float
    """Mean of the liveness models, 0..1; nan when not asked."""
    embedding: Floats | None
    """(128,) of unit length; None when the face is too far from frontal."""
    turned_embedding: Floats | None = None
    """(128,) of a face turned further, up to 40 degrees: tells the same face from another, and is matched with nobody else's."""


@dataclass(frozen=True)
class SpeechFacts:
    """What was heard."""

    heard: str
    """Recognised words as the recogniser wrote them."""
    speech_us: int
    duration_us: int
    window_embeddings: Floats
    """(windows, dims) of unit length, one a stretch of speech."""
    marks: tuple[int, ...]
    """The sound's fingerprint."""
    landmarks: tuple[int, ...] = ()
    """What the sound is looked up by."""


@dataclass(frozen=True)
class Features:
    """Everything that the checks may look at."""

    media: MediaFacts
    frames: FrameFacts
    face: FaceTrack
    samples: tuple[FaceSample, ...]
    speech: SpeechFacts
    picture: PictureFacts | None = None
    sound: SoundFacts | None = None
    light: LightFacts | None = None
