"""Owns the roles that models and media readers play. Does not implement any.

Pictures are uint8 (height, width, 3), BGR. Sound is int16 (samples,), mono, 16 kHz. A port may be called again
for the next recording; nothing of one recording may change what is said of another.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from identity.core.faces import FaceMatch, KnownKind
from identity.core.features import Floats, MediaFacts
from identity.core.fingerprint import Fingerprint
from identity.core.sound import Heard

Picture = NDArray[np.uint8]
Samples = NDArray[np.int16]
SAMPLE_RATE_HZ = 16_000


@dataclass(frozen=True)
class Frame:
    """One decoded frame: its place, its time from the start, its picture, where in the file its bytes begin (None: not said)."""

    index: int
    time_us: int
    picture: Picture
    byte_offset: int | None = None


@dataclass(frozen=True)
class Media:
    """What was decoded besides the frames, which were handed over one by one."""

    facts: MediaFacts
    samples: Samples
    sample_rate_hz: int
    sound_clock_us: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    """(parts, 2), about every 20 ms: when the file says the part begins, from the first picture; how much sound came before it."""


@dataclass(frozen=True)
class MediaRefused:
    """The file is not one we read. `code` is one of the `media.` codes."""

    code: str


@dataclass(frozen=True)
class FaceReading:
    """One face: landmarks in pixels (478, 3), blendshape scores by MediaPipe's names, pose in degrees."""

    landmarks: Floats
    blendshapes: dict[str, float]
    yaw_deg: float
    pitch_deg: float
    roll_deg: float


@dataclass(frozen=True)
class FoundFace:
    """A detected face: box x, y, width, height in pixels, and the detector's own row for alignment."""

    box_px: tuple[float, float, float, float]
    score: float
    row: Floats


@dataclass(frozen=True)
class SpeechSpan:
    """A stretch of speech, in samples."""

    start: int
    end: int


class MediaDecoder(Protocol):
    """Reads hostile files within bounds."""

    def decode(self, path: Path, on_frame: Callable[[Frame], None], *, max_side_px: int, sample_rate_hz: int) -> Media | MediaRefused:
        """Hand over every frame, no side longer than `max_side_px`, then answer with the sound and the facts.

        A file that cannot or must not be read is a value, never an exception, also after frames were handed
        over. Raises DecoderFailedError when decoding itself is broken.
        """
        ...


class FaceTracker(Protocol):
    """Follows one face through one recording."""

    def read(self, picture: Picture, time_us: int) -> FaceReading | None:
        """Read the main face; times must rise. None when there is none."""
        ...

    def close(self) -> None:
        """Let go of the recording. May be called twice."""
        ...


class FrameObserver(Protocol):
    """Looks at every frame of one recording as it passes, and keeps none."""

    def see(self, frame: Frame, reading: FaceReading | None) -> None:
        """Look at a frame and at the main face in it; times rise. The picture is only lent."""
        ...


class FaceReader(Protocol):
    """Makes a tracker a recording."""

    def open(self) -> FaceTracker:
        """Begin a recording; the caller closes the tracker."""
        ...


class FaceEmbedder(Protocol):
    """Finds faces and writes one as a vector."""

    def find(self, picture: Picture) -> tuple[FoundFace, ...]:
        """Find faces, largest first."""
        ...

    def embed(self, picture: Picture, face: FoundFace) -> Floats:
        """Write a face as float32 (128,) of unit length; a cosine is a similarity."""
        ...


class LivenessModel(Protocol):
    """Judges texture."""

    def live_probability(self, picture: Picture, face: FoundFace) -> float:
        """How live the texture looks, 0..1, higher is live."""
        ...


class AgeEstimator(Protocol):
    """Estimates an age from a face."""

    def years(self, picture: Picture, landmarks: Floats) -> float:
        """Estimate in years from a face that looks into the camera, by its landmarks (478, 3) in pixels; nan where it is outside."""
        ...


class VoiceActivity(Protocol):
    """Finds speech."""

    def spans(self, samples: Samples) -> tuple[SpeechSpan, ...]:
        """Stretches of speech, ascending, apart from each other."""
        ...


class SpeechRecogniser(Protocol):
    """Writes down words."""

    def listen(self, samples: Samples, language: str = "en") -> Heard:
        """Write down what is said in that language ("en", "ko"), of the first 30 s. It never learns what was asked.

        Silence gives ''; so does a language that the recogniser does not know. Words have times where it can tell them.
        """
        ...


class VoiceLiveness(Protocol):
    """Judges whether a voice is a person's."""

    def natural_score(self, speech: Samples) -> float:
        """Log-odds that the voice is no machine's, higher is natural; nan for less than .5 s."""
        ...


class SpeakerEmbedder(Protocol):
    """Writes a voice as a vector."""

    def embed(self, samples: Samples) -> Floats:
        """Write at least .5 s of speech as float32 (dims,) of unit length; a cosine is a similarity."""
        ...


class FaceIndex(Protocol):
    """Known faces, in the memory of one process and nowhere else. Safe between threads."""

    def __len__(self) -> int:
        """How many faces are known."""
        ...

    def search(self, template: Floats, k: int, floor: float) -> tuple[FaceMatch, ...]:
        """Find the at most `k` known faces of at least this cosine to a template, most like first.

        `template`: float32 (128,) of unit length. Exact: no known face above the floor is left out. Raises ValueError.
        """
        ...

    def add(self, kind: KnownKind, ref: str, template: Floats) -> None:
        """Know a face; one that is known under the same kind and ref is replaced. May be called again. Raises ValueError."""
        ...

    def remove(self, kind: KnownKind, ref: str) -> bool:
        """Forget a face: when it returns its numbers are overwritten. False when it was not known."""
        ...


class ReplayIndex(Protocol):
    """The marks of earlier recordings, in the memory of one process and nowhere else. Safe between threads."""

    def __len__(self) -> int:
        """How many recordings are known."""
        ...

    def search(self, mark: Fingerprint) -> tuple[Fingerprint, ...]:
        """Find the recordings that this one may be a copy of, by bytes, sound or picture, to be judged; few, whatever is asked.

        Of copies that would be judged such it leaves out less than one in a hundred (`python -m bench.identity.replay`).
        """
        ...

    def add(self, owner: str, mark: Fingerprint) -> None:
        """Know a recording of somebody; each call is one recording."""
        ...

    def forget(self, owner: str) -> int:
        """Forget all of somebody's recordings: when it returns their marks are overwritten. Gives how many; may be called again."""
        ...
