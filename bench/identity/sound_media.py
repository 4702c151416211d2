"""Makes the sounds that the sound checks are measured on: read speech as it is, and what attackers make of it. Measures nothing.

Everything goes through Opus as a browser writes it. Nothing of it is kept: features are, by `bench.identity.cache`.
"""

from __future__ import annotations

import io
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import numpy as np
import scipy.signal
import soundfile

from bench.identity import people
from identity.ports import SAMPLE_RATE_HZ, Samples
from infra.places import Places
from serving.engines.portrait.speech import KokoroSpeaker

SECONDS = 6
CHANCE_OF = 20261121


@dataclass(frozen=True)
class Sounding:
    """One sound to be measured: what kind of thing it is, who speaks, which half; `recipe` says how it is made."""

    kind: str
    person: str
    half: people.Half
    recipe: tuple[str, ...]

    def samples(self) -> Samples:
        """Make it: int16, 16 kHz."""
        return through_opus(_MAKERS[self.kind](self))

    def chance(self) -> np.random.Generator:
        """Random choices that are the same each time."""
        return np.random.default_rng([CHANCE_OF, *"".join((self.kind, *self.recipe)).encode()])


def read(path: str | Path) -> np.ndarray:
    """A file as float, 16 kHz, one channel."""
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return scipy.signal.resample_poly(sound.mean(axis=1), SAMPLE_RATE_HZ, rate) if rate != SAMPLE_RATE_HZ else sound.mean(axis=1)


def through_opus(sound: np.ndarray, bit_rate: int = 64_000) -> Samples:
    """Encode as MediaRecorder does and decode again."""
    return coded(sound, "libopus", "webm", 48_000, bit_rate, sample_format="flt", frame_size=960)


def coded(
    sound: np.ndarray, codec: str, container: str, rate: int, bit_rate: int, *, sample_format: str | None = None, frame_size: int = 0
) -> Samples:
    """Encode and decode again; from samples of that format in frames of that size, or of the encoder's own."""
    data = io.BytesIO()
    with av.open(data, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, bit_rate=bit_rate)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(sound.astype(np.float32)[None], format="flt", layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, 0
        size = frame_size or stream.codec_context.frame_size or 1024
        resampler = av.AudioResampler(format=sample_format or stream.format.name, layout="mono", rate=rate, frame_size=size)
        for part in itertools.chain(resampler.resample(frame), resampler.resample(None)):
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    data.seek(0)
    down = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE_HZ)
    with av.open(data) as file:
        parts = [p.to_ndarray().reshape(-1) for f in itertools.chain(file.decode(audio=0), [None]) for p in down.resample(f)]
    return np.concatenate(parts).astype(np.int16)


def _plain(one: Sounding) -> np.ndarray:
    return read(one.recipe[0])[: SECONDS * SAMPLE_RATE_HZ]


def _noisy(one: Sounding) -> np.ndarray:
    """A quiet room about 35 dB under the voice, turned lower and lower by nothing: steady."""
    sound = _plain(one)
    brown = scipy.signal.lfilter([1], [1, -0.9], one.chance().normal(0, 1, len(sound)))
    return sound + brown / brown.std() * np.sqrt(np.mean(sound**2)) * 10 ** (-35 / 20)


