"""Owns measures of a sound by itself: spectra, pauses, repetition. Does not know words, faces or thresholds.

Sound is int16 or float (samples,), mono, 16 kHz. Levels are decibels against full scale; nan where there is too little to read.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.core.sound import ChannelFacts, RoomFacts, StreamFacts

Sound = NDArray[np.int16]
Numbers = NDArray[np.float64]
Span = tuple[int, int]
"""Samples: first, and the one after the last."""

RATE_HZ: Final = 16_000
HOP: Final = 160
_SIZE: Final = 512
_QUIET_DB: Final = -100.0
_BANDS_HZ: Final = (100, 250, 500, 1000, 2000, 3000, 4500, 6000, 8000)
_SILENT_DB: Final = -75.0
"""In one band. Below it codecs write what they like, and nobody hears a difference."""
_SILENT_BIN_DB: Final = -95.0
_STANDS_OUT_DB: Final = 20.0
_LEAST_PAUSE_FRAMES: Final = 12
_EDGE_S: Final = 0.5


def power_frames(samples: Sound) -> Numbers:
    """Power spectra (frames, 257), 10 ms apart; a full-scale sine is near 0 dB in its bin."""
    sound = samples.astype(np.float64) / 32768.0
    if len(sound) < _SIZE:
        return np.zeros((0, _SIZE // 2 + 1))
    window = np.hanning(_SIZE)
    frames = np.lib.stride_tricks.sliding_window_view(sound, _SIZE)[::HOP]
    return np.abs(np.fft.rfft(frames * window, axis=1) / window.sum() * 2) ** 2


def decibels(power: Numbers) -> Numbers:
    """Levels, not below -100 dB."""
    return 10 * np.log10(np.maximum(power, 10 ** (_QUIET_DB / 10)))


def speaking(frames: int, spans: Sequence[Span]) -> NDArray[np.bool_]:
    """Which frames lie in speech."""
    mask = np.zeros(frames, np.bool_)
    for start, end in spans:
        mask[max(0, start // HOP) : max(0, end // HOP)] = True
    return mask


def channel_of(power: Numbers, speech: NDArray[np.bool_]) -> ChannelFacts:
    """Read the channel from `power_frames` and which of them are speech."""
    if speech.sum() < 50:
        return ChannelFacts(float("nan"))
    return ChannelFacts(_cutoff(np.quantile(power[speech], 0.95, axis=0), _bins_hz(power)), _above(power, speech))


def _above(power: Numbers, speech: NDArray[np.bool_]) -> float:
    """See `ChannelFacts.above_db`: loud frames (one in 33) against the pauses' median, bin by bin. Noise alone gives 7.1."""
    pauses = power[~speech]
    if len(pauses) < _LEAST_PAUSE_FRAMES:
        return float("nan")
    hz = _bins_hz(power)
    low, high = (hz >= 2000) & (hz < 3400), (hz >= 4300) & (hz < 7600)
    floor = decibels(np.median(pauses, axis=0))
    over = decibels(np.quantile(power[speech], 0.97, axis=0)) - floor
    goes_on = float(floor[high].mean()) > max(_SILENT_BIN_DB, float(floor[low].mean()) - 12)
    return float(over[high].mean()) if goes_on and float(over[low].mean()) >= _STANDS_OUT_DB else float("nan")


def _bins_hz(power: Numbers) -> Numbers:
    return np.linspace(0.0, RATE_HZ / 2, power.shape[1])


