"""Owns the features of cases, block by block: each block is made alone, kept, and made anew only when its own maker changed.

Blocks, by the pictures: `face` (landmarks, frames' cheap measures), `samples` (what the slower models say), one for each observer of
frames (`picture`); by the sound: `hearing` (words, voices); by both: `stream` (how they lie in the file).
What is quick (lips, channel, room) is worked out each time. One pass over a file makes all the blocks that are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np

from bench.identity.cache import kept, key_of, source_of
from bench.identity.clips.rendering import Recording
from bench.identity.clips.sound import HISS
from identity import hearing, looking, pattern, spectrum, straight
from identity.adapters import mediapipe_face, speaker
from identity.core import acoustics, lipsync, picture, words
from identity.core.features import FaceTrack, Features, FrameFacts, MediaFacts, SpeechFacts
from identity.core.sound import Heard, SoundFacts
from identity.extraction import ANALYSED_SIDE_PX, COARSE_PX, FINE_PX, GRAIN, MAX_GRAIN, _look, _Watcher, sample, sharpness_of, track_of
from identity.ports import SAMPLE_RATE_HZ, FaceReading, Frame, MediaRefused, SpeechSpan

LAST_PART_US: Final = 20_000


@dataclass(frozen=True)
class FaceBlock:
    """What the face reader said of every frame, and the frames' cheap measures."""

    readings: list[tuple[int, FaceReading]]
    frames: FrameFacts


@dataclass(frozen=True)
class HearingBlock:
    """What was heard, and the sound itself: int16 mono 16 kHz."""

    samples: np.ndarray
    spans: tuple[SpeechSpan, ...]
    speech: SpeechFacts
    heard: tuple[Heard, ...]
    natural_score: float


@dataclass(frozen=True)
class StreamBlock:
    """How the file is made."""

    facts: MediaFacts
    sound_clock_us: np.ndarray
    count: int


class RefusedError(Exception):
    """A recording was not read; the code says why."""


def _sources() -> dict[str, str]:
    from identity.adapters import hearing as ears  # noqa: PLC0415 -- torch: the models' modules, named for their source alone
    from identity.adapters import minifasnet, sface, voice_liveness, whisper  # noqa: PLC0415

    return {
        "face": source_of(mediapipe_face),
        "samples": source_of(sample, _look, sharpness_of, (COARSE_PX, FINE_PX, GRAIN, MAX_GRAIN), sface, minifasnet),
        "hearing": source_of(hearing.speech_of, hearing.voice_windows, ears, whisper, voice_liveness, words),
        "stream": source_of(MediaFacts),
        **{name: source for name, (_, source) in observers().items()},
    }


def observers() -> Mapping[str, tuple[Callable[[], Any], str]]:
    """Observers of frames by block, as `identity.extraction.extract` has them: how one is made, and the digest of its source."""
    return {"picture": (looking.Looking, source_of(looking, pattern, spectrum, straight, picture))}


class Reader:
    """Makes and keeps blocks with one set of models. Not for threads."""

    def __init__(self, models: Any) -> None:
        self._models = models
        self._source = _sources()

    def features(self, recording: Recording) -> Features:
        """All features of a recording. Raises RefusedError."""
        made = self._read(recording)
        face: FaceBlock = self._kept("face", recording, made)
        heard: HearingBlock = self._kept("hearing", recording, made)
        stream: StreamBlock = self._kept("stream", recording, made)
        track = track_of(face.readings, stream.count)
        seen = {name: self._kept(name, recording, made) for name in observers()}
        samples = self._kept("samples", recording, made)
        sound = replace(_sound(heard, stream, track), voices=self._voices(recording, heard))
        return Features(stream.facts, face.frames, track, samples, heard.speech, sound=sound, **seen)

    def _voices(self, recording: Recording, heard: HearingBlock) -> np.ndarray:
        """Voice vectors of short stretches: from what is kept of the sound, so that nothing is decoded for them."""
        source = source_of(hearing.short_voices, hearing.SHORT_WINDOW_S, hearing.SHORT_STEP_S, speaker)
        return kept(_key("hearing", recording), "voices", source, lambda: hearing.short_voices(heard.samples, heard.spans, self._models))

    def read(self, recording: Recording, blocks: Collection[str]) -> None:
        """Make and keep some blocks of a recording: those that will not change soon. Raises RefusedError."""
        self._read(recording, blocks)

    def missing(self, recording: Recording) -> tuple[str, ...]:
        """The blocks of a recording that are not kept yet."""
        return tuple(name for name in self._source if not key_of(_key(name, recording), name, self._source[name]).exists())

    def _kept(self, name: str, recording: Recording, made: Mapping[str, Any]) -> Any:
        return kept(_key(name, recording), name, self._source[name], lambda: made[name])

    def _read(self, recording: Recording, blocks: Collection[str] = ()) -> dict[str, Any]:
        """Decode once for all that is missing (of `blocks`, where they are named); {} when nothing is."""
        missing = tuple(name for name in self.missing(recording) if not blocks or name in blocks)
        if not missing:
            return {}
        watching = {name: observers()[name][0]() for name in missing if name in observers()}
        found: dict[str, Any] = {}
        count = [0]
        known = None if "face" in missing else self._kept("face", recording, {})
        with _Faces(self._models, known, tuple(watching.values()), sampling="samples" in missing) as faces:

            def see(frame: Frame) -> None:
                count[0] += 1
                faces.see(frame)

            media = self._models.decoder.decode(recording.path, see, max_side_px=ANALYSED_SIDE_PX, sample_rate_hz=SAMPLE_RATE_HZ)
        if isinstance(media, MediaRefused):
            raise RefusedError(media.code)
        if "face" in missing:
            found["face"] = faces.block()
        if "samples" in missing:
            found["samples"] = faces.samples()
        if "hearing" in missing:
            found["hearing"] = _heard(media.samples, self._models)
        if "stream" in missing:
            found["stream"] = StreamBlock(media.facts, media.sound_clock_us, count[0])
        found |= {name: one.facts() for name, one in watching.items()}
        for name in found:
            self._kept(name, recording, found)
        return found


