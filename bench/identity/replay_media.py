"""Makes copies of real recordings as people who replay them would, and fingerprints of nobody, drawn like real ones. Measures nothing.

Copies: the codecs and rates of the other benches, a telephone's band, noise, another beginning, another size, cropped edges, another
brightness and frame rate. What is drawn has the landmarks of real speech, moved a little, and the courses of real faces, moved, mirrored,
slowed, hurried and set together anew.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import scipy.signal
from numpy.typing import NDArray

from bench.identity import people
from bench.identity.sound_media import coded, read, through_opus
from identity.core import landmarks
from identity.core.fingerprint import Fingerprint, audio_marks, video_marks
from identity.core.landmarks import KEEP_ONE_OF, sampled, sound_landmarks, split
from identity.ports import SAMPLE_RATE_HZ, Samples

SECONDS = 10
STRETCH_S = 6
SIDE_PX = 360
Frames = list[tuple[float, NDArray[np.uint8]]]
Course = tuple[tuple[int, int], ...]


def sound_mark(samples: Samples) -> Fingerprint:
    """Mark a sound alone."""
    return Fingerprint("0" * 64, audio_marks(samples), (), sound_landmarks(samples))


def originals(half: people.Half | None = None) -> Iterator[Samples]:
    """Ten seconds of each reader, as a browser records them."""
    for utterance in people.utterances(half):
        sound = read(utterance.path)[: SECONDS * SAMPLE_RATE_HZ]
        if len(sound) >= 5 * SAMPLE_RATE_HZ:
            yield through_opus(sound)


def _noisy(sound: np.ndarray, under_db: float) -> np.ndarray:
    brown = scipy.signal.lfilter([1], [1, -0.9], np.random.default_rng(3).normal(0, 1, len(sound)))
    return sound + brown / brown.std() * np.sqrt(np.mean(sound**2)) * 10 ** (-under_db / 20)


def _telephone(sound: np.ndarray) -> np.ndarray:
    return scipy.signal.resample_poly(scipy.signal.resample_poly(sound, 1, 2), 2, 1)


SOUND_COPIES: dict[str, Callable[[np.ndarray], Samples]] = {
    "Opus 64 kbit/s": lambda sound: coded(sound, "libopus", "webm", 48_000, 64_000),
    "Opus 24 kbit/s": lambda sound: coded(sound, "libopus", "webm", 48_000, 24_000),
    "Opus 12 kbit/s": lambda sound: coded(sound, "libopus", "webm", 48_000, 12_000),
    "AAC 96 kbit/s": lambda sound: coded(sound, "aac", "mp4", 44_100, 96_000),
    "AAC 32 kbit/s": lambda sound: coded(sound, "aac", "mp4", 44_100, 32_000),
    "MP3 64 kbit/s": lambda sound: coded(sound, "libmp3lame", "mp3", 44_100, 64_000),
    "a telephone's band": lambda sound: coded(_telephone(sound), "libopus", "webm", 48_000, 16_000),
    "quieter, noise 30 dB under": lambda sound: coded(_noisy(sound * 0.3, 30), "libopus", "webm", 48_000, 32_000),
    "noise 20 dB under": lambda sound: coded(_noisy(sound, 20), "libopus", "webm", 48_000, 32_000),
    "noise 10 dB under": lambda sound: coded(_noisy(sound, 10), "libopus", "webm", 48_000, 32_000),
    "1.25 s late": lambda sound: coded(np.concatenate([np.zeros(20_000), sound]), "libopus", "webm", 48_000, 32_000),
    "without its first .73 s": lambda sound: coded(sound[11_680:], "aac", "mp4", 44_100, 64_000),
    "without its first 2.031 s": lambda sound: coded(sound[32_496:], "libopus", "webm", 48_000, 32_000),
}


def stretches() -> Iterator[Frames]:
    """Stretches of six seconds of every clip, one every five seconds, at most 360 pixels wide or high."""
    for clip in people.clips():
        frames = list(_frames(clip.path))
        for start in range(0, max(int(frames[-1][0]) - 4, 1), 5):
            yield [(time - start, picture) for time, picture in frames if start <= time < start + STRETCH_S]


def _frames(source: Path | io.BytesIO) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    with av.open(str(source) if isinstance(source, Path) else source) as file:
        for frame in file.decode(video=0):
            scale = min(1.0, SIDE_PX / max(frame.width, frame.height))
            size = (round(frame.width * scale) // 2 * 2, round(frame.height * scale) // 2 * 2)
            yield float(frame.time or 0.0), frame.to_ndarray(format="bgr24", width=size[0], height=size[1])


def picture_course(frames: Frames) -> Course:
    """Mark a picture, as identity.extraction does."""
    thumbnails = []
    for _, picture in frames:
        small = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
        thumbnails.append(small.reshape(8, 8, 8, 8).mean(axis=(1, 3)))
    return video_marks(np.asarray(thumbnails, np.float32), np.asarray([round(time * 1e6) for time, _ in frames], np.int64))


def _filmed(frames: Frames, codec: str, container: str, bit_rate: int, side_px: int, **options: str) -> Frames:
    data, (height, width) = io.BytesIO(), frames[0][1].shape[:2]
    scale = min(1.0, side_px / max(height, width))
    size = (round(width * scale) // 2 * 2, round(height * scale) // 2 * 2)
    with av.open(data, "w", format=container) as file:
        stream = file.add_stream(codec, rate=30, options=options)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = *size, "yuv420p", bit_rate
        stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for time, picture in frames:
            frame = av.VideoFrame.from_ndarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), format="bgr24")
            frame.pts, frame.time_base = round(time * 1000), Fraction(1, 1000)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    data.seek(0)
    return list(_frames(data))


def _vp8(frames: Frames, bit_rate: int = 600_000, side_px: int = 320) -> Frames:
    return _filmed(frames, "libvpx", "webm", bit_rate, side_px, deadline="realtime", **{"cpu-used": "8"})


def _late(frames: Frames) -> Frames:
    bright = [(time + 1.25, cv2.convertScaleAbs(picture, alpha=1.0, beta=20)) for time, picture in frames]
    return [(0.0, bright[0][1]), *bright]


def _cropped(frames: Frames, part: float) -> Frames:
    height, width = frames[0][1].shape[:2]
    rows, columns = slice(int(height * part), int(height * (1 - part))), slice(int(width * part), int(width * (1 - part)))
    return [(time, picture[rows, columns]) for time, picture in frames]


def _from(frames: Frames, start_s: float) -> Frames:
    return [(time - start_s, picture) for time, picture in frames if time >= start_s]


PICTURE_COPIES: dict[str, Callable[[Frames], Frames]] = {
    "VP8 600 kbit/s, smaller": _vp8,
    "VP8 250 kbit/s, smaller": lambda frames: _vp8(frames, 250_000, 240),
    "H.264 at CRF 32": lambda frames: _filmed(frames, "libx264", "mp4", 0, 360, crf="32", preset="ultrafast"),
    "1.25 s late, brighter": lambda frames: _vp8(_late(frames)),
    "edges of 4 % cropped": lambda frames: _vp8(_cropped(frames, 0.04)),
    "half the frames": lambda frames: _vp8(frames[::2]),
    "without its first second": lambda frames: _vp8(_from(frames, 1.0)),
    "without its first .73 s": lambda frames: _vp8(_from(frames, 0.73)),
}


class Drawing:
    """Draws fingerprints of nobody."""

    def __init__(self, sounds: list[Fingerprint], courses: list[Course], seed: int) -> None:
        """`sounds`, `courses`: real ones to draw after."""
        self._draw = np.random.default_rng(seed)
        self._pairs = np.concatenate([split(one.landmarks)[0] for one in sounds])
        self._counts = [len(one.landmarks) for one in sounds]
        self._words = np.concatenate([np.asarray(one.audio, np.uint16) for one in sounds])
        self._lengths = [len(one.audio) for one in sounds]
        self._courses = [np.asarray(one, np.uint64) for one in courses if len(one) >= 20]

    def one(self) -> Fingerprint:
        """Draw one."""
        draw, length = self._draw, int(self._draw.choice(self._lengths))
        starts = draw.integers(0, len(self._words) - 12, -(-length // 12))
        words = self._words[(starts[:, None] + np.arange(12)).reshape(-1)[:length]]
        return Fingerprint(draw.bytes(32).hex(), tuple(words.tolist()), self._course(), self._landmarks(length))

    def _landmarks(self, length: int) -> tuple[int, ...]:
        """Real pairs of points, each moved by up to 156 Hz, the step to the next by 47 Hz and 64 ms."""
        draw, count = self._draw, int(self._draw.choice(self._counts))
        pairs = draw.choice(self._pairs, count * KEEP_ONE_OF)
        first = np.clip((pairs >> 12) + draw.integers(-10, 11, len(pairs)), 0, 381)
        up = np.clip((pairs >> 5 & 127) + draw.integers(-3, 4, len(pairs)), 1, 127)
        apart = np.clip((pairs & 31) + draw.integers(-2, 3, len(pairs)), 0, 30)
        keys = first << 12 | up << 5 | apart
        kept = keys[sampled(keys, KEEP_ONE_OF)]
        times = np.sort(draw.integers(0, 2 * length, len(kept)))
        return tuple((kept << 11 | np.minimum(times, landmarks.LATEST)).tolist())

    def _course(self) -> Course:
        """Two or three pieces of real courses, mirrored or not, moved over the picture, slowed or hurried."""
        draw, parts = self._draw, []
        for _ in range(int(draw.integers(2, 4))):
            course = self._courses[int(draw.integers(len(self._courses)))]
            length = int(draw.integers(12, min(len(course), 30)))
            start = int(draw.integers(0, len(course) - length + 1))
            speed = draw.uniform(0.6, 1.6)
            steps = start + np.minimum(np.arange(0, length, speed).astype(np.int64), length - 1)
            piece = np.unpackbits(course[steps].astype(">u8").view(np.uint8).reshape(len(steps), 2, 8), axis=2).reshape(len(steps), 2, 8, 8)
            piece = piece[..., ::-1] if draw.random() < 0.5 else piece
            piece = np.roll(piece, (int(draw.integers(-2, 3)), int(draw.integers(-2, 3))), axis=(2, 3))
            parts.append(piece)
        whole = np.concatenate(parts)
        whole = whole ^ (draw.random(whole.shape) < 0.03)
        packed = np.packbits(whole.reshape(len(whole), 2, 64), axis=2).view(">u8").reshape(len(whole), 2)
        return tuple((int(changing), int(brighter)) for changing, brighter in packed)