def _loudspeaker(one: Sounding) -> np.ndarray:
    """A small loudspeaker (250 Hz to 7 kHz, a little overdriven), a room, its noise."""
    sound, chance = _plain(one), one.chance()
    band = scipy.signal.butter(2, [250, 7000], "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
    played = np.tanh(scipy.signal.sosfilt(band, sound) * 4) / 4
    room = read(one.recipe[1])
    heard = scipy.signal.fftconvolve(played, room / np.sqrt(np.sum(room**2)))[: len(sound)]
    return heard + chance.normal(0, np.sqrt(np.mean(heard**2)) * 10 ** (-35 / 20), len(heard))


def _in_room(one: Sounding) -> np.ndarray:
    """Bona fide, far from the microphone: the room without the loudspeaker."""
    sound, room = _plain(one), read(one.recipe[1])
    return scipy.signal.fftconvolve(sound, room / np.sqrt(np.sum(room**2)))[: len(sound)]


def _spliced(one: Sounding) -> np.ndarray:
    """Pieces of .5-.8 s of one speaker's several recordings, set beside each other with pauses of silence or noise."""
    chance, parts = one.chance(), [np.zeros(8000)]
    for path in one.recipe[1:]:
        sound = read(path)
        for _ in range(2):
            size = int(chance.uniform(0.5, 0.8) * SAMPLE_RATE_HZ)
            first = chance.integers(0, len(sound) - size)
            parts += [sound[first : first + size], np.zeros(int(chance.uniform(0.12, 0.3) * SAMPLE_RATE_HZ))]
    joined = np.concatenate([*parts, np.zeros(8000)])
    return joined + (chance.normal(0, 3e-4, len(joined)) if one.recipe[0] == "noise" else 0)


def _digits(one: Sounding) -> np.ndarray:
    chance, parts = one.chance(), [np.zeros(8000)]
    for path in one.recipe:
        sound = read(path)
        parts += [sound / max(float(np.abs(sound).max()), 1e-6) * 0.3, np.zeros(int(chance.uniform(0.12, 0.3) * SAMPLE_RATE_HZ))]
    return np.concatenate([*parts, np.zeros(8000)])


def _kokoro(one: Sounding) -> np.ndarray:
    voice, text = one.recipe
    sound = _speaker().say(text, voice, pause_between_words=True).samples
    down = np.pad(scipy.signal.resample_poly(sound, 2, 3), (8000, 8000))
    return down + one.chance().normal(0, 5e-4, len(down))


@cache
def _speaker() -> KokoroSpeaker:
    return KokoroSpeaker(Places.from_env(os.environ).models)


def _espeak(one: Sounding) -> np.ndarray:
    """Korean by espeak-ng, a program of its own that only this measurement calls."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["espeak-ng", "-v", one.recipe[0], "-s", one.recipe[1], "-w", file.name, one.recipe[2]], check=True)
        return np.pad(read(file.name), (8000, 8000))


_MAKERS = {
    "read": _plain,
    "read_noise": _noisy,
    "read_room": _in_room,
    "loudspeaker": _loudspeaker,
    "spliced": _spliced,
    "digits": _digits,
    "kokoro": _kokoro,
    "espeak": _espeak,
    "given_fake": _plain,
}


def readings(half: people.Half) -> Iterator[Sounding]:
    """Bona fide: as recorded, in steady noise, in a room; and the same voices through a loudspeaker."""
    rooms = [str(path) for path in people.rooms()]
    chosen = [u for u in people.utterances(half) if soundfile.info(u.path).duration >= 4][::2]
    for place, utterance in enumerate(chosen):
        path = str(utterance.path)
        yield Sounding("read", utterance.speaker, half, (path,))
        if place % 2 == 0:
            yield Sounding("read_noise", utterance.speaker, half, (path,))
            yield Sounding("read_room", utterance.speaker, half, (path, rooms[place // 2 % len(rooms)]))
        yield Sounding("loudspeaker", utterance.speaker, half, (path, rooms[place % len(rooms)]))


def splices(half: people.Half) -> Iterator[Sounding]:
    """One speaker's own sounds, cut and set together."""
    by_speaker: dict[str, list[str]] = {}
    for utterance in people.utterances(half, several=True):
        by_speaker.setdefault(utterance.speaker, []).append(str(utterance.path))
    for speaker, paths in by_speaker.items():
        for place, gap in itertools.product(range(2), ("zeros", "noise")):
            three = [paths[(place * 3 + k) % len(paths)] for k in range(3)]
            yield Sounding("spliced", speaker, half, (gap, *three))


def fakes(half: people.Half, phrases: list[str]) -> Iterator[Sounding]:
    """Synthetic voices: Kokoro by voice, and the corpus's espeak and Piper (both halves share those two machines)."""
    for voice in people.voices(half):
        for text in phrases:
            yield Sounding("kokoro", voice, half, (voice, text))
    files = sorted((people.corpus() / "speech" / "fake").rglob("*.wav"))
    for path in files[0 if half == "fit" else 1 :: 2]:
        yield Sounding("given_fake", path.parent.name, half, (str(path),))


def korean(phrases: list[str]) -> Iterator[Sounding]:
    """Korean phrases by a formant synthesiser, three speeds; nothing where the program is absent."""
    if shutil.which("espeak-ng"):
        for place, text in enumerate(phrases):
            yield Sounding("espeak", "espeak-ko", "report", ("ko", str((110, 130, 150)[place % 3]), text))