class _Faces:
    """Shows frames to the face reader, or plays back what it said of them, and to the slower models and the observers."""

    def __init__(self, models: Any, known: FaceBlock | None, watching: tuple[Any, ...], *, sampling: bool) -> None:
        self._known = None if known is None else dict(known.readings)
        self._watching = watching
        self._readings: list[tuple[int, FaceReading]] = []
        self._tracker = None if known is not None else models.faces.open()
        self._watcher = _Watcher(self, models.embedder, models.liveness, watching) if sampling or known is None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._tracker is not None:
            self._tracker.close()

    def see(self, frame: Frame) -> None:
        if self._watcher is not None:
            self._watcher.see(frame)
            return
        for one in self._watching:
            one.see(frame, self.read(frame.picture, frame.time_us))

    def read(self, picture: np.ndarray, time_us: int) -> FaceReading | None:
        """Read a face, or play back."""
        if self._known is not None:
            return self._known.get(time_us)
        assert self._tracker is not None
        reading = self._tracker.read(picture, time_us)
        if reading is not None:
            self._readings.append((time_us, reading))
        return reading

    def close(self) -> None:
        """Be closed as a tracker."""

    def block(self) -> FaceBlock:
        assert self._watcher is not None
        return FaceBlock(self._readings, self._watcher.frames())

    def samples(self) -> tuple[Any, ...]:
        assert self._watcher is not None
        return tuple(self._watcher.samples)


def _key(name: str, recording: Recording) -> tuple[str, ...]:
    if name == "stream":
        return (recording.picture_key, recording.sound_key)
    return (recording.sound_key,) if name == "hearing" else (recording.picture_key,)


def _heard(samples: np.ndarray, models: Any) -> HearingBlock:
    spans = models.voice_activity.spans(samples)
    heard = tuple(one.listen(samples, "en") for one in (models.recogniser, models.second_recogniser)) if spans else (Heard(""), Heard(""))
    natural = models.voice_liveness.natural_score(hearing.joined(samples, spans)) if spans else float("nan")
    facts = hearing.speech_of(samples, spans, models, heard[0].text)
    return HearingBlock(samples, spans, facts, heard, natural)


def _lasting(samples: np.ndarray, clock_us: np.ndarray) -> np.ndarray:
    """A sound as long as it is in this file: it was heard once, in the first file that has it, with more or less of the room after it."""
    wanted = round((int(clock_us[-1, 1]) + LAST_PART_US) / 1e6 * SAMPLE_RATE_HZ) if len(clock_us) else len(samples)
    if abs(wanted - len(samples)) < SAMPLE_RATE_HZ // 10:
        return samples
    room = np.random.default_rng(3).normal(0, HISS * 32768, max(0, wanted - len(samples)))
    return np.concatenate([samples, room.astype(np.int16)])[:wanted]


def _sound(heard: HearingBlock, stream: StreamBlock, face: FaceTrack) -> SoundFacts:
    places = [(span.start, span.end) for span in heard.spans]
    samples = _lasting(heard.samples, stream.sound_clock_us)
    power = acoustics.power_frames(samples)
    speech = acoustics.speaking(len(power), places)
    lies = acoustics.stream_of(samples, stream.sound_clock_us, stream.facts.duration_us)
    return SoundFacts(
        "en",
        tuple(Heard(h.text, tuple(hearing._moved(word, lies.start_us) for word in h.words)) for h in heard.heard),  # noqa: SLF001
        heard.natural_score,
        lipsync.lips_of(face.times_us, lipsync.opening_of(face), samples, places, lies.start_us),
        acoustics.channel_of(power, speech),
        acoustics.room_of(power, speech),
        lies,
        speech_us=tuple((hearing.at_us(first, lies.start_us), hearing.at_us(last, lies.start_us)) for first, last in places),
    )