def _cutoff(loud: Numbers, hz: Numbers) -> float:
    """Where the spectrum of loud speech falls off a cliff: at least 15 dB within 400 Hz and never back. 8000 where it does not."""
    level = np.convolve(np.pad(decibels(loud), 3, mode="edge"), np.ones(7) / 7, "valid")
    step = int(400 * _SIZE / RATE_HZ)
    for i in range(int(2500 * _SIZE / RATE_HZ), len(hz) - step):
        if level[i] - level[i + step : i + step + 32].max() >= 15 and level[i] - level[i + step :].max() >= 12:
            return float(hz[i + step // 2])
    return float(hz[-1])


def room_of(power: Numbers, speech: NDArray[np.bool_]) -> RoomFacts:
    """Read the pauses. Compares what is before with what is after each possible splice, a quarter of a second each at least."""
    pauses = ~speech
    hz = _bins_hz(power)
    runs = [(a, b) for a, b in _runs(pauses) if b - a >= _LEAST_PAUSE_FRAMES]
    if not runs:
        return RoomFacts(float("nan"), float("nan"), float("nan"), 0.0)
    bands: Numbers = np.stack([power[:, (hz >= a) & (hz < b)].sum(axis=1) for a, b in pairwise(_BANDS_HZ)], axis=1)
    quiet: Numbers = np.stack([np.quantile(np.maximum(decibels(bands[a + 2 : b - 2]), _SILENT_DB), 0.3, axis=0) for a, b in runs])
    lengths = np.asarray([b - a for a, b in runs])
    levels: Numbers = quiet.mean(axis=1)
    jump, change = 0.0, 0.0
    for cut in range(1, len(runs)):
        if min(lengths[:cut].sum(), lengths[cut:].sum()) < 25:
            continue
        step: Numbers = np.median(quiet[cut:], axis=0) - np.median(quiet[:cut], axis=0)
        jump = max(jump, abs(float(step.mean())))
        change = max(change, float(np.std(step)))
    return RoomFacts(float(np.median(levels)), jump, change, _breath(bands, pauses, levels))


def _breath(bands: Numbers, pauses: NDArray[np.bool_], levels: Numbers) -> float:
    """Seconds of pause 8 to 30 dB over its own floor and noise-like: no band alone holds most of it."""
    over = decibels(bands.sum(axis=1)) - (float(np.median(levels)) + 9)
    spread = bands.max(axis=1) / np.maximum(bands.sum(axis=1), 1e-12)
    breath = pauses & (over > 8) & (over < 30) & (spread < 0.6)
    return float(sum(b - a for a, b in _runs(breath) if 8 <= b - a <= 100)) * HOP / RATE_HZ


def stream_of(samples: Sound, clock_us: NDArray[np.int64], last_picture_us: int) -> StreamFacts:
    """Read how the sound lies in the file. `clock_us` as `identity.ports.Media.sound_clock_us`."""
    length_us = round(len(samples) / RATE_HZ * 1e6)
    start_us = int(clock_us[0, 0] - clock_us[0, 1]) if len(clock_us) else 0
    ahead: Numbers = (clock_us[:, 0] - clock_us[:, 1]).astype(np.float64)
    played: Numbers = clock_us[:, 1] / 1e6
    long = len(clock_us) >= 20 and played[-1] >= 2
    slope: Numbers = np.polyfit(played, ahead, 1) if long else np.full(2, np.nan)
    return StreamFacts(
        start_us=start_us,
        end_us=start_us + length_us - last_picture_us,
        drift_ppm=float(slope[0]),
        gap_us=round(float(np.abs(np.diff(ahead)).max(initial=0.0))),
        zeros_us=_zeros_us(samples),
        repeat=repetition(samples),
    )


def _zeros_us(samples: Sound) -> int:
    edge = int(_EDGE_S * RATE_HZ)
    within = samples[edge:-edge] if len(samples) > 3 * edge else samples
    longest = max((b - a for a, b in _runs(within == 0)), default=0)
    return round(longest / RATE_HZ * 1e6)


def repetition(samples: Sound, least_lag_s: float = 0.25) -> float:
    """How much of the sound comes again, sample for sample, 0..1: the highest peak of the whitened autocorrelation."""
    if len(samples) < RATE_HZ:
        return 0.0
    size = 1 << (2 * len(samples) - 1).bit_length()
    spectrum = np.fft.rfft(samples.astype(np.float64), size)
    power = np.abs(spectrum) ** 2
    smooth = np.convolve(power, np.ones(257) / 257, "same") + 1e-9 * power.max() + 1e-12
    match = np.fft.irfft(power / smooth)
    lag = int(least_lag_s * RATE_HZ)
    return float(np.clip(match[lag : len(samples) - lag].max() / max(match[0], 1e-12), 0, 1))


def _runs(flags: NDArray[np.bool_]) -> list[Span]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
