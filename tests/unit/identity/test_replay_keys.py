"""What a recording is looked up by: landmarks that a copy keeps, courses of cells, few of either however long it is."""

import numpy as np
import pytest

from identity.core.fingerprint import Fingerprint, video_marks
from identity.core.landmarks import LATEST, sound_landmarks, split
from identity.core.replays import KINDS, MOST_KEYS, keys_of, picture_is_near, sound_is_near
from tests.contract.identity.test_replay_index import movement, recording, voice


def at_one_shift(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> int:
    """The most keys that two have in common at one shift."""
    shifts = [b - a for key, a in zip(*one, strict=True) for b in other[1][other[0] == key]]
    return max((shifts.count(shift) for shift in set(shifts)), default=0)


def test_a_noisy_quieter_copy_that_begins_later_keeps_landmarks_at_one_shift_and_another_sound_does_not():
    sound, noise = voice(1), np.random.default_rng(1).normal(0, 300, 6 * 16_000)
    copy = np.concatenate([np.zeros(5_003), sound * 0.5 + noise]).astype(np.int16)
    own, other = split(sound_landmarks(sound)), split(sound_landmarks(voice(2)))
    assert len(own[0]) > 40
    assert at_one_shift(own, split(sound_landmarks(copy))) >= 10
    assert at_one_shift(own, other) <= 2


@pytest.mark.parametrize("samples", [np.zeros(0, np.int16), np.zeros(1000, np.int16), np.zeros(50_000, np.int16)])
def test_what_is_silent_or_too_short_has_no_landmarks(samples):
    assert sound_landmarks(samples) == ()


def test_landmarks_fit_in_32_bits_and_their_times_stay_in_range_however_long_the_sound_is():
    landmarks = sound_landmarks(np.tile(voice(1), 12))
    assert 0 <= min(landmarks) <= max(landmarks) < 2**32
    assert split(landmarks)[1].max() <= LATEST


def test_a_recording_of_any_length_has_a_bounded_number_of_keys_and_a_copy_keeps_the_same():
    draw = np.random.default_rng(3)
    frames = np.cumsum(draw.normal(0, 12, (900, 8, 8)), axis=0) % 255
    times = np.arange(900, dtype=np.int64) * 40_000
    long = Fingerprint("0" * 64, (), video_marks(frames.astype(np.float32), times), sound_landmarks(np.tile(voice(1), 6)))
    keys = keys_of(long)
    assert {kind: len(keys[kind].keys) for kind in KINDS} == {"file": 1, "sound": MOST_KEYS, "picture": MOST_KEYS}
    assert all(one.times.max() <= LATEST for one in keys.values())
    assert all(one.keys.max() < 2**32 for one in keys.values())


def test_a_still_picture_has_no_keys():
    assert len(keys_of(Fingerprint("0" * 64, (), ((0, 0),) * 60))["picture"].keys) == 0


def test_marks_are_near_at_the_shift_of_the_copy_alone():
    mark = recording(1)
    sound, picture = np.asarray(mark.audio, np.uint16), np.asarray(mark.video, np.uint64).reshape(-1, 2)
    assert sound_is_near(sound, sound[5:], -10)
    assert not sound_is_near(sound, sound[5:], 30)
    assert picture_is_near(picture[7:], picture, 7)
    assert not picture_is_near(picture[7:], picture, -7)
    assert not sound_is_near(sound, sound, 5_000), "nothing overlaps there"
    thumbnails, times = movement(2)
    other = np.asarray(video_marks(thumbnails, times), np.uint64).reshape(-1, 2)
    assert not picture_is_near(picture, other, 0)
