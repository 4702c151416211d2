"""Owns what a recording is looked up by among very many, and which of those found are near enough to be judged. Does not store.

Each recording has keys with times, by its bytes, its sound and its picture. A copy shares many keys at one shift; what shares
enough is compared at that shift, and what is near there is judged by `enrolment.replay_codes` as any two recordings are.
"""

from typing import Final, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from identity.core import landmarks
from identity.core.fingerprint import AUDIO_AGREEMENT, VIDEO_AGREEMENT, Fingerprint

Kind = Literal["file", "sound", "picture"]
KINDS: Final[tuple[Kind, ...]] = ("file", "sound", "picture")
Ints = NDArray[np.int64]
_T = TypeVar("_T", bound=np.generic)

LATEST: Final = landmarks.LATEST
"""Times are 0..2047: steps of 32 ms of a sound, of 200 ms of a picture; a recording is 40 s long at most."""
RUN_STEPS: Final = 8
"""Steps of 200 ms in one key of a picture: one of 64 cells, darker, brighter or as always in each."""
_LEAST_TURNS: Final = 2
PICTURE_ONE_OF: Final = 8
MOST_KEYS: Final = 256
"""Keys of one kind kept of one recording, so that its memory is bounded: those that every copy would keep."""
VOTES: Final[dict[Kind, int]] = {"file": 1, "sound": 5, "picture": 4}
"""Keys that a copy must share at one shift. `python -m bench.identity.replay` says how many copies share fewer."""
NEAR: Final = 0.04
"""Agreement at the shift of the votes that is this far under the judge's threshold is judged still: the best shift may be another."""


class Keys(NamedTuple):
    """Keys below 2**32 and their times, of one recording and one kind."""

    keys: Ints
    times: Ints


def keys_of(mark: Fingerprint) -> dict[Kind, Keys]:
    """Give everything that a recording is looked up by."""
    return {
        "file": Keys(np.asarray([int(mark.sha256[:8], 16)], np.int64), np.zeros(1, np.int64)),
        "sound": _bounded(*landmarks.split(mark.landmarks)),
        "picture": _bounded(*_runs(mark.video)),
    }


def _runs(video: tuple[tuple[int, int], ...]) -> tuple[Ints, Ints]:
    """Each cell's course over eight steps, where it turns at least twice: keys and the step it begins at."""
    trits = _trits(video)
    if len(trits) < RUN_STEPS:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    runs = np.lib.stride_tricks.sliding_window_view(trits, RUN_STEPS, axis=0)
    keys = (runs * 3 ** np.arange(RUN_STEPS, dtype=np.int64)).sum(axis=2) * 64 + np.arange(64)
    turns = (np.diff(runs, axis=2) != 0).sum(axis=2) >= _LEAST_TURNS
    steps, cells = np.nonzero(turns & landmarks.sampled(keys, PICTURE_ONE_OF))
    return keys[steps, cells], np.minimum(steps, LATEST)


def _trits(video: tuple[tuple[int, int], ...]) -> Ints:
    """(steps, 64) of 0 darker, 1 as always, 2 brighter."""
    packed = np.asarray(video, np.uint64).reshape(-1, 2)
    changing, brighter = (np.unpackbits(column.astype(">u8").view(np.uint8)).reshape(-1, 64).astype(np.int64) for column in packed.T.copy())
    return changing * (2 * brighter - 1) + 1


def _bounded(keys: Ints, times: Ints) -> Keys:
    if len(keys) <= MOST_KEYS:
        return Keys(keys, times)
    kept = np.sort(np.lexsort((times, keys, landmarks.mixed(keys)))[:MOST_KEYS])
    return Keys(keys[kept], times[kept])


def sound_is_near(one: NDArray[np.uint16], other: NDArray[np.uint16], shift: int) -> bool:
    """Compare two sounds where the votes say that they lie: `shift` in steps of 32 ms, of `other` against `one`."""
    return any(_sound_agreement(one, other, words) >= AUDIO_AGREEMENT - NEAR for words in {shift // 2, (shift + 1) // 2, shift // 2 + 1})


def picture_is_near(one: NDArray[np.uint64], other: NDArray[np.uint64], shift: int) -> bool:
    """Compare two pictures, each (steps, 2), where the votes say that they lie: `shift` in steps of 200 ms."""
    return any(_picture_agreement(one, other, steps) >= VIDEO_AGREEMENT - NEAR for steps in (shift - 1, shift, shift + 1))


def _sound_agreement(one: NDArray[np.uint16], other: NDArray[np.uint16], shift: int) -> float:
    a, b = _overlap(one, other, shift)
    both = (a != 0) & (b != 0)
    bits = 16 * int(both.sum())
    return 1 - int(np.bitwise_count((a ^ b)[both]).sum()) / bits if bits else 0.0


def _picture_agreement(one: NDArray[np.uint64], other: NDArray[np.uint64], shift: int) -> float:
    a, b = _overlap(one, other, shift)
    both = a[:, 0] & b[:, 0]
    bits = int(np.bitwise_count(both).sum())
    return 1 - int(np.bitwise_count((a[:, 1] ^ b[:, 1]) & both).sum()) / bits if bits else 0.0


def _overlap(one: NDArray[_T], other: NDArray[_T], shift: int) -> tuple[NDArray[_T], NDArray[_T]]:
    first, second = max(-shift, 0), max(shift, 0)
    length = max(min(len(one) - first, len(other) - second), 0)
    return one[first : first + length], other[second : second + length]
