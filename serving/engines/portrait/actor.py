"""Owns recordings of the fictional actors, made for demonstrations and tests. Animates no real person.

The actors are nobody: computed bodies (infra/assets/actors/README.md). What they record answers a challenge the way
a person at a webcam would. That it passes the checks of the sandbox shows what those checks are worth (portrait notes).
"""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Final

import av
import cv2
import numpy as np

from serving.engines.portrait.acting import motions, plan_take
from serving.engines.portrait.animate import Head
from serving.engines.portrait.cutout import background, cut_out
from serving.engines.portrait.faces import FaceModels, Floats, Picture
from serving.engines.portrait.speech import SAMPLE_RATE_HZ, KokoroSpeaker, Sound, Spoken
from serving.engines.portrait.timing import align, lips

ACTORS: Final = {"joon": "jm_kumo", "maeve": "jf_gongitsune"}
"""Actor -> voice. Their stills are infra/assets/actors/<actor>.jpg.

Whisper base wrote down 8 of 8 phrases exactly (4 words, 3 digits, at PHRASE_SPEED, in the room sound below) of each of
jm_kumo, jf_gongitsune, jf_nezumi and jf_alpha: 32 of 32. jf_tebukuro is untried so; faster, it came to 1 of 4.
"""
PHRASE_SPEED: Final = 0.85
_OPUS_RATE_HZ: Final = 48_000


def record(
    still: bytes,
    movements: Sequence[str],
    phrase: Sequence[str],
    voice: str,
    models: FaceModels,
    speaker: KokoroSpeaker,
    *,
    fps: int = 24,
    side_px: int = 640,
    seed: int = 0,
    container: str = "webm",
) -> bytes:
    """Record one take: the movements in order, then the phrase. VP8 + Opus in webm, or H.264 + AAC in mp4.

    `still` is a JPEG or PNG of head and shoulders; `movements` are left, right, up, down from the actor's own side.
    Two takes with different seeds differ in every frame.
    """
    spoken = speaker.say(" ".join(phrase), voice, PHRASE_SPEED, pause_between_words=True)
    frames = perform(still, movements, spoken, models, fps=fps, side_px=side_px, seed=seed)
    sound = _room(spoken.samples, plan_take(movements, len(spoken.samples) / SAMPLE_RATE_HZ), seed)
    return write_recording(frames, sound, fps, side_px, container)


def perform(
    still: bytes, movements: Sequence[str], spoken: Spoken, models: FaceModels, *, fps: int, side_px: int, seed: int
) -> Iterator[Picture]:
    """Animate a still as a webcam would see it: uint8 BGR (side, side, 3), one a frame."""
    picture = cv2.resize(_decoded(still), (side_px, side_px), interpolation=cv2.INTER_AREA)
    mask = models.person(picture)
    head = Head(cut_out(picture, mask), models.landmarks(picture))
    wall = background(picture, mask)
    take = plan_take(movements, len(spoken.samples) / SAMPLE_RATE_HZ)
    count = round(take.duration_s * fps)
    mouth = lips(align(spoken), spoken.samples, count, fps, take.speech_start_s)
    camera = _Webcam(side_px, seed)
    for i, motion in enumerate(motions(take, count, fps, mouth, seed)):
        yield camera.see(head.frame(motion), wall, i / fps)


def swing_flat(photo: bytes, *, seconds: float = 8.0, fps: int = 24, side_px: int = 640, seed: int = 0, container: str = "webm") -> bytes:
    """Record an attack: a printed photograph, flat, swung left and right before the camera; a silent room."""
    picture = cv2.resize(_decoded(photo), (side_px, side_px), interpolation=cv2.INTER_AREA).astype(np.float32)
    wall = np.full((side_px, side_px, 3), (148, 152, 150), np.float32)
    camera = _Webcam(side_px, seed)
    count = round(seconds * fps)
    frames = (camera.see(_swung(picture, np.radians(38) * np.sin(2 * np.pi * i / fps / 3.2)), wall, i / fps) for i in range(count))
    silence = np.random.default_rng(seed).normal(0, 0.0015, int(seconds * SAMPLE_RATE_HZ)).astype(np.float32)
    return write_recording(frames, silence, fps, side_px, container)


