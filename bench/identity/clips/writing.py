"""Owns writing a recording: as a browser writes what a camera gives, or as programs write what they made.

What makes a file look captured (a browser's name, uneven frame times) anybody can write; the attacks of the bench that are
injected write it too, unless their kind is named after not doing so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal

import av
import numpy as np

from bench.identity.clips.film import Film

Container = Literal["captured", "named", "even", "desktop"]
"""captured: webm, a browser's name, frame times that jitter · named: webm with libavformat's name · even: a browser's name and
frame times as even as a program's · desktop: mp4 of H.264 and AAC as an editor writes it."""
SOUND_HZ: Final = 24_000
JITTER_MS: Final = 4.0
_OPUS_HZ: Final = 48_000


def write_picture(path: Path, film: Film, container: Container, seed: int) -> None:
    """Encode frames alone."""
    chance = np.random.default_rng(seed)
    jitter = JITTER_MS if container in ("captured", "named") else 0.0
    webm = container != "desktop"
    with av.open(str(path), "w", format="webm" if webm else "mp4") as file:
        video, last_ms = None, -1
        for i, picture in enumerate(film.frames):
            if video is None:
                video = file.add_stream("libvpx" if webm else "libx264", rate=round(film.fps))
                video.height, video.width = picture.shape[:2]
                video.pix_fmt = "yuv420p"
                video.bit_rate = film.bit_rate
                video.codec_context.time_base = Fraction(1, 1000)
                video.options = {"deadline": "realtime", "cpu-used": "-6"} if webm else {"preset": "veryfast"}
                video.thread_count = 1
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
            last_ms = max(last_ms + 1, round(i * 1000 / film.fps + chance.normal(0, jitter)))
            frame.pts, frame.time_base = last_ms, Fraction(1, 1000)
            file.mux(video.encode(frame))
        assert video is not None
        file.mux(video.encode(None))


def join(path: Path, picture: Path, sound: np.ndarray, container: Container) -> Path:
    """Join encoded frames and sound float32 mono 24 kHz into one recording, frames untouched."""
    webm = container != "desktop"
    with av.open(str(picture)) as frames, av.open(str(path), "w", format="webm" if webm else "mp4") as file:
        source = frames.streams.video[0]
        video = file.add_stream_from_template(source)
        audio = file.add_stream("libopus" if webm else "aac", rate=_OPUS_HZ)
        audio.layout = "mono"
        packets = [*_sound_packets(audio, sound)]
        done = 0
        for packet in frames.demux(source):
            if packet.dts is None or packet.pts is None:
                continue
            while done < len(packets) and _seconds(packets[done]) <= _seconds(packet):
                file.mux(packets[done])
                done += 1
            packet.stream = video
            file.mux(packet)
        for packet in packets[done:]:
            file.mux(packet)
    if container in ("captured", "even"):
        path.write_bytes(_renamed(path.read_bytes()))
    return path


def _seconds(packet: av.Packet) -> float:
    return float((packet.pts or 0) * (packet.time_base or Fraction(1, _OPUS_HZ)))


def _sound_packets(audio: av.AudioStream, sound: np.ndarray) -> Iterator[av.Packet]:
    name = "flt" if audio.codec_context.name == "libopus" else "fltp"
    resampler = av.AudioResampler(format=name, layout="mono", rate=_OPUS_HZ, frame_size=960 if name == "flt" else 1024)
    whole = av.AudioFrame.from_ndarray(sound.astype(np.float32)[None], format="flt", layout="mono")
    whole.sample_rate, whole.pts = SOUND_HZ, 0
    for frame in (*resampler.resample(whole), *resampler.resample(None)):
        yield from audio.encode(frame)
    yield from audio.encode(None)


def _renamed(data: bytes) -> bytes:
    """Put a browser's name over libav's own, of the same length in the file."""
    return re.sub(rb"Lav[fc]\d*[\d. a-z]*", lambda found: b"Chrome"[: len(found[0])].ljust(len(found[0]), b"\0"), data)
