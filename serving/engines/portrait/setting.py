"""Owns drawn backgrounds, their light on a person, and their movement. Draws no person.

Every setting is computed from a seed: no picture is loaded. Colours are BGR, 0..255, as seen.
"""

from collections.abc import Callable
from typing import Final

import cv2
import msgspec
import numpy as np

from serving.engines.portrait.faces import Floats

MARGIN: Final = 1.24
"""A background is drawn this much larger than the film, so that the camera can move."""


class Light(msgspec.Struct, frozen=True):
    """What a setting does to a person: `tint` multiplies BGR; `side` -1..1 is where the light comes from (1 = right)."""

    tint: tuple[float, float, float]
    side: float
    rim: tuple[float, float, float]
    rim_strength: float


class Setting(msgspec.Struct, frozen=True):
    """A drawn place: still `picture` float32 (h, w, 3); `alive` adds what moves at t seconds, in place on a copy."""

    picture: Floats
    light: Light
    alive: Callable[[Floats, float], None]


def draw(name: str, width_px: int, height_px: int, seed: int) -> Setting:
    """Draw a setting by name (`serving.core.plan.SETTING_WORDS`); an unknown name is drawn as a studio."""
    w, h = int(width_px * MARGIN), int(height_px * MARGIN)
    drawn = _DRAWN.get(name, _studio)(w, h, np.random.default_rng(seed))
    return msgspec.structs.replace(drawn, picture=np.clip(drawn.picture, 0, 255))


def _gradient(w: int, h: int, stops: list[tuple[float, tuple[int, int, int]]]) -> Floats:
    y = np.linspace(0, 1, h)
    places = [s[0] for s in stops]
    column = np.stack([np.interp(y, places, [s[1][c] for s in stops]) for c in range(3)], axis=1)
    return np.repeat(column[:, None], w, axis=1).astype(np.float32)


def _clouds(w: int, h: int, random: np.random.Generator, coarse: int) -> Floats:
    out = np.zeros((h, w), np.float32)
    for k in range(4):
        grid = random.random((max(2, coarse << k), max(2, (coarse << k) * 2))).astype(np.float32)
        out += cv2.resize(grid, (w, h), interpolation=cv2.INTER_CUBIC) / 2 ** (k + 1)
    return out


def _glow(picture: Floats, x: float, y: float, radius: float, colour: tuple[float, float, float]) -> None:
    h, w = picture.shape[:2]
    ys, xs = np.ogrid[0:h, 0:w]
    fall = np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * radius**2)).astype(np.float32)
    picture += fall[:, :, None] * np.asarray(colour, np.float32)


def _discs(w: int, h: int, random: np.random.Generator, count: int, colours: list[tuple[int, int, int]], size: float) -> Floats:
    layer = np.zeros((h, w, 3), np.float32)
    for _ in range(count):
        x, y = int(random.uniform(0, w)), int(random.beta(2, 2.4) * h)
        r = int(random.uniform(0.4, 1.0) * size * w)
        disc = np.zeros((h, w, 3), np.float32)
        cv2.circle(disc, (x, y), r, colours[int(random.integers(len(colours)))], -1, cv2.LINE_AA)
        layer += disc * random.uniform(0.25, 0.7)
    return cv2.GaussianBlur(layer, (0, 0), max(1.0, w * 0.004))


def _studio(w: int, h: int, random: np.random.Generator) -> Setting:
    picture = _gradient(w, h, [(0, (74, 66, 60)), (0.6, (104, 96, 90)), (1, (58, 52, 48))])
    _glow(picture, w * 0.36, h * 0.34, w * 0.30, (62, 58, 56))
    picture += (_clouds(w, h, random, 3)[:, :, None] - 0.47) * 10
    return Setting(picture, Light((0.99, 1.0, 1.01), -0.5, (200, 205, 215), 0.20), _breathing(w, h, 0.02))


