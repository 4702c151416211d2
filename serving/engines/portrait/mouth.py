"""Owns drawing the inside of an open mouth: dark, tongue, teeth. Does not open the mouth."""

import cv2
import numpy as np

from serving.engines.portrait.faces import Floats
from serving.engines.portrait.topology import LIP_LOWER_IN, LIP_UPPER_IN

_SCALE = 4
_TEETH_EYE_DISTANCES = 0.055
_DARK = np.asarray([16, 14, 34], np.float32)
_TONGUE = np.asarray([62, 60, 128], np.float32)
_TEETH = np.asarray([196, 214, 222], np.float32)
_CHEEKS = (50, 280)


def draw_inside(picture: Floats, moved: Floats, source: Floats, still: Floats, eye_px: float) -> None:
    """Draw between the inner lips of `moved` (468, 2), in place, tinted by the cheeks of the source picture."""
    upper, lower = moved[list(LIP_UPPER_IN)], moved[list(LIP_LOWER_IN)]
    outline = np.concatenate([upper, lower[-2:0:-1]])
    x0, y0 = np.floor(outline.min(axis=0)).astype(int) - 3
    x1, y1 = np.ceil(outline.max(axis=0)).astype(int) + 4
    h, w = picture.shape[:2]
    if x0 < 0 or y0 < 0 or x1 > w or y1 > h:
        return
    size = ((y1 - y0) * _SCALE, (x1 - x0) * _SCALE)
    place = lambda p: np.round((p - (x0, y0)) * _SCALE).astype(np.int32)  # noqa: E731
    inside = np.zeros(size, np.float32)
    cv2.fillPoly(inside, [place(outline)], 1.0)
    inside = cv2.GaussianBlur(inside, (0, 0), _SCALE * 0.7)
    layer = _inside_of(size, upper, lower, place, eye_px)
    tint = _tint(source, still)
    small = (x1 - x0, y1 - y0)
    alpha = cv2.resize(inside, small, interpolation=cv2.INTER_AREA)[:, :, None]
    colour = cv2.resize(layer, small, interpolation=cv2.INTER_AREA) * tint
    patch = picture[y0:y1, x0:x1]
    patch[:, :, :3] = patch[:, :, :3] * (1 - alpha) + colour * alpha
    patch[:, :, 3:] = np.maximum(patch[:, :, 3:], 255 * alpha)


def _inside_of(size: tuple[int, int], upper: Floats, lower: Floats, place, eye_px: float) -> Floats:  # noqa: ANN001
    layer = np.empty((*size, 3), np.float32)
    layer[:] = _DARK
    middle = (upper[5] + lower[5]) / 2
    gap = float(np.linalg.norm(lower[5] - upper[5]))
    wide = float(np.linalg.norm(upper[0] - upper[-1]))
    tongue = np.zeros(size, np.float32)
    centre = place(middle * 0.25 + lower[5] * 0.75 + np.asarray([0, gap * 0.18]))
    axes = (max(1, int(wide * 0.30 * _SCALE)), max(1, int(gap * 0.42 * _SCALE)))
    cv2.ellipse(tongue, tuple(int(v) for v in centre), axes, 0, 0, 360, 1.0, -1)
    tongue = cv2.GaussianBlur(tongue, (0, 0), max(1.0, gap * 0.16 * _SCALE))[:, :, None] * 0.85
    layer = layer * (1 - tongue) + _TONGUE * tongue
    height = min(_TEETH_EYE_DISTANCES * eye_px, gap * 0.62)
    down = (lower[5] - upper[5]) / max(gap, 1e-3)
    u = np.linspace(-1, 1, len(upper))[:, None]
    drop = height * np.sqrt(np.clip(1 - 0.75 * u**2, 0, 1))
    strip = np.concatenate([upper - down * 2, (upper + down * drop)[::-1]])
    teeth = np.zeros(size, np.float32)
    cv2.fillPoly(teeth, [place(strip)], 1.0)
    teeth = cv2.GaussianBlur(teeth, (0, 0), _SCALE * 0.8)
    left, right = place(upper[0])[0], place(upper[-1])[0]
    along = np.clip((np.arange(size[1]) - left) / max(1, right - left), 0, 1)
    fade = np.clip(np.sin(np.pi * along) * 1.9 - 0.55, 0, 1) * min(1.0, gap / (0.05 * eye_px))
    teeth = (teeth * fade[None, :] * 0.88)[:, :, None]
    shade = 1 - 0.25 * np.abs(along - 0.5)[None, :, None] * 2
    return (layer * (1 - teeth) + _TEETH * shade * teeth).astype(np.float32)


def _tint(source: Floats, still: Floats) -> Floats:
    """The cheeks' light: brightness wholly, hue by a third, so that teeth do not look blue-grey."""
    colours = []
    for i in _CHEEKS:
        x, y = np.round(still[i]).astype(int)
        patch = source[max(0, y - 6) : y + 7, max(0, x - 6) : x + 7, :3].reshape(-1, 3)
        colours.append(patch.mean(axis=0) if len(patch) else np.full(3, 150.0))
    mean = np.mean(colours, axis=0)
    bright = float(mean.mean())
    hue = mean / max(bright, 1.0)
    level = 0.45 + 0.55 * min(1.25, bright / 165.0)
    return (level * (0.67 + 0.33 * hue)).astype(np.float32)
