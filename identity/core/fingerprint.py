"""Owns what a recording is recognised by when it comes back re-encoded. Does not judge liveness.

Sound: the signs of differences of band energies between neighbouring bands and moments (Haitsma and Kalker,
ISMIR 2002), kept only where there is sound. Picture: the signs of what changes in an 8x8 thumbnail against the
recording's own mean, five times a second, kept only where something changes: so a second honest recording of
the same person in the same room is a different one, and a transcoded copy is the same.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

AUDIO_HOP: Final = 1024
"""Samples between two sound words at 16 kHz: 64 ms."""
_WINDOW: Final = 4096
_BANDS: Final = 17
_SOUND_FLOOR_DB: Final = -35.0
VIDEO_STEP_US: Final = 200_000
_CHANGE_FLOOR: Final = 3.0

AUDIO_AGREEMENT: Final = 0.70
"""Part of sound bits that agree at the best shift. Re-encoded copies .75-1.0 (6 pairs), other phrases in the same or
another voice .54-.59 (16 pairs). docs/identity.md, table "replay"."""
AUDIO_MIN_BITS: Final = 16 * 16
VIDEO_AGREEMENT: Final = 0.985
"""Part of changing picture bits that agree at the best shift. Re-encoded copies .997-1.0 (6 pairs); other takes of the same
movements with the same timing .95-.97 (8), of other movements .65-.88 (14). docs/identity.md, table "replay"."""
VIDEO_MIN_BITS: Final = 160
VIDEO_MIN_PART: Final = 0.65
"""Part of the changing bits of whichever recording has fewer that must lie in the overlap: one movement made alike in the same chair is no
copy. Of 75 pairs of other stretches of one clip the best agreement is .90 with it and .95 without; of 168 re-encoded, late, cropped and cut
copies (21 stretches of 10 clips) 125 are known with it, and 126 without (`python -m bench.identity.replay`)."""
_MAX_SHIFT: Final = 80


class Fingerprint(msgspec.Struct, frozen=True):
    """A recording's marks. `audio`: 16 bits a 64 ms, 0 where silent. `video`: (changing, sign) a 200 ms, 64 bits each."""

    sha256: str
    audio: tuple[int, ...] = ()
    video: tuple[tuple[int, int], ...] = ()
    landmarks: tuple[int, ...] = ()
    """What the sound is looked up by among many (identity.core.landmarks); nothing is judged by it."""


class Match(msgspec.Struct, frozen=True):
    """The best agreement of two sequences over all shifts, 0..1, and the bits it rests on."""

    agreement: float
    bits: int
    is_replay: bool


def audio_marks(samples: NDArray[np.int16]) -> tuple[int, ...]:
    """Mark sound: int16 (samples,), mono, 16 kHz. Silence gives zeros; less than a window gives none."""
    if samples.shape[0] < _WINDOW + AUDIO_HOP:
        return ()
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float32) / 32768.0, _WINDOW)[::AUDIO_HOP]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW).astype(np.float32), axis=1)) ** 2
    edges = np.geomspace(300.0, 3000.0, _BANDS + 1) * _WINDOW / 16_000
    cuts = edges.astype(int)
    energy = np.stack([spectrum[:, a:b].sum(axis=1) for a, b in pairwise(cuts)], axis=1)
    loud_db = 10 * np.log10(energy.sum(axis=1) + 1e-12)
    heard = loud_db > loud_db.max() + _SOUND_FLOOR_DB if loud_db.max() > -60 else np.zeros(len(loud_db), bool)
    slope = np.diff(np.log(energy + 1e-9), axis=1)
    bits = np.diff(slope, axis=0) > 0
    both = heard[1:] & heard[:-1]
    return tuple(_pack(row) if kept else 0 for row, kept in zip(bits, both, strict=True))


def video_marks(thumbnails: NDArray[np.float32], times_us: NDArray[np.int64]) -> tuple[tuple[int, int], ...]:
    """Mark a picture: thumbnails float32 (frames, 8, 8) of grey levels 0..255 and their times, ascending."""
    if thumbnails.shape[0] < 2:
        return ()
    flat = thumbnails.reshape(len(thumbnails), 64)
    steps: NDArray[np.int64] = np.arange(int(times_us[0]), int(times_us[-1]), VIDEO_STEP_US, dtype=np.int64)
    columns: list[NDArray[np.float64]] = [np.interp(steps, times_us, flat[:, i]) for i in range(64)]
    cells = np.stack(columns, axis=1)
    change = cells - np.median(cells, axis=0)
    change -= np.median(change, axis=1, keepdims=True)
    return tuple((_pack(np.abs(row) > _CHANGE_FLOOR), _pack(row > 0)) for row in change)


def _pack(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def audio_match(one: tuple[int, ...], other: tuple[int, ...]) -> Match:
    """Compare two sounds over shifts up to 5 s."""
    width = _BANDS - 1
    a, b = np.asarray(one, np.int64), np.asarray(other, np.int64)
    agree, count = _best(
        len(a),
        len(b),
        lambda i, j, n: _audio_agreement(a[i : i + n], b[j : j + n], width),
        AUDIO_MIN_BITS,
    )
    return Match(agree, count, agree >= AUDIO_AGREEMENT)


def _audio_agreement(a: NDArray[np.int64], b: NDArray[np.int64], width: int) -> tuple[int, int]:
    both = (a != 0) & (b != 0)
    differing = np.bitwise_count((a ^ b)[both]).sum()
    bits = int(both.sum()) * width
    return bits - int(differing), bits


def video_match(one: tuple[tuple[int, int], ...], other: tuple[tuple[int, int], ...]) -> Match:
    """Compare two pictures over shifts up to 16 s."""
    a = np.asarray(one, np.uint64).reshape(-1, 2)
    b = np.asarray(other, np.uint64).reshape(-1, 2)
    fewer = min(int(np.bitwise_count(marks[:, 0]).sum()) for marks in (a, b))
    least = max(VIDEO_MIN_BITS, round(VIDEO_MIN_PART * fewer))
    agree, count = _best(len(a), len(b), lambda i, j, n: _video_agreement(a[i : i + n], b[j : j + n]), least)
    return Match(agree, count, agree >= VIDEO_AGREEMENT)


def _video_agreement(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> tuple[int, int]:
    both = a[:, 0] & b[:, 0]
    bits = int(np.bitwise_count(both).sum())
    return bits - int(np.bitwise_count((a[:, 1] ^ b[:, 1]) & both).sum()), bits


def _best(len_a: int, len_b: int, agreement: Callable[[int, int, int], tuple[int, int]], min_bits: int) -> tuple[float, int]:
    best, best_bits = 0.0, 0
    for shift in range(-_MAX_SHIFT, _MAX_SHIFT + 1):
        i, j = max(shift, 0), max(-shift, 0)
        overlap = min(len_a - i, len_b - j)
        if overlap <= 0:
            continue
        agreeing, bits = agreement(i, j, overlap)
        if bits >= min_bits and agreeing / bits > best:
            best, best_bits = agreeing / bits, bits
    return best, best_bits
