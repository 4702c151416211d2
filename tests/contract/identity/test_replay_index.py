"""What every ReplayIndex answers: copies are told, erased people's are not, and few are told whatever is asked."""

import hashlib
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from identity.adapters import replay_postings
from identity.adapters.replay_index import LockedReplayIndex
from identity.core.enrolment import replay_codes
from identity.core.fingerprint import Fingerprint, audio_marks, video_marks
from identity.core.landmarks import sound_landmarks
from identity.fakes import InMemoryReplayIndex

RATE_HZ = 16_000


@pytest.fixture(params=["fake", "locked"])
def index(request, monkeypatch):
    if request.param == "fake":
        yield InMemoryReplayIndex()
        return
    monkeypatch.setattr(replay_postings, "SMALL", 4)  # so that these tests fill several blocks and make one of many
    monkeypatch.setattr(replay_postings, "MERGED", 2)
    locked = LockedReplayIndex()
    yield locked
    locked.close()


@cache
def voice(number: int) -> np.ndarray:
    """Six seconds of tones that come and go: int16, 16 kHz."""
    draw, times = np.random.default_rng(number), np.arange(6 * RATE_HZ) / RATE_HZ
    sound = np.zeros(len(times))
    for start in np.arange(0.2, 5.6, 0.18):
        inside = (times >= start) & (times < start + draw.uniform(0.1, 0.4))
        for frequency in draw.uniform(200, 2900, 4):
            sound[inside] += np.sin(2 * np.pi * frequency * times[inside]) * draw.uniform(0.3, 1.0)
    return (sound / np.abs(sound).max() * 20_000).astype(np.int16)


@cache
def movement(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Eight seconds of a bright spot that wanders: thumbnails and times."""
    draw = np.random.default_rng(1000 + number)
    times = np.arange(0, 8_000_000, 40_000)
    at = np.cumsum(draw.normal(0, 0.25, (len(times), 2)), axis=0) % 8
    rows, columns = np.mgrid[0:8, 0:8]
    frames = [100 + 90 * np.exp(-(((rows - y + 4) % 8 - 4) ** 2 + ((columns - x + 4) % 8 - 4) ** 2) / 4) for y, x in at]
    return np.asarray(frames, np.float32), times.astype(np.int64)


def recording(number: int, *, sound: np.ndarray | None = None, picture: tuple[np.ndarray, np.ndarray] | None = None) -> Fingerprint:
    samples, (thumbnails, times) = voice(number) if sound is None else sound, picture or movement(number)
    digest = hashlib.sha256(f"{number}{samples.sum()}{thumbnails.sum()}".encode()).hexdigest()
    return Fingerprint(digest, audio_marks(samples), video_marks(thumbnails, times), sound_landmarks(samples))


def told(index, mark: Fingerprint) -> tuple[str, ...]:
    return replay_codes(mark, index.search(mark))


SILENT = np.zeros(RATE_HZ, np.int16)
STILL = (np.full((50, 8, 8), 90, np.float32), np.arange(50, dtype=np.int64) * 40_000)


def test_an_empty_index_knows_nothing(index):
    assert len(index) == 0
    assert index.search(recording(1)) == ()


def test_the_same_bytes_are_found_also_without_sound_and_movement(index):
    mark = recording(1, sound=SILENT, picture=STILL)
    index.add("cameo-a", mark)
    assert told(index, mark) == ("replay.file",)
    assert told(index, Fingerprint("7" * 64)) == ()


def test_of_many_recordings_a_quieter_noisy_copy_that_begins_later_is_found_by_its_sound(index):
    for number in range(12):
        index.add(f"cameo-{number}", recording(number))
    for number in range(0, 12, 3):
        noise = np.random.default_rng(number).normal(0, 250, 6 * RATE_HZ)
        copy = np.concatenate([np.zeros(7_000), voice(number) * 0.4 + noise])[3_000:].astype(np.int16)
        assert told(index, recording(number, sound=copy, picture=STILL)) == ("replay.audio",), number


def test_of_many_recordings_a_brighter_copy_without_its_beginning_is_found_by_its_picture(index):
    for number in range(12):
        index.add(f"cameo-{number}", recording(number))
    for number in range(0, 12, 3):
        frames, times = movement(number)
        copy = (frames[25:] + 20, times[25:] - times[25])
        assert told(index, recording(number, sound=SILENT, picture=copy)) == ("replay.video",), number


def test_another_recording_is_none(index):
    for number in range(12):
        index.add(f"cameo-{number}", recording(number))
    assert [told(index, recording(100 + number)) for number in range(4)] == [()] * 4


def test_whoever_is_forgotten_is_found_no_more_and_everybody_else_is(index):
    marks = [recording(number) for number in range(12)]
    for number, mark in enumerate(marks):
        index.add(f"cameo-{number % 3}", mark)
    assert index.forget("cameo-1") == 4
    assert index.forget("cameo-1") == 0
    assert len(index) == 8
    for number, mark in enumerate(marks):
        assert bool(told(index, mark)) == (number % 3 != 1), number
    index.add("cameo-1", marks[1])
    assert told(index, marks[1]) == ("replay.file", "replay.audio", "replay.video")


def test_digests_that_begin_alike_hide_nothing(index):
    for number in range(20):
        index.add(f"cameo-{number}", Fingerprint("00" * 4 + f"{number:056x}"))
    index.add("cameo-a", recording(1))
    asked = Fingerprint("00" * 4 + "f" * 56, recording(1).audio, recording(1).video, recording(1).landmarks)
    assert told(index, asked) == ("replay.audio", "replay.video")


def test_few_are_told_however_many_are_the_same(index):
    for number in range(20):
        index.add(f"cameo-{number}", recording(1))
    assert 0 < len(index.search(recording(1))) <= 20
    assert told(index, recording(1)) == ("replay.file", "replay.audio", "replay.video")


def test_what_was_forgotten_is_overwritten_in_memory():
    index = LockedReplayIndex()
    index.add("cameo-a", recording(1))
    index.add("cameo-b", recording(2))
    other = LockedReplayIndex()
    other.add("cameo-b", recording(2))
    index.forget("cameo-a")
    held = [block.values.view(np.uint8) for block in (*index._kept.chunks, *(b for p in index._postings.values() for b in p.blocks))]
    alone = [block.values.view(np.uint8) for block in (*other._kept.chunks, *(b for p in other._postings.values() for b in p.blocks))]
    assert [int(np.count_nonzero(one)) for one in held[:1]] == [int(np.count_nonzero(one)) for one in alone[:1]]
    assert all(
        np.count_nonzero(one.view(np.uint64)) == np.count_nonzero(two.view(np.uint64)) for one, two in zip(held[1:], alone[1:], strict=True)
    )
    assert index.protect().undumped
    index.close()
    other.close()


def test_what_protects_the_memory_is_told_before_there_is_anything_in_it(monkeypatch):
    monkeypatch.setattr("identity.adapters.locked_memory._LIBC", SimpleNamespace(mlock=lambda *_: -1, prctl=lambda *_: 0))
    index = LockedReplayIndex()
    granted = index.protect()
    assert (granted.locked, granted.undumped, granted.undumpable) == (False, True, True)
    index.close()
