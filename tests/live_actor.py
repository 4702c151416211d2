"""A fictional actor who answers live steps: sees a step, reacts like a person, is filmed and streamed as webm. Turns and words only."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np

from bench.identity.stepwise import HEIGHT, Acting
from serving.engines.portrait.acting import blink_at, sway
from serving.engines.portrait.actor import PHRASE_SPEED
from serving.engines.portrait.animate import Head, Motion
from serving.engines.portrait.cutout import background, cut_out
from serving.engines.portrait.faces import FaceModels
from serving.engines.portrait.speech import KokoroSpeaker
from tests.media import ACTORS_FOLDER, SOUND_HZ, VOICES

FPS = 15
SIDE_PX = 400
WORD_S = 0.8


class _Pipe:
    """What the muxer writes, in pieces; it cannot go back, as a recorder cannot."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, data: bytes) -> int:
        self.written += data
        return len(data)

    def take(self) -> bytes:
        data, self.written = bytes(self.written), bytearray()
        return data


class LiveActor:
    """A Performer (tests.live_client). `react`: seconds from seeing a step to its answer, mean and standard deviation."""

    def __init__(
        self, actor: str, faces: FaceModels, speaker: KokoroSpeaker, *, react: tuple[float, float] = (0.55, 0.12), seed: int = 1
    ) -> None:
        self.acting = Acting(word_s=WORD_S)
        self.seen: list[dict[str, Any]] = []
        self._voice, self._speaker, self._react = VOICES[actor], speaker, react
        self._chance, self._noise = random.Random(seed), np.random.default_rng(seed)
        self._phase = self._noise.uniform(0, 2 * np.pi, 9)
        picture = cv2.imdecode(np.frombuffer((ACTORS_FOLDER / f"{actor}.jpg").read_bytes(), np.uint8), cv2.IMREAD_COLOR)
        picture = cv2.resize(picture, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        mask = faces.person(picture)
        self._head, self._wall = Head(cut_out(picture, mask), faces.landmarks(picture)), background(picture, mask)
        self._said: dict[str, np.ndarray] = {}
        self._pipe, self._frames, self._samples = _Pipe(), 0, 0
        self._file = av.open(self._pipe, "w", format="webm", options={"live": "1", "cluster_time_limit": "200"})  # type: ignore[arg-type]
        self._video = self._file.add_stream("libvpx", rate=FPS)
        self._video.width = self._video.height = SIDE_PX
        self._video.pix_fmt, self._video.bit_rate = "yuv420p", 1_500_000
        self._video.codec_context.time_base = Fraction(1, 1000)
        self._video.options = {"deadline": "realtime", "cpu-used": "-8", "lag-in-frames": "0"}
        self._audio = self._file.add_stream("libopus", rate=48_000)
        self._audio.layout = "mono"
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=48_000, frame_size=960)

    def see(self, step: dict[str, Any], at_us: int) -> None:
        self.seen.append(step | {"at_us": at_us})
        self.acting.respond(step["do"], step["what"], at_us / 1e6 + max(0.25, self._chance.gauss(*self._react)))

    def film(self, until_us: int) -> bytes:
        sound = self._sound(round(until_us / 1e6 * SOUND_HZ))
        while self._frames * 1_000_000 // FPS < until_us:
            t = self._frames / FPS
            frame = av.VideoFrame.from_ndarray(self._frame(t), format="bgr24")
            frame.pts, frame.time_base = round(t * 1000 + self._noise.normal(0, 3)) + 20, Fraction(1, 1000)
            self._file.mux(self._video.encode(frame))
            self._frames += 1
        part = av.AudioFrame.from_ndarray(sound[None], format="flt", layout="mono")
        part.sample_rate, part.pts = SOUND_HZ, self._samples
        self._samples += len(sound)
        for resampled in self._resampler.resample(part):
            self._file.mux(self._audio.encode(resampled))
        return self._pipe.take()

    def _frame(self, t: float) -> np.ndarray:
        yaw, pitch, roll = sway(t, self._phase)
        for moving in self.acting.motions:
            amount = moving.amount(t)
            yaw, pitch = yaw + HEIGHT[moving.kind][0] * amount, pitch + HEIGHT[moving.kind][1] * amount
        loud = min(1.0, 6 * float(np.sqrt(np.mean(self._speech(round(t * SOUND_HZ), SOUND_HZ // FPS) ** 2))))
        blink = blink_at(t % 3.1, (2.4,))
        person = self._head.frame(
            Motion(yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll, gap=0.13 * loud if loud > 0.05 else None, blink=blink)
        )
        picture = person[:, :, :3] + self._wall * (1 - person[:, :, 3:] / 255)
        return np.clip(picture + self._noise.normal(0, 2.0, picture.shape), 0, 255).astype(np.uint8)

    def _sound(self, until: int) -> np.ndarray:
        count = until - self._samples
        room = self._noise.normal(0, 0.0015, count)
        return (room + self._speech(self._samples, count)).astype(np.float32)

    def _speech(self, start: int, count: int) -> np.ndarray:
        """The words that sound in those samples, each where it is said."""
        mixed = np.zeros(count, np.float32)
        for word, begin_s in self.acting.words:
            begin = round(begin_s * SOUND_HZ)
            if begin >= start + count or begin + 2 * SOUND_HZ <= start:
                continue
            if word not in self._said:
                self._said[word] = self._speaker.say(word, self._voice, PHRASE_SPEED).samples
            a, b = max(start, begin), min(start + count, begin + len(self._said[word]))
            if a < b:
                mixed[a - start : b - start] += self._said[word][a - begin : b - begin]
        return mixed