def write_recording(frames: Iterator[Picture], sound: Sound, fps: int, side_px: int, container: str) -> bytes:
    """Encode frames and mono 24 kHz sound as a browser or a phone would."""
    out = BytesIO()
    video_codec, audio_codec = {"webm": ("libvpx", "libopus"), "mp4": ("libx264", "aac")}[container]
    with av.open(out, "w", format=container) as file:
        video = file.add_stream(video_codec, rate=fps)
        video.width = video.height = side_px
        video.pix_fmt = "yuv420p"
        video.bit_rate = 2_500_000
        video.options = {"deadline": "realtime", "cpu-used": "-6"} if container == "webm" else {"preset": "veryfast"}
        audio = file.add_stream(audio_codec, rate=_OPUS_RATE_HZ)
        audio.layout = "mono"
        for picture in frames:
            file.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        file.mux(video.encode(None))
        double = np.repeat(sound, _OPUS_RATE_HZ // SAMPLE_RATE_HZ)
        smooth = np.convolve(double, [0.25, 0.5, 0.25], mode="same").astype(np.float32)
        for start in range(0, len(smooth), 960):
            chunk = av.AudioFrame.from_ndarray(
                np.pad(smooth[start : start + 960], (0, max(0, start + 960 - len(smooth))))[None], format="flt", layout="mono"
            )
            chunk.sample_rate, chunk.pts = _OPUS_RATE_HZ, start
            for part in _resampled(audio, chunk):
                file.mux(audio.encode(part))
        file.mux(audio.encode(None))
    return out.getvalue()


class _Webcam:
    """A small sensor: noise, a slow exposure, a hand-held sway, a little softness."""

    def __init__(self, side_px: int, seed: int) -> None:
        self._random = np.random.default_rng(seed + 1)
        self._phase = self._random.uniform(0, 2 * np.pi, 6)
        self._grain = self._random.normal(0, 1.0, (4, side_px, side_px, 3)).astype(np.float32)
        self._fixed = self._random.normal(0, 0.6, (side_px, side_px, 3)).astype(np.float32)

    def see(self, person: Floats, wall: Floats, t: float) -> Picture:
        s = lambda k, hz: float(np.sin(2 * np.pi * hz * t + self._phase[k]))  # noqa: E731
        side = wall.shape[0]
        body = np.asarray([[1, 0, 1.6 * s(0, 0.31)], [0, 1, 1.2 * s(1, 0.24)]], np.float32)
        stood = cv2.warpAffine(person, body, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        picture = stood[:, :, :3] + wall * (1 - stood[:, :, 3:] / 255)
        hand = np.asarray([[1.012, 0, 0.9 * s(2, 0.42) - 0.006 * side], [0, 1.012, 0.7 * s(3, 0.57) - 0.006 * side]], np.float32)
        picture = cv2.warpAffine(picture, hand, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        picture *= 1 + 0.022 * s(4, 0.13) + 0.008 * s(5, 0.9)
        shift = self._random.integers(0, side, 2)
        grain = np.roll(self._grain[int(self._random.integers(4))], tuple(int(v) for v in shift), (0, 1))
        picture += (1.4 + 0.008 * (255 - picture)) * grain * 0.9 + self._fixed
        return np.clip(picture, 0, 255).astype(np.uint8)


def _swung(picture: Floats, angle: float) -> Floats:
    side = picture.shape[0]
    half, far = side * 0.42, 2.2
    corners = np.asarray([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32)
    x, z = corners[:, 0] * np.cos(angle), corners[:, 0] * np.sin(angle)
    scale = far / (far + z)
    target = np.stack([x * scale, corners[:, 1] * scale], axis=1) * half + side / 2
    source = (corners + 1) / 2 * (side - 1)
    matrix = cv2.getPerspectiveTransform(source.astype(np.float32), target.astype(np.float32))
    alpha = np.full((side, side, 1), 255, np.float32)
    return cv2.warpPerspective(np.concatenate([picture, alpha], axis=2), matrix, (side, side))


def _room(speech: Sound, take, seed: int) -> Sound:  # noqa: ANN001
    random = np.random.default_rng(seed + 2)
    sound = random.normal(0, 0.0012, int(take.duration_s * SAMPLE_RATE_HZ)).astype(np.float32)
    echo = np.zeros(int(0.12 * SAMPLE_RATE_HZ), np.float32)
    echo[0] = 1.0
    echo[1:] = random.normal(0, 0.012, len(echo) - 1) * np.exp(-np.arange(1, len(echo)) / (0.03 * SAMPLE_RATE_HZ))
    wet = np.convolve(speech, echo)[: len(sound)]
    at = int(take.speech_start_s * SAMPLE_RATE_HZ)
    end = min(len(sound), at + len(wet))
    sound[at:end] += wet[: end - at] * 0.8
    return np.clip(sound, -1, 1)


def _resampled(stream, frame: av.AudioFrame) -> list[av.AudioFrame]:  # noqa: ANN001
    target = stream.format.name if stream.format else "flt"
    return av.AudioResampler(target, "mono", _OPUS_RATE_HZ).resample(frame)


def _decoded(still: bytes) -> Picture:
    picture = cv2.imdecode(np.frombuffer(still, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("the still is no picture")
    return picture
