"""Owns the sounds of recordings: read speech, spoken digits put together, a clip's own, a synthetic voice, a loudspeaker in a room.

Every recipe gives float32 mono at 24 kHz of a length asked for. Does not say what was heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import av
import numpy as np
import soundfile

from bench.identity.clips.film import Stage
from bench.identity.clips.writing import SOUND_HZ
from bench.identity.people import corpus, digits, rooms
from identity.core.words import DIGITS
from serving.engines.portrait.actor import PHRASE_SPEED

DIGIT_NAMES: Final = tuple(DIGITS)
LEVEL: Final = 0.06
"""Root mean square of speech, as a voice at a webcam."""
HISS: Final = 0.0012


class Sounds(Protocol):
    """A recipe of sound. Its `repr` says all that it depends on."""

    def sound(self, seconds: float, stage: Stage) -> np.ndarray:
        """Make it, this long."""
        ...


@dataclass(frozen=True)
class Read:
    """A stretch of an utterance, by its path below speech/long; `noise_db`: level of noise against the speech."""

    path: str
    start_s: float
    end_s: float
    at_s: float = 0.3
    noise_db: float | None = None

    def sound(self, seconds: float, stage: Stage) -> np.ndarray:  # noqa: ARG002
        spoken = load(corpus() / "speech" / "long" / self.path)
        part = _faded(spoken[round(self.start_s * SOUND_HZ) : round(self.end_s * SOUND_HZ)])
        return _noisy(placed(_levelled(part), self.at_s, seconds), self.noise_db)


@dataclass(frozen=True)
class Spliced:
    """Digits of one or several speakers, each recorded apart, put together."""

    speakers: tuple[str, ...]
    digits: tuple[int, ...]
    seed: int
    pause_s: float = 0.12
    at_s: float = 0.4

    def sound(self, seconds: float, stage: Stage) -> np.ndarray:  # noqa: ARG002
        chance = np.random.default_rng(self.seed)
        parts: list[np.ndarray] = []
        for place, digit in enumerate(self.digits):
            speaker = self.speakers[place % len(self.speakers)]
            takes = [one for one in digits() if one.speaker == speaker and one.digit == digit]
            parts += [_levelled(load(takes[int(chance.integers(len(takes)))].path)), np.zeros(round(self.pause_s * SOUND_HZ), np.float32)]
        return placed(np.concatenate(parts), self.at_s, seconds)

    @property
    def phrase(self) -> tuple[str, ...]:
        """What it says."""
        return tuple(DIGIT_NAMES[digit] for digit in self.digits)


@dataclass(frozen=True)
class Own:
    """What a clip itself sounds like in a stretch."""

    clip: str
    start_s: float
    noise_db: float | None = None

    def sound(self, seconds: float, stage: Stage) -> np.ndarray:  # noqa: ARG002
        part = load(corpus() / "face" / self.clip)[round(self.start_s * SOUND_HZ) :][: round(seconds * SOUND_HZ)]
        return _noisy(placed(_faded(part), 0.0, seconds), self.noise_db)


@dataclass(frozen=True)
class Synthetic:
    """A phrase in a synthetic voice, read word by word."""

    phrase: tuple[str, ...]
    voice: str
    at_s: float

    def sound(self, seconds: float, stage: Stage) -> np.ndarray:
        spoken = stage.speaker.say(" ".join(self.phrase), self.voice, PHRASE_SPEED, pause_between_words=True)
        return placed(spoken.samples, self.at_s, seconds)


@dataclass(frozen=True)
class Loudspeaker:
    """Another sound, played by a small loudspeaker into a room: its band (200 Hz to 6 kHz) and the room's response."""

    of: Sounds
    room: int

    def sound(self, seconds: float, stage: Stage) -> np.ndarray:
        dry = self.of.sound(seconds, stage)
        response = load(rooms()[self.room])
        response = response[np.argmax(np.abs(response)) :][: SOUND_HZ // 2]
        spectrum = np.fft.rfft(dry)
        hertz = np.fft.rfftfreq(len(dry), 1 / SOUND_HZ)
        band = 1 / np.sqrt(1 + (200 / np.maximum(hertz, 1)) ** 4) / np.sqrt(1 + (hertz / 6000) ** 4)
        small = np.tanh(2.0 * np.fft.irfft(spectrum * band, len(dry))) / 2.0
        size = 1 << (len(small) + len(response)).bit_length()
        wet = np.fft.irfft(np.fft.rfft(small, size) * np.fft.rfft(response, size), size)[: len(dry)]
        return _levelled(wet.astype(np.float32)) + _hiss(len(dry), 7)


def load(path: object) -> np.ndarray:
    """Read any sound as float32 mono 24 kHz."""
    if str(path).endswith((".wav", ".flac")):
        samples, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
        frames = [av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, :1].T), format="flt", layout="mono")]
        frames[0].sample_rate, frames[0].pts = rate, 0
    else:
        with av.open(str(path)) as file:
            frames = list(file.decode(audio=0))
    resampler = av.AudioResampler("flt", "mono", SOUND_HZ)
    parts = [part.to_ndarray().reshape(-1) for frame in (*frames, None) for part in resampler.resample(frame)]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def placed(speech: np.ndarray, at_s: float, seconds: float) -> np.ndarray:
    """Lay speech into a quiet room, this long."""
    room = _hiss(round(seconds * SOUND_HZ), 5)
    start = round(at_s * SOUND_HZ)
    part = speech[: max(0, len(room) - start)]
    room[start : start + len(part)] += part
    return np.clip(room, -1, 1).astype(np.float32)


def _levelled(speech: np.ndarray) -> np.ndarray:
    loud = float(np.sqrt(np.mean(speech**2))) if len(speech) else 0.0
    return (speech * (LEVEL / max(loud, 1e-4))).astype(np.float32)


def _faded(speech: np.ndarray) -> np.ndarray:
    edge = min(len(speech) // 2, SOUND_HZ // 50)
    if not edge:
        return speech
    ramp = np.linspace(0, 1, edge, dtype=np.float32)
    return np.concatenate([speech[:edge] * ramp, speech[edge:-edge], speech[-edge:] * ramp[::-1]])


def _hiss(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, HISS, count).astype(np.float32)


def _noisy(sound: np.ndarray, noise_db: float | None) -> np.ndarray:
    if noise_db is None:
        return sound
    level = float(np.sqrt(np.mean(sound**2))) * 10 ** (noise_db / 20)
    return (sound + np.random.default_rng(len(sound)).normal(0, level, len(sound))).astype(np.float32)