def _beach(w: int, h: int, random: np.random.Generator) -> Setting:
    sea, sand = int(h * 0.52), int(h * 0.74)
    picture = _gradient(
        w,
        h,
        [
            (0, (214, 164, 104)),
            (0.36, (232, 206, 168)),
            (0.519, (226, 222, 214)),
            (0.52, (168, 132, 62)),
            (0.73, (186, 172, 104)),
            (0.75, (150, 196, 222)),
            (1, (122, 168, 200)),
        ],
    )
    cloud = np.clip(_clouds(w, h, random, 3) * 2.4 - 1.15, 0, 1) * np.linspace(1, 0.3, h)[:, None] * (np.arange(h) < sea)[:, None]
    picture += cloud[:, :, None] * 46
    picture[sand:] += (random.normal(0, 7, (h - sand, w, 1))).astype(np.float32)
    _glow(picture, w * 0.80, h * 0.16, w * 0.16, (90, 130, 150))
    picture = cv2.GaussianBlur(picture, (0, 0), w * 0.006)

    def alive(frame: Floats, t: float) -> None:
        for k in range(9):
            y = sea + (sand - sea) * (0.08 + 0.11 * k) + 2.5 * np.sin(t * 1.1 + k)
            xs = np.arange(0, w + 8, 8)
            wave = y + (1 + 0.5 * k) * np.sin(xs / (26.0 + 6 * k) + t * (1.5 - 0.08 * k) + 2.1 * k)
            points = np.stack([xs, wave], axis=1).astype(np.int32)
            line = (float(min(255, 205 + 5 * k)), float(min(255, 200 + 5 * k)), float(150 + 8 * k))
            layer = frame[sea:sand]
            cv2.polylines(layer, [points - (0, sea)], isClosed=False, color=line, thickness=1 + k // 4, lineType=cv2.LINE_AA)
        frame[sea:sand] = cv2.GaussianBlur(frame[sea:sand], (0, 0), 1.6)

    return Setting(picture, Light((0.97, 1.01, 1.06), 0.8, (190, 225, 255), 0.45), alive)


def _forest(w: int, h: int, random: np.random.Generator) -> Setting:
    picture = _gradient(w, h, [(0, (96, 150, 128)), (0.5, (88, 138, 104)), (1, (38, 66, 48))])
    for depth in range(3):
        layer, shade = picture.copy(), 0.85 - 0.22 * depth
        for _ in range(7 - depth):
            x, wide = random.uniform(0, w), random.uniform(0.010, 0.022) * w * (1 + depth)
            lean = random.normal(0, 0.02 * w)
            trunk = np.asarray([(x, h), (x + wide, h), (x + lean + wide * 0.6, 0), (x + lean, 0)], np.int32)
            cv2.fillPoly(layer, [trunk], (58 * shade, 74 * shade, 84 * shade), cv2.LINE_AA)
        picture = cv2.GaussianBlur(layer, (0, 0), w * (0.007 - 0.001 * depth))
    picture += _discs(w, h, random, 60, [(70, 140, 96), (60, 160, 130), (96, 190, 150)], 0.035) * 0.55
    _glow(picture, w * 0.22, h * 0.12, w * 0.24, (70, 110, 110))

    def alive(frame: Floats, t: float) -> None:
        ray = np.clip(np.sin(np.linspace(0, 9, w) + 0.35 * np.sin(t * 0.4)) * 0.5 + 0.2, 0, 1)
        frame += (ray[None, :, None] * np.linspace(1, 0, h)[:, None, None] * np.asarray((12, 22, 20))).astype(np.float32) * (
            1 + 0.2 * np.sin(t)
        )
        frame.clip(0, 255, out=frame)

    return Setting(picture, Light((0.95, 1.03, 1.0), -0.7, (150, 235, 220), 0.35), alive)


def _towers(picture: Floats, random: np.random.Generator, colour: tuple[float, float, float], lamps: float) -> Floats:
    h, w = picture.shape[:2]
    x = 0.0
    while x < w:
        wide, top = random.uniform(0.05, 0.12) * w, random.uniform(0.22, 0.58) * h
        cv2.rectangle(picture, (int(x), int(top)), (int(x + wide), h), colour, -1)
        for wy in np.arange(top + 8, h, h * 0.026):
            for wx in np.arange(x + 5, x + wide - 5, w * 0.017):
                if random.random() < lamps:
                    lamp = (96 + 60 * random.random(), 170 + 50 * random.random(), 235)
                    cv2.rectangle(picture, (int(wx), int(wy)), (int(wx + w * 0.008), int(wy + h * 0.012)), lamp, -1)
        x += wide + random.uniform(-0.01, 0.03) * w
    return picture


def _city(w: int, h: int, random: np.random.Generator) -> Setting:
    picture = _gradient(w, h, [(0, (206, 176, 138)), (0.5, (214, 204, 196)), (1, (150, 150, 152))])
    far = cv2.GaussianBlur(_towers(picture, random, (176, 164, 154), 0.05), (0, 0), w * 0.006)
    near = cv2.GaussianBlur(_towers(far, random, (122, 116, 112), 0.12), (0, 0), w * 0.007)
    _glow(near, w * 0.75, h * 0.2, w * 0.25, (50, 60, 70))
    return Setting(near, Light((1.02, 1.0, 0.99), 0.6, (235, 232, 225), 0.30), _breathing(w, h, 0.02))


def _night(w: int, h: int, random: np.random.Generator) -> Setting:
    picture = _gradient(w, h, [(0, (46, 22, 20)), (0.6, (72, 36, 46)), (1, (34, 22, 30))])
    picture = cv2.GaussianBlur(_towers(picture, random, (36, 24, 26), 0.30), (0, 0), w * 0.009)
    lights = _discs(w, h, random, 34, [(220, 90, 180), (230, 190, 60), (80, 130, 250), (120, 220, 250)], 0.026)

    def alive(frame: Floats, t: float) -> None:
        frame += lights * (0.62 + 0.10 * np.sin(t * 1.7))
        frame.clip(0, 255, out=frame)

    return Setting(picture, Light((0.88, 0.78, 0.80), 0.7, (255, 130, 230), 0.65), alive)


def _space(w: int, h: int, random: np.random.Generator) -> Setting:
    picture = _gradient(w, h, [(0, (28, 10, 8)), (1, (46, 20, 26))])
    nebula = np.clip(_clouds(w, h, random, 2) * 2.2 - 0.9, 0, 1)[:, :, None]
    picture += nebula * np.asarray((92, 34, 74)) + np.clip(nebula - 0.4, 0, 1) * np.asarray((60, 60, 10))
    cv2.circle(picture, (int(w * 0.82), int(h * 0.24)), int(w * 0.12), (150, 128, 112), -1, cv2.LINE_AA)
    shade = np.zeros((h, w, 3), np.float32)
    cv2.circle(shade, (int(w * 0.86), int(h * 0.27)), int(w * 0.125), (150, 130, 116), -1, cv2.LINE_AA)
    picture -= cv2.GaussianBlur(shade, (0, 0), w * 0.02) * 0.75
    stars = [(random.uniform(0, w), random.uniform(0, h), random.uniform(0.3, 1), random.uniform(0, 6.3)) for _ in range(170)]

    def alive(frame: Floats, t: float) -> None:
        for x, y, bright, phase in stars:
            level = 255 * bright * (0.75 + 0.25 * np.sin(t * 2.2 + phase))
            cv2.circle(frame, (int(x), int(y)), 1, (level, level, level), -1, cv2.LINE_AA)

    return Setting(np.clip(picture, 0, 255), Light((0.97, 0.88, 0.88), 0.8, (255, 210, 190), 0.55), alive)


def _breathing(w: int, h: int, amount: float) -> Callable[[Floats, float], None]:
    ramp = np.linspace(-1, 1, w, dtype=np.float32)[None, :, None]
    del h

    def alive(frame: Floats, t: float) -> None:
        frame *= 1 + amount * np.sin(t * 0.8) * ramp

    return alive


_DRAWN: Final = {"studio": _studio, "beach": _beach, "forest": _forest, "city": _city, "night": _night, "space": _space}
