"""Owns comparing a mouth with a voice, beside the same voice moved in time. Does not decide what is enough.

The null distribution is the recording's own: the voice is turned round within the stretch that is compared, so that both
keep their rhythm and only their being together is lost.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.core.acoustics import RATE_HZ, Numbers, Sound, Span
from identity.core.features import FaceTrack
from identity.core.sound import LipFacts

RATE_LIPS_HZ: Final = 50
EARLIEST_S: Final = -0.06
LATEST_S: Final = 0.18
"""How far sound may lie before and after the picture of an honest recording: jaws begin before they sound, and sound
takes longer through a computer than pictures. A choice."""
_LEAST_MOVE_S: Final = 0.2
_AROUND_S: Final = 0.3
_SLOW_S: Final = 0.4
"""What is slower than syllables is taken out: the head's own movements."""
_OPEN_HZ: Final = (600.0, 4000.0)
"""Where a voice is loud when the mouth is open: behind closed lips (m, b, p) it hums below. Fixed before it was tried."""
_NOSE, _CHIN, _EYE_ONE, _EYE_OTHER = 1, 152, 33, 263


def opening_of(face: FaceTrack) -> Numbers:
    """(rows,) chin from nose in eye distances, in three dimensions, so that turning changes it little.

    The jaw follows the voice better than the lips' gap: .98 against .92 (area under the curve, 5 s of speech, the two
    clips of the corpus that speak; docs/identity.md, Sound).
    """
    points = face.landmarks.astype(np.float64)
    eyes = np.linalg.norm(points[:, _EYE_ONE] - points[:, _EYE_OTHER], axis=1)
    return np.linalg.norm(points[:, _NOSE] - points[:, _CHIN], axis=1) / np.maximum(eyes, 1e-6)


def lips_of(times_us: NDArray[np.int64], opening: Numbers, samples: Sound, spans: Sequence[Span], sound_start_us: int) -> LipFacts:
    """Compare. `times_us` of the pictures, `spans` of speech in samples, `sound_start_us` where the sound begins."""
    nothing = LipFacts(0.0, float("nan"), 0, float("nan"), float("nan"))
    if len(times_us) < 10 or not spans:
        return nothing
    grid, used = _grid(times_us, spans, sound_start_us)
    if len(grid) < RATE_LIPS_HZ:
        return nothing
    early, late = round(EARLIEST_S * RATE_LIPS_HZ), round(LATEST_S * RATE_LIPS_HZ)
    mouth = _moving(np.interp(grid, times_us / 1e6, opening))
    voice = _moving(_loudness(samples, grid - sound_start_us / 1e6))
    scores = _turned(mouth, voice)
    near = scores[np.arange(early, late + 1)]
    own = float(near.max())
    least = round(_LEAST_MOVE_S * RATE_LIPS_HZ)
    null = _best_near(scores, early, late)[late - early + least : len(scores) + early - late - least]
    if len(null) < RATE_LIPS_HZ // 2:
        return nothing
    return LipFacts(
        speech_s=used,
        agreement=own,
        lag_us=round((int(near.argmax()) + early) / RATE_LIPS_HZ * 1e6),
        rank=float((null < own).mean()),
        z=float((own - null.mean()) / max(float(null.std()), 1e-6)),
    )


def _grid(times_us: NDArray[np.int64], spans: Sequence[Span], start_us: int) -> tuple[Numbers, float]:
    """Times, 20 ms apart, around the speech and while the face is seen, end to end; and how much of it is speech."""
    seen_from, seen_to = float(times_us[0]) / 1e6, float(times_us[-1]) / 1e6
    parts: list[Numbers] = []
    used, last = 0.0, -1.0
    for start, end in spans:
        a, b = start / RATE_HZ + start_us / 1e6, end / RATE_HZ + start_us / 1e6
        used += max(0.0, min(b, seen_to) - max(a, seen_from))
        first, stop = max(a - _AROUND_S, seen_from, last), min(b + _AROUND_S, seen_to)
        if stop > first:
            parts.append(np.arange(first, stop, 1 / RATE_LIPS_HZ))
            last = stop
    return (np.concatenate(parts) if parts else np.zeros(0)), used


def _loudness(samples: Sound, at_s: Numbers) -> Numbers:
    """Level of an open mouth's voice around each time, 40 ms wide, in decibels over the recording's quiet."""
    squares = np.concatenate([[0.0], np.cumsum(_open_voice(samples) ** 2)])
    half = round(0.02 * RATE_HZ)
    middle = np.round(at_s * RATE_HZ).astype(np.int64)
    first, last = np.clip(middle - half, 0, len(samples)), np.clip(middle + half, 0, len(samples))
    level = 10 * np.log10((squares[last] - squares[first]) / np.maximum(last - first, 1) + 1e-9)
    return np.maximum(level, np.quantile(level, 0.95) - 35)


def _open_voice(samples: Sound) -> Numbers:
    """The band of `_OPEN_HZ`, falling by 12 dB an octave on either side, not moved in time."""
    spectrum = np.fft.rfft(samples.astype(np.float64) / 32768.0)
    hertz = np.maximum(np.fft.rfftfreq(len(samples), 1 / RATE_HZ), 1.0)
    return np.fft.irfft(spectrum / np.sqrt((1 + (_OPEN_HZ[0] / hertz) ** 4) * (1 + (hertz / _OPEN_HZ[1]) ** 4)), len(samples))


def _moving(values: Numbers) -> Numbers:
    """Take out what is slow, smooth a little, scale to unit length."""
    width = round(_SLOW_S * RATE_LIPS_HZ) | 1
    slow = np.convolve(np.pad(values, width // 2, mode="reflect"), np.ones(width) / width, "valid")[: len(values)]
    fast = np.convolve(values - slow, np.ones(3) / 3, "same")
    fast = fast - fast.mean()
    return fast / max(float(np.linalg.norm(fast)), 1e-9)


def _turned(mouth: Numbers, voice: Numbers) -> Numbers:
    """Correlation at every turn of the voice: entry k has the sound k steps after the mouth."""
    return np.fft.irfft(np.fft.rfft(voice) * np.conj(np.fft.rfft(mouth)), len(mouth))


def _best_near(scores: Numbers, early: int, late: int) -> Numbers:
    """The best of the same lags around each turn, so that the null may choose as the real one did."""
    return np.stack([np.roll(scores, -k) for k in range(early, late + 1)]).max(axis=0)
