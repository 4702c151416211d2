"""Owns stills of other people animated by this project's own engine: the attack that no geometry stops (docs/identity.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from bench.identity.attacks.stills import Shown, picture_of
from bench.identity.clips.film import Film, Picture, Stage
from serving.engines.portrait.acting import TURN_DEG, motions, plan_take
from serving.engines.portrait.actor import PHRASE_SPEED, perform
from serving.engines.portrait.speech import SAMPLE_RATE_HZ

FPS = 15.0


@dataclass(frozen=True)
class Animated:
    """A still made to do the movements and to speak the phrase. `shaded`: light that follows the turn, and a hand's shake,
    put there against the signs by which such pictures are known."""

    of: Shown
    movements: tuple[str, ...]
    phrase: tuple[str, ...]
    voice: str
    shaded: bool
    seed: int

    def film(self, stage: Stage) -> Film:
        return Film(self._frames(stage), FPS)

    def speech_start_s(self, stage: Stage) -> float:
        """When the lips begin."""
        return plan_take(self.movements, self._speech_s(stage)).speech_start_s

    def seconds(self, stage: Stage) -> float:
        """How long the take is."""
        return plan_take(self.movements, self._speech_s(stage)).duration_s

    def _speech_s(self, stage: Stage) -> float:
        return len(self._spoken(stage).samples) / SAMPLE_RATE_HZ

    def _spoken(self, stage: Stage):  # noqa: ANN202
        return stage.speaker.say(" ".join(self.phrase), self.voice, PHRASE_SPEED, pause_between_words=True)

    def _frames(self, stage: Stage) -> Iterator[Picture]:
        still = cv2.imencode(".png", picture_of(self.of, stage, 512))[1].tobytes()
        spoken = self._spoken(stage)
        frames = perform(still, self.movements, spoken, stage.faces, fps=int(FPS), side_px=512, seed=self.seed)
        if not self.shaded:
            yield from frames
            return
        take = plan_take(self.movements, len(spoken.samples) / SAMPLE_RATE_HZ)
        held = motions(take, round(take.duration_s * FPS), FPS, None, self.seed)
        yield from _shaded(frames, [one.yaw_deg / TURN_DEG for one in held], self.seed)


def _shaded(frames: Iterator[Picture], turned: list[float], seed: int) -> Iterator[Picture]:
    chance = np.random.default_rng(seed)
    across = np.linspace(-1, 1, 512, dtype=np.float32)[None, :, None]
    for i, (frame, turn) in enumerate(zip(frames, turned, strict=False)):
        lit = frame.astype(np.float32) * (1 + 0.16 * turn * across - 0.07 * abs(turn))
        shake = np.asarray([[1, 0, chance.normal(0, 0.5) + 2.5 * np.sin(i / 9)], [0, 1, chance.normal(0, 0.5)]], np.float32)
        yield np.clip(cv2.warpAffine(lit, shake, (512, 512), borderMode=cv2.BORDER_REPLICATE), 0, 255).astype(np.uint8)
