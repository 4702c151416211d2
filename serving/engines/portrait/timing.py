"""Owns when each phoneme sounds in a spoken line, and how open the mouth is then. Does not draw a mouth.

Alignment needs no model: each class of sound has a typical loudness and share of high frequencies, and the
cheapest cut of the line into its phonemes, in order, is found by dynamic programming. Templates are hand-set.
"""

from typing import Final

import msgspec
import numpy as np

from serving.engines.portrait.pronounce import VOWELS
from serving.engines.portrait.speech import SAMPLE_RATE_HZ, Sound, Spoken

_STEP: Final = SAMPLE_RATE_HZ // 100
_LONGEST: Final = 36
_CLASSES: Final = {
    "vowel": (1.00, 0.04, 9.0),
    "sonorant": (0.78, 0.04, 6.0),
    "hiss": (0.48, 0.70, 9.0),
    "buzz": (0.58, 0.35, 7.0),
    "stop": (0.25, 0.22, 6.0),
    "pause": (0.00, 0.15, 6.0),
}
"""Loudness 0..1, share above 3.5 kHz, usual length in hundredths of a second."""
_KINDS: Final = {
    **dict.fromkeys("mnŋlɹwj", "sonorant"),
    **dict.fromkeys("sʃʧfθhʦ", "hiss"),
    **dict.fromkeys("zʒvðʤʣ", "buzz"),
    **dict.fromkeys("pbtdkɡTʔɾ", "stop"),
}
_LIPS: Final = {
    "ɑ": (1.0, 0.0), "a": (0.9, 0.1), "æ": (0.9, 0.3), "ɔ": (0.75, -0.4), "ɒ": (0.8, -0.2), "O": (0.6, -0.6), "o": (0.55, -0.6),
    "Q": (0.5, -0.5), "u": (0.32, -0.8), "ʊ": (0.4, -0.5), "i": (0.36, 0.7), "ɪ": (0.42, 0.4), "ɛ": (0.62, 0.3), "e": (0.5, 0.4),
    "ə": (0.42, 0.0), "ʌ": (0.62, 0.0), "ɐ": (0.62, 0.0), "ɜ": (0.42, -0.3), "ɚ": (0.40, -0.3), "A": (0.55, 0.5), "I": (0.85, 0.2),
    "W": (0.8, -0.3), "Y": (0.6, -0.4), "ᵊ": (0.3, 0.0), "ᵻ": (0.38, 0.3), "p": (0.0, 0.0), "b": (0.0, 0.0), "m": (0.0, 0.0),
    "f": (0.07, 0.1), "v": (0.07, 0.1), "w": (0.16, -0.9), "ɹ": (0.26, -0.5), "l": (0.32, 0.1), "ʃ": (0.22, -0.5), "ʧ": (0.22, -0.5),
    "ʒ": (0.22, -0.5), "ʤ": (0.22, -0.5), "k": (0.30, 0.0), "ɡ": (0.30, 0.0), "ŋ": (0.28, 0.0), "h": (0.38, 0.0), "j": (0.26, 0.5),
}  # fmt: skip
_OTHER: Final = (0.20, 0.15)
_SHUT: Final = frozenset("pbm")


class Timed(msgspec.Struct, frozen=True):
    """One phoneme, or `_` for a pause, and when it sounds, in seconds from the line's start."""

    phoneme: str
    start_s: float
    end_s: float


class Lips(msgspec.Struct, frozen=True):
    """The mouth a frame: `opening` 0..1 and `spread` -1..1 (rounded to wide), float32 (frames,)."""

    opening: Sound
    spread: Sound


def align(spoken: Spoken) -> tuple[Timed, ...]:
    """Say when each phoneme of a line sounds; () for a line without sound."""
    states = _states(spoken)
    if not states or len(spoken.samples) < _STEP * 4:
        return ()
    loud, high = features(spoken.samples)
    ends = _cheapest_cut(states, loud, high)
    starts = [0, *ends[:-1]]
    return tuple(Timed(state, a / 100, b / 100) for state, a, b in zip(states, starts, ends, strict=True) if b > a)


