"""Owns the small recordings that mutated ones are made from: every container and codec that is read. Does not mutate."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from io import BytesIO

import av
import numpy as np

SOUND_HZ = 48_000
FPS = 10
KINDS: Mapping[str, tuple[str, str, str, dict[str, str]]] = {
    "vp8.webm": ("webm", "libvpx", "libopus", {"deadline": "realtime", "cpu-used": "-6"}),
    "vp9.webm": ("webm", "libvpx-vp9", "libopus", {"deadline": "realtime", "cpu-used": "8"}),
    "h264.mp4": ("mp4", "libx264", "aac", {"preset": "ultrafast"}),
    "h264-fragments.mp4": ("mp4", "libx264", "aac", {"preset": "ultrafast"}),
    "hevc.mp4": ("mp4", "libx265", "aac", {"preset": "ultrafast", "x265-params": "log-level=none"}),
    "h264-flac.mkv": ("matroska", "libx264", "flac", {"preset": "ultrafast"}),
}


def pictures(count: int, side: int = 240, seed: int = 3) -> list[np.ndarray]:
    """Coloured squares that move: uint8 (side, side, 3), cheap to write and to read."""
    chance = np.random.default_rng(seed)
    squares = chance.integers(60, 190, (side // 8, side // 8, 3)).astype(np.uint8).repeat(8, 0).repeat(8, 1)
    return [np.roll(squares, 3 * at, axis=1) for at in range(count)]


def sound(seconds: float, loudness: float = 0.1) -> np.ndarray:
    """A tone: float32 (samples,), 48 kHz."""
    return (loudness * np.sin(2 * np.pi * 440 * np.arange(int(seconds * SOUND_HZ)) / SOUND_HZ)).astype(np.float32)


def recording(
    kind: str = "vp8.webm",
    frames: list[np.ndarray] | None = None,
    tone: np.ndarray | None = None,
    *,
    times_s: list[float] | None = None,
    codecs: tuple[str, str] | None = None,
) -> bytes:
    """Write a recording: 2.4 s at 10 frames a second unless said. `times_s`: of the frames. `codecs`: others than the kind's."""
    form, picture_codec, sound_codec, options = KINDS[kind]
    picture_codec, sound_codec = codecs or (picture_codec, sound_codec)
    frames = pictures(24) if frames is None else frames
    tone = sound(2.4) if tone is None else tone
    out = BytesIO()
    container_options = {"movflags": "frag_keyframe+empty_moov"} if "fragments" in kind else {}
    with av.open(out, "w", format=form, options=container_options) as file:
        video, audio = file.add_stream(picture_codec, rate=FPS), file.add_stream(sound_codec, rate=SOUND_HZ)
        video.height, video.width = frames[0].shape[:2]
        video.pix_fmt, video.options = "yuvj420p" if picture_codec == "mjpeg" else "yuv420p", options if codecs is None else {}
        video.codec_context.time_base = Fraction(1, 1000)
        audio.layout = "mono"
        for at, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = round(1000 * (at / FPS if times_s is None else times_s[at])), Fraction(1, 1000)
            file.mux(video.encode(frame))
        file.mux(video.encode(None))
        for piece in _pieces(tone, audio.codec_context.format.name, 960 if sound_codec == "libopus" else 1024):
            file.mux(audio.encode(piece))
        file.mux(audio.encode(None))
    return out.getvalue()


def _pieces(tone: np.ndarray, form: str, size: int) -> list[av.AudioFrame]:
    resampler = av.AudioResampler(format=form, layout="mono", rate=SOUND_HZ, frame_size=size)
    whole = av.AudioFrame.from_ndarray(tone[None], format="flt", layout="mono")
    whole.sample_rate, whole.pts = SOUND_HZ, 0
    return [*resampler.resample(whole), *resampler.resample(None)]
