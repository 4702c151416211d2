"""Owns the visible mark: "AI" and the creator's handle, moving along the film's edge. Is no proof: the ledger is."""

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from serving.engines.portrait.faces import Floats

FONT: Final = "fonts/NanumGothicBold.ttf"
ROUND_S: Final = 16.0
"""Time for one round of the frame: 2 px a frame at 512 px and 24 fps, slow enough to read."""
_OPACITY: Final = 0.82


class Mark:
    """Draws `AI · @handle` a little further along the edge in every frame, so that no crop removes it everywhere."""

    def __init__(self, handle: str, width_px: int, height_px: int, models: Path) -> None:
        """Latin and Hangul are drawn; a sign that the font lacks shows as a box. Raises cv2.error without the font."""
        size = max(14, height_px // 24)
        font = cv2.FontFace(str(models / FONT))
        text = f"AI · @{handle.removeprefix('@')}"
        wide = cv2.getTextSize((width_px, height_px), text, (0, 0), font, size)[2]
        if wide > width_px * 0.6:
            size = max(9, int(size * width_px * 0.6 / wide))
            wide = cv2.getTextSize((width_px, height_px), text, (0, 0), font, size)[2]
        pad = size // 2
        canvas = np.zeros((size + 2 * pad, min(width_px, wide + 2 * pad), 3), np.uint8)
        cv2.putText(canvas, text, (pad, pad + int(size * 0.82)), (255, 255, 255), font, size)
        self._letters = canvas[:, :, :1].astype(np.float32) / 255
        shadow = cv2.GaussianBlur(self._letters, (0, 0), size / 7)
        self._shadow = np.clip(shadow * 1.5, 0, 1)[:, :, None]
        self._room = (width_px - canvas.shape[1], height_px - canvas.shape[0])

    def place(self, t: float) -> tuple[int, int]:
        """Top left corner of the mark at `t` seconds, in pixels."""
        w, h = self._room
        along = (t / ROUND_S + 0.62) % 1.0 * 2 * (w + h)
        if along < w:
            return int(along), 0
        if along < w + h:
            return w, int(along - w)
        if along < 2 * w + h:
            return int(2 * w + h - along), h
        return 0, int(2 * (w + h) - along)

    def draw(self, frame: Floats, t: float) -> None:
        """Draw on a BGR frame, 0..255, in place."""
        x, y = self.place(t)
        h, w = self._letters.shape[:2]
        patch = frame[y : y + h, x : x + w]
        patch *= 1 - 0.55 * self._shadow
        patch += (255 - patch) * self._letters * _OPACITY