def lips(timed: tuple[Timed, ...], samples: Sound, frames: int, fps: float, start_s: float) -> Lips:
    """Shape the mouth for `frames` frames when the line starts at `start_s` in the film."""
    if not timed:
        return Lips(np.zeros(frames, np.float32), np.zeros(frames, np.float32))
    rate = 500
    n = int(frames / fps * rate) + rate
    opening, spread, shut = (np.zeros(n, np.float32) for _ in range(3))
    loud, _ = features(samples)
    for phone in timed:
        a, b = (int((start_s + t) * rate) for t in (phone.start_s, phone.end_s))
        if phone.phoneme == "_":
            continue
        lo, hi = int(phone.start_s * 100), max(int(phone.start_s * 100) + 1, int(phone.end_s * 100))
        force = 0.72 + 0.38 * float(loud[lo:hi].mean()) if hi <= len(loud) else 0.8
        wide, far = _LIPS.get(phone.phoneme, _OTHER)
        opening[a:b], spread[a:b] = wide * force, far
        if phone.phoneme in _SHUT:
            shut[a:b] = 1.0
    opening, spread = (_smoothed(track, 0.035 * rate) for track in (opening, spread))
    opening *= 1 - np.clip(_smoothed(shut, 0.012 * rate) * 1.15, 0, 1)
    at = np.minimum((np.arange(frames) / fps * rate).astype(int), n - 1)
    return Lips(np.clip(opening[at], 0, 1), np.clip(spread[at], -1, 1))


def features(samples: Sound) -> tuple[Sound, Sound]:
    """Loudness 0..1 and share of power above 3.5 kHz, a hundredth of a second each."""
    count = len(samples) // _STEP
    padded = np.pad(samples, (_STEP // 2, _STEP * 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _STEP * 2)[::_STEP][:count]
    power = np.abs(np.fft.rfft(windows * np.hanning(_STEP * 2), axis=1)) ** 2
    hertz = np.fft.rfftfreq(_STEP * 2, 1 / SAMPLE_RATE_HZ)
    total = power.sum(axis=1) + 1e-9
    level = 10 * np.log10(total)
    top = np.percentile(level, 95)
    return np.clip((level - top + 42) / 42, 0, 1).astype(np.float32), (power[:, hertz > 3500].sum(axis=1) / total).astype(np.float32)


def _states(spoken: Spoken) -> list[str]:
    states = ["_"]
    for _, phonemes in spoken.words:
        states += [p for p in phonemes if p in VOWELS or p in _KINDS]
        states.append("_")
    return states if len(states) > 2 else []


def _kind(state: str) -> str:
    if state == "_":
        return "pause"
    return "vowel" if state in VOWELS else _KINDS.get(state, "stop")


def _cheapest_cut(states: list[str], loud: Sound, high: Sound) -> list[int]:
    n = len(loud)
    best = np.full(n + 1, np.inf)
    best[0] = 0.0
    chosen: list[np.ndarray] = []
    for state in states:
        best, length = _one_state(best, state, loud, high)
        chosen.append(length)
    ends, t = [], n
    for length in reversed(chosen):
        ends.append(t)
        t -= int(length[t])
    return ends[::-1]


def _one_state(before: np.ndarray, state: str, loud: Sound, high: Sound) -> tuple[np.ndarray, np.ndarray]:
    level, bright, usual = _CLASSES[_kind(state)]
    cost = ((loud - level) / 0.25) ** 2 + ((high - bright) / 0.30) ** 2 * (0.3 if state == "_" else 1.0)
    total = np.concatenate([[0.0], np.cumsum(cost)])
    n = len(loud)
    best, length = np.full(n + 1, np.inf), np.zeros(n + 1, np.int64)
    shortest, longest = (0, 120) if state == "_" else (2, _LONGEST)
    for d in range(shortest, min(longest, n) + 1):
        prior = 0.0 if state == "_" else 3.0 * np.log(d / usual) ** 2
        value = before[: n + 1 - d] + total[d:] - total[: n + 1 - d] + prior
        better = value < best[d:]
        best[d:][better], length[d:][better] = value[better], d
    return best, length


def _smoothed(track: Sound, sigma: float) -> Sound:
    reach = int(sigma * 3)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.convolve(track, kernel / kernel.sum(), mode="same").astype(np.float32)
