"""Owns recordings that tests make: files as a browser writes them, of test pictures and of fictional people.

Does not animate: that is the portrait engine's. What makes a file look captured here (a browser's name, uneven frame times)
anybody can write: that is why check 11 looks for signs, and proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from infra.places import ROOT
from serving.engines.portrait.acting import Take, plan_take
from serving.engines.portrait.actor import PHRASE_SPEED, perform
from serving.engines.portrait.faces import FaceModels
from serving.engines.portrait.speech import KokoroSpeaker, Spoken

ACTORS_FOLDER = ROOT / "infra/assets/actors"
VOICES = {"joon": "jm_kumo", "maeve": "jf_gongitsune"}
FPS = 24
SOUND_HZ = 24_000


def write_recording(
    path: Path,
    frames: Iterable[np.ndarray],
    sound: np.ndarray | None,
    *,
    fps: float = 24.0,
    jitter_ms: float = 4.0,
    application: str | None = "Chrome",
    seed: int = 0,
) -> Path:
    """Write BGR frames and float32 mono 24 kHz sound as VP8 and Opus in webm.

    `application`: who the file says made it; None leaves libavformat's own name. `jitter_ms`: standard deviation of frame
    times around the even rate, as cameras have; 0 is a computer's.
    """
    chance = np.random.default_rng(seed)
    with av.open(str(path), "w", format="webm") as file:
        video, audio = None, None
        if sound is not None:
            audio = file.add_stream("libopus", rate=48_000)
            audio.layout = "mono"
        last_ms = -1
        for i, picture in enumerate(frames):
            if video is None:
                video = file.add_stream("libvpx", rate=round(fps))
                video.height, video.width = picture.shape[:2]
                video.pix_fmt = "yuv420p"
                video.bit_rate = 2_500_000
                video.codec_context.time_base = Fraction(1, 1000)
                video.options = {
                    "deadline": "realtime",
                    "cpu-used": "-6",
                }  # negative: a speed of its own, not one that the load of the machine decides
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
            last_ms = max(last_ms + 1, round(i * 1000 / fps + chance.normal(0, jitter_ms)))
            frame.pts, frame.time_base = last_ms, Fraction(1, 1000)
            file.mux(video.encode(frame))
        if video is not None:
            file.mux(video.encode(None))
        if audio is not None and sound is not None:
            for frame in _sound_frames(sound):
                file.mux(audio.encode(frame))
            file.mux(audio.encode(None))
    if application is not None:
        path.write_bytes(_renamed(path.read_bytes(), application.encode()))
    return path


def _sound_frames(sound: np.ndarray) -> Iterator[av.AudioFrame]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=48_000, frame_size=960)
    whole = av.AudioFrame.from_ndarray(sound.astype(np.float32)[None], format="flt", layout="mono")
    whole.sample_rate, whole.pts = SOUND_HZ, 0
    yield from resampler.resample(whole)
    yield from resampler.resample(None)


def _renamed(data: bytes, application: bytes) -> bytes:
    """Put another application's name over libav's own, of the same length in the file."""
    return re.sub(rb"Lav[fc]\d*[\d. a-z]*", lambda found: application[: len(found[0])].ljust(len(found[0]), b"\0"), data)


def tone(seconds: float, hz: float = 440.0) -> np.ndarray:
    """A quiet tone, float32 mono 24 kHz."""
    return (0.1 * np.sin(2 * np.pi * hz * np.arange(int(seconds * SOUND_HZ)) / SOUND_HZ)).astype(np.float32)


def noise_frames(count: int, side: int = 320, seed: int = 0) -> Iterator[np.ndarray]:
    """Moving noise without any face: uint8 (side, side, 3)."""
    chance = np.random.default_rng(seed)
    base = chance.integers(60, 190, (side, side, 3))
    for i in range(count):
        yield np.clip(np.roll(base, i, axis=1) + chance.integers(-6, 7, base.shape), 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Performance:
    """One take by a fictional actor: frames BGR, and sound float32 mono 24 kHz, before anything is encoded."""

    frames: list[np.ndarray]
    sound: np.ndarray
    take: Take
    fps: int = FPS

    def seconds(self, first_s: float, last_s: float) -> list[np.ndarray]:
        """The frames of a stretch."""
        return self.frames[round(first_s * self.fps) : round(last_s * self.fps)]

    def without_blinks(self) -> list[np.ndarray]:
        """The frames but those in which the lids move."""
        closed = [(b - 0.05, b + 0.35) for b in self.take.blinks_s]
        return [f for i, f in enumerate(self.frames) if not any(a <= i / self.fps <= b for a, b in closed)]


class Stage:
    """Lets the fictional actors answer challenges. One a session: it loads the engine's models."""

    def __init__(self, models: Path) -> None:
        self._faces = FaceModels(models)
        self._speaker = KokoroSpeaker(models)

    def close(self) -> None:
        """Free the models."""
        self._faces.close()

    def say(self, words: Sequence[str], voice: str) -> Spoken:
        """Speak words, apart from each other."""
        return self._speaker.say(" ".join(words), voice, PHRASE_SPEED, pause_between_words=True)

    def perform(self, actor: str, movements: Sequence[str], spoken: Spoken, *, side_px: int = 480, seed: int = 1) -> Performance:
        """Do the movements, then say the words."""
        still = (ACTORS_FOLDER / f"{actor}.jpg").read_bytes()
        take = plan_take(movements, len(spoken.samples) / SOUND_HZ)
        frames = list(perform(still, movements, spoken, self._faces, fps=FPS, side_px=side_px, seed=seed))
        return Performance(frames, placed(spoken, take, seed), take)


def placed(spoken: Spoken, take: Take, seed: int = 1) -> np.ndarray:
    """The words where the take has them, in a quiet room."""
    sound = np.random.default_rng(seed).normal(0, 0.0015, round(take.duration_s * SOUND_HZ)).astype(np.float32)
    start = round(take.speech_start_s * SOUND_HZ)
    part = spoken.samples[: len(sound) - start]
    sound[start : start + len(part)] += part
    return sound
