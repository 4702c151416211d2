"""Owns the sound of a place, computed and quiet. Does not own speech."""

from collections.abc import Callable
from typing import Final

import numpy as np

from serving.engines.portrait.speech import SAMPLE_RATE_HZ, Sound


def ambience(name: str, seconds: float, seed: int) -> Sound:
    """Make the sound of a place by name (`serving.core.plan.SOUNDS`): float32 mono 24 kHz, about -38 dB."""
    count = int(seconds * SAMPLE_RATE_HZ)
    random = np.random.default_rng(seed)
    sound = _MADE.get(name, _room)(np.arange(count) / SAMPLE_RATE_HZ, random)
    return (sound / max(1e-6, float(np.sqrt(np.mean(sound**2)))) * 0.0125).astype(np.float32)


def _coloured(count: int, random: np.random.Generator, low_hz: float, high_hz: float, slope: float) -> Sound:
    spectrum = np.fft.rfft(random.normal(0, 1, count))
    hertz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ)
    shape = np.where((hertz > low_hz) & (hertz < high_hz), (np.maximum(hertz, 20) / 200) ** -slope, 0)
    return np.fft.irfft(spectrum * shape, count).astype(np.float32)


def _room(t: Sound, random: np.random.Generator) -> Sound:
    return _coloured(len(t), random, 40, 4000, 0.9)


def _waves(t: Sound, random: np.random.Generator) -> Sound:
    swell = 0.35 + 0.65 * np.clip(np.sin(2 * np.pi * 0.16 * t + random.uniform(0, 6)), 0, 1) ** 1.6
    return _coloured(len(t), random, 80, 7000, 0.55) * swell


def _street(t: Sound, random: np.random.Generator) -> Sound:
    passing = 0.6 + 0.4 * np.sin(2 * np.pi * 0.11 * t + random.uniform(0, 6))
    return _coloured(len(t), random, 30, 2500, 1.0) * passing


def _birds(t: Sound, random: np.random.Generator) -> Sound:
    sound = _coloured(len(t), random, 200, 6000, 0.8)
    level = float(sound.std())
    for _ in range(int(t[-1] * 1.1) + 1):
        start, pitch, length = random.uniform(0, max(0.1, t[-1] - 0.4)), random.uniform(2600, 4300), random.uniform(0.06, 0.14)
        for k in range(int(random.integers(2, 5))):
            x = t - start - k * length * 1.5
            on = (x > 0) & (x < length)
            sweep = np.sin(2 * np.pi * (pitch * x + 2600 * np.sin(np.pi * x / length) * x * 0.3))
            sound += np.where(on, sweep * np.sin(np.pi * np.clip(x / length, 0, 1)), 0) * level * 1.6
    return sound


def _hum(t: Sound, random: np.random.Generator) -> Sound:
    tones = sum(np.sin(2 * np.pi * hz * t + 0.6 * np.sin(2 * np.pi * 0.07 * t * k)) / k for k, hz in ((1, 55), (2, 82.5), (3, 110.4)))
    return _coloured(len(t), random, 40, 900, 1.0) * 0.5 + 0.15 * tones


_MADE: Final[dict[str, Callable[[Sound, np.random.Generator], Sound]]] = {
    "room": _room,
    "waves": _waves,
    "street": _street,
    "birds": _birds,
    "hum": _hum,
}
