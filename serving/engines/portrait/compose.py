"""Owns putting a person into a setting: camera, light, grain. Draws neither person nor setting."""

from typing import Final

import cv2
import numpy as np

from serving.engines.portrait.faces import Floats, Picture
from serving.engines.portrait.mark import Mark
from serving.engines.portrait.setting import MARGIN, Setting

PERSON_PART: Final = 1.02
"""Side of the person's square in parts of the film's shorter side; its lower edge lies below the film's."""


class Composer:
    """Makes finished frames of one scene."""

    def __init__(self, setting: Setting, mark: Mark, camera: str, size: tuple[int, int], seconds: float, seed: int) -> None:
        self._setting, self._mark, self._camera = setting, mark, camera
        self._w, self._h = size
        self._seconds = max(seconds, 0.1)
        self._grain = np.random.default_rng(seed).normal(0, 1.6, (self._h + 64, self._w + 64, 1)).astype(np.float32)
        self._ramp: Floats | None = None

    def frame(self, person: Floats, t: float, film_t: float) -> Picture:
        """Compose one frame; `t` counts from the scene's start, `film_t` from the film's."""
        zoom, pan = self._move(t / self._seconds)
        picture = self._behind(t, zoom, pan)
        lit = self._lit(self._placed(person, zoom, pan), picture)
        alpha = lit[:, :, 3:] / 255
        picture = picture * (1 - alpha) + lit[:, :, :3]
        x, y = int(film_t * 977) % 64, int(film_t * 571) % 64
        picture += self._grain[y : y + self._h, x : x + self._w]
        self._mark.draw(picture, film_t)
        return np.clip(picture, 0, 255).astype(np.uint8)

    def _move(self, q: float) -> tuple[float, float]:
        ease = q * q * (3 - 2 * q)
        if self._camera == "push_in":
            return 1.0 + 0.16 * ease, 0.0
        if self._camera == "pan":
            return 1.03, 0.05 * (ease - 0.5) * 2
        return 1.0 + 0.05 * ease, 0.018 * np.sin(2 * np.pi * (0.5 * q - 0.25))

    def _behind(self, t: float, zoom: float, pan: float) -> Floats:
        wide = self._setting.picture.copy()
        self._setting.alive(wide, t)
        h, w = wide.shape[:2]
        scale = 1 + (zoom - 1) * 0.45
        x = (w - self._w / scale) / 2 + pan * 0.5 * self._w
        y = (h - self._h / scale) / 2
        matrix = np.asarray([[scale, 0, -x * scale], [0, scale, -y * scale]], np.float32)
        return cv2.warpAffine(wide, matrix, (self._w, self._h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def _placed(self, person: Floats, zoom: float, pan: float) -> Floats:
        """Where the recording ends at the sides and below, its edge goes on: shoulders are not cut off in the air."""
        side = person.shape[0]
        beside = side // 8
        wider = cv2.copyMakeBorder(person, 0, beside, beside, beside, cv2.BORDER_REPLICATE)
        scale = min(self._w, self._h) * PERSON_PART / side * zoom
        x = self._w / 2 - side * scale / 2 - pan * self._w * 0.9
        y = self._h * 1.05 - side * scale + (zoom - 1) * self._h * 0.55
        if person[0, :, 3].max() > 64:  # the recording cuts the hair: let the film's edge cut it, not the air
            y = min(y, -1.0)
        matrix = np.asarray([[scale, 0, x - beside * scale], [0, scale, y]], np.float32)
        return cv2.warpAffine(wider, matrix, (self._w, self._h), flags=cv2.INTER_LINEAR)

    def _lit(self, person: Floats, behind: Floats) -> Floats:
        """Tint, a light from one side, a rim where the setting is bright, and the setting's colour at the edge."""
        light = self._setting.light
        if self._ramp is None:
            across = np.linspace(-1, 1, self._w, dtype=np.float32)[None, :] * light.side
            down = np.linspace(0.04, -0.05, self._h, dtype=np.float32)[:, None]
            self._ramp = ((1 + 0.10 * across + down)[:, :, None] * np.asarray(light.tint, np.float32)).astype(np.float32)
        alpha = person[:, :, 3] / 255
        small = cv2.resize(alpha, (self._w // 4, self._h // 4), interpolation=cv2.INTER_AREA)
        wide = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2.2), (self._w, self._h))
        edge = np.clip(1.15 - wide, 0, 1) * alpha
        offset = np.asarray([[1, 0, -light.side * self._w * 0.012], [0, 1, self._h * 0.004]], np.float32)
        lee = cv2.warpAffine(wide, offset, (self._w, self._h), borderMode=cv2.BORDER_REPLICATE)
        rim = (np.clip(wide - lee, 0, 0.4) * 1.6 * alpha * light.rim_strength)[:, :, None]
        colour = person[:, :, :3] * self._ramp
        wrap = (edge * 0.22)[:, :, None]
        colour = colour * (1 - wrap) + behind * wrap * alpha[:, :, None] + rim * np.asarray(light.rim, np.float32)
        return np.dstack([np.minimum(colour, 255 * alpha[:, :, None]), person[:, :, 3:]])


__all__ = ["MARGIN", "Composer"]
