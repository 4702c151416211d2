"""Owns ports without models or files, for tests of what stands around them. Does not try to be clever about pictures.

A fake recording is a JSON file that says what is in it (`Scene`); pictures are painted by rule so that the fake models
can read them back: the grey of the top left corner tells whether a face is there, whose, and how it is turned.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from identity.core import faces
from identity.core.assessment import ModelVersion
from identity.core.enrolment import replay_codes
from identity.core.faces import FaceMatch, KnownKind
from identity.core.features import Floats, MediaFacts
from identity.core.fingerprint import Fingerprint
from identity.core.sound import Heard
from identity.ports import FaceReading, FoundFace, Frame, Media, MediaRefused, Picture, Samples, SpeechSpan

_SIDE: Final = 256
_CELL: Final = 8
_LOUD: Final = 1000


@dataclass
class Scene:
    """What a fake recording shows, a frame: (person or -1, yaw in degrees, blink 0..1); and what it says."""

    frames: list[tuple[int, int, int]] = field(default_factory=lambda: [(1, 0, 0)] * 90)
    fps: int = 30
    words: str = ""
    voices: list[int] = field(default_factory=lambda: [1, 1, 1, 1])
    """Who speaks, second by second; 0 is silence."""

    def write(self, path: Path) -> Path:
        """Write it as a file that InMemoryMediaDecoder reads."""
        path.write_text(json.dumps({"fake": 1, **self.__dict__}))
        return path


class InMemoryMediaDecoder:
    """Reads Scene files; everything else is unreadable."""

    def decode(self, path: Path, on_frame: Callable[[Frame], None], *, max_side_px: int, sample_rate_hz: int) -> Media | MediaRefused:
        """See `identity.ports.MediaDecoder`."""
        try:
            content = json.loads(path.read_bytes())
            scene = Scene(**{k: v for k, v in content.items() if k != "fake"})
        except (ValueError, TypeError, AttributeError):
            return MediaRefused("media.unreadable")
        side = min(_SIDE, max_side_px)
        for i, (person, yaw, blink) in enumerate(scene.frames):
            on_frame(Frame(i, round(i * 1e6 / scene.fps), paint(person, yaw, blink, i, side)))
        duration_us = round((len(scene.frames) - 1) * 1e6 / scene.fps)
        facts = MediaFacts("fake", "fake", "fake", side, side, duration_us, ())
        samples = speak(scene, sample_rate_hz)
        clock = np.arange(0, len(samples) * 1_000_000 // sample_rate_hz, 20_000, dtype=np.int64)
        return Media(facts, samples, sample_rate_hz, np.stack([clock, clock], axis=1))


def paint(person: int, yaw: int, blink: int, index: int, side: int = _SIDE) -> Picture:
    """Paint one frame: textured grey, its facts in the first cells."""
    picture = np.random.default_rng(index).integers(90, 160, (side, side, 3)).astype(np.uint8)
    for cell, value in enumerate((person + 1, yaw + 90, blink * 100)):
        picture[:_CELL, cell * _CELL : (cell + 1) * _CELL] = value
    return picture


def _facts(picture: Picture) -> tuple[int, int, float]:
    person, yaw, blink = (int(picture[_CELL // 2, cell * _CELL + _CELL // 2, 0]) for cell in range(3))
    return person - 1, yaw - 90, blink / 100


def speak(scene: Scene, rate_hz: int) -> Samples:
    """Make sound: a steady amplitude a voice, a thousand times its number; silence for 0."""
    seconds = [np.full(rate_hz, voice * _LOUD, np.int16) for voice in scene.voices]
    return np.concatenate(seconds) if seconds else np.zeros(0, np.int16)


class InMemoryFaceReader:
    """Reads painted faces."""

    def open(self) -> "InMemoryFaceTracker":
        """See `identity.ports.FaceReader`."""
        return InMemoryFaceTracker()


class InMemoryFaceTracker:
    """Makes landmarks of an ellipsoid head turned as painted."""

    def read(self, picture: Picture, time_us: int) -> FaceReading | None:  # noqa: ARG002 - the port's
        """See `identity.ports.FaceTracker`."""
        person, yaw, blink = _facts(picture)
        if person < 0:
            return None
        shapes = {"eyeBlinkLeft": blink, "eyeBlinkRight": blink, "jawOpen": 0.0}
        return FaceReading(head_points(float(yaw), picture.shape[0]), shapes, float(yaw), 0.0, 0.0)

    def close(self) -> None:
        """Nothing is held."""


def head_points(yaw_deg: float, side: int) -> Floats:
    """478 points of a half ellipsoid with a nose, turned by yaw, in pixels."""
    golden = np.arange(478) * 2.399963
    radius = np.sqrt(np.arange(478) / 478)
    x, y = radius * np.cos(golden), radius * np.sin(golden) * 1.3
    z = -np.sqrt(np.maximum(0, 1 - radius**2)) * 0.6
    z[[1, 4, 5]] -= 0.5
    angle = np.radians(yaw_deg)
    turned = np.stack([x * np.cos(angle) - z * np.sin(angle), y, z * np.cos(angle) + x * np.sin(angle)], axis=1)
    return (turned * side / 5 + np.asarray((side / 2, side / 2, 0))).astype(np.float32)


class InMemoryFaceEmbedder:
    """Finds painted faces; a person is a unit vector of their own."""

    def find(self, picture: Picture) -> tuple[FoundFace, ...]:
        """See `identity.ports.FaceEmbedder`."""
        if _facts(picture)[0] < 0:
            return ()
        side = float(picture.shape[0])
        return (FoundFace((side / 4, side / 4, side / 2, side / 2), 1.0, np.zeros(15, np.float32)),)

    def embed(self, picture: Picture, face: FoundFace) -> Floats:  # noqa: ARG002 - the port's
        """See `identity.ports.FaceEmbedder`."""
        return _unit(max(_facts(picture)[0], 0), 128)


class InMemoryLiveness:
    """Calls every face live, or none."""

    def __init__(self, probability: float = 0.99) -> None:
        self._probability = probability

    def live_probability(self, picture: Picture, face: FoundFace) -> float:  # noqa: ARG002 - the port's
        """See `identity.ports.LivenessModel`."""
        return self._probability


class InMemoryAge:
    """Takes everybody for one age."""

    def __init__(self, years: float = 40.0) -> None:
        self._years = years

    def years(self, picture: Picture, landmarks: Floats) -> float:  # noqa: ARG002 - the port's
        """See `identity.ports.AgeEstimator`."""
        return self._years


class InMemoryVoiceActivity:
    """Hears speech where it is not silent."""

    def spans(self, samples: Samples) -> tuple[SpeechSpan, ...]:
        """See `identity.ports.VoiceActivity`."""
        edges = np.flatnonzero(np.diff(np.pad((np.abs(samples) > 50).astype(int), 1)))
        return tuple(SpeechSpan(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True))


class InMemoryRecogniser:
    """Writes down the words it was given, whatever the sound is, unless it is silent."""

    def __init__(self, words: str = "") -> None:
        self.words = words

    def listen(self, samples: Samples, language: str = "en") -> Heard:  # noqa: ARG002 - the port's
        """See `identity.ports.SpeechRecogniser`."""
        return Heard(self.words if np.abs(samples).max(initial=0) > 50 else "")


class InMemoryVoiceLiveness:
    """Calls every voice natural."""

    def natural_score(self, speech: Samples) -> float:
        """See `identity.ports.VoiceLiveness`."""
        return 2.0 if len(speech) >= 8000 else float("nan")


class InMemorySpeaker:
    """A voice is its loudness: a unit vector of its own."""

    def embed(self, samples: Samples) -> Floats:
        """See `identity.ports.SpeakerEmbedder`."""
        return _unit(round(float(np.abs(samples.astype(np.float32)).mean()) / _LOUD), 64)


def _unit(which: int, dims: int) -> Floats:
    vector = np.zeros(dims, np.float32)
    vector[which % dims] = 1.0
    return vector


class InMemoryModels:
    """Every port as a fake."""

    def __init__(self, words: str = "", live: float = 0.99, years: float = 40.0) -> None:
        self.age = InMemoryAge(years)
        self.decoder = InMemoryMediaDecoder()
        self.faces = InMemoryFaceReader()
        self.embedder = InMemoryFaceEmbedder()
        self.liveness = InMemoryLiveness(live)
        self.voice_activity = InMemoryVoiceActivity()
        self.recogniser = InMemoryRecogniser(words)
        self.second_recogniser = InMemoryRecogniser(words)
        self.voice_liveness = InMemoryVoiceLiveness()
        self.speaker = InMemorySpeaker()

    def versions(self) -> tuple[ModelVersion, ...]:
        """Name the fake."""
        return (ModelVersion("fake", "0" * 64),)

    def close(self) -> None:
        """Nothing is held."""


class InMemoryFaceIndex:
    """A FaceIndex over a dict, one comparison after the other."""

    def __init__(self) -> None:
        self._known: dict[tuple[KnownKind, str], Floats] = {}

    def __len__(self) -> int:
        """See `identity.ports.FaceIndex`."""
        return len(self._known)

    def search(self, template: Floats, k: int, floor: float) -> tuple[FaceMatch, ...]:
        """See `identity.ports.FaceIndex`."""
        asked = faces.read(faces.written(template))
        alike = [(float(known @ asked), name) for name, known in self._known.items()]
        found = sorted((one for one in alike if one[0] >= floor), key=lambda one: (-one[0], one[1]))
        return tuple(FaceMatch(kind, ref, round(similarity * 1e6)) for similarity, (kind, ref) in found[:k])

    def add(self, kind: KnownKind, ref: str, template: Floats) -> None:
        """See `identity.ports.FaceIndex`."""
        self._known[kind, ref] = faces.read(faces.written(template))

    def remove(self, kind: KnownKind, ref: str) -> bool:
        """See `identity.ports.FaceIndex`."""
        return self._known.pop((kind, ref), None) is not None


class InMemoryReplayIndex:
    """A ReplayIndex that tells every recording."""

    def __init__(self) -> None:
        self._known: list[tuple[str, Fingerprint]] = []

    def __len__(self) -> int:
        """See `identity.ports.ReplayIndex`."""
        return len(self._known)

    def search(self, mark: Fingerprint) -> tuple[Fingerprint, ...]:
        """See `identity.ports.ReplayIndex`."""
        return tuple(other for _, other in self._known if replay_codes(mark, [other]))

    def add(self, owner: str, mark: Fingerprint) -> None:
        """See `identity.ports.ReplayIndex`."""
        self._known.append((owner, mark))

    def forget(self, owner: str) -> int:
        """See `identity.ports.ReplayIndex`."""
        before = len(self._known)
        self._known = [one for one in self._known if one[0] != owner]
        return before - len(self._known)
