"""Owns recordings that tests make: files as a browser writes them, of test pictures and of fictional people.

Does not animate: that is the portrait engine's. What makes a file look captured here (a browser's name, uneven frame times)
anybody can write: that is why check 11 looks for signs, and proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

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
                video.options = {"deadline": "realtime", "cpu-used": "6"}
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
