"""Movements with their times, on tracks made by rule: coming closer, a blink and a smile on command."""

from dataclasses import replace

import numpy as np

from identity.core.checks import movements
from identity.core.features import FaceTrack
from tests.unit.identity.test_checks import L, R, track

STEP_US = 40_000


def resting(seconds: float = 4.0) -> FaceTrack:
    rows = round(seconds * 1e6 / STEP_US)
    one = track((), blink=False)
    return FaceTrack(
        np.arange(rows, dtype=np.int64) * STEP_US,
        np.repeat(one.landmarks[:1], rows, axis=0),
        np.zeros(rows, np.float32),
        np.zeros(rows, np.float32),
        np.zeros(rows, np.float32),
        rows,
        smile=np.zeros(rows, np.float32),
    )


def closing(*spans_s: tuple[float, float]) -> FaceTrack:
    one = resting()
    blink = np.zeros(len(one.times_us), np.float32)
    for start, end in spans_s:
        blink[(one.times_us >= start * 1e6) & (one.times_us < end * 1e6)] = 0.9
    return replace(one, blink=blink)


def bump(rows: int, height: float) -> np.ndarray:
    """Rises and falls between 1 s and 2 s."""
    times = np.arange(rows) * STEP_US / 1e6
    return np.where((times > 1) & (times < 2), height * np.sin(np.pi * (times - 1)), 0.0)


def nearer(one: FaceTrack, part: float) -> FaceTrack:
    scale = 1 + bump(len(one.times_us), part)
    return replace(one, landmarks=(one.landmarks * scale[:, None, None]).astype(np.float32))


def smiling(one: FaceTrack, score: float, wider: float) -> FaceTrack:
    landmarks = one.landmarks.copy()
    shift = bump(len(one.times_us), wider / 2)[:, None] * (landmarks[:, 291, :2] - landmarks[:, 61, :2])
    landmarks[:, 291, :2] += shift
    landmarks[:, 61, :2] -= shift
    return replace(one, landmarks=landmarks.astype(np.float32), smile=bump(len(one.times_us), score).astype(np.float32))


def names(one: FaceTrack) -> list[str]:
    return [m.movement for m in movements.movements_made(one)]


def test_coming_closer_and_back_is_read_with_when_it_was():
    (made,) = movements.movements_made(nearer(resting(), 0.4))
    assert made.movement == "closer"
    assert abs(made.peak_us - 1_500_000) <= 60_000
    assert 1_000_000 < made.start_us < made.peak_us < made.end_us < 2_000_000


def test_leaning_a_little_is_not_coming_closer():
    assert names(nearer(resting(), 0.15)) == []


def test_a_turn_does_not_read_as_coming_closer():
    assert names(track((L, R))) == ["left", "right"]


def test_lids_shut_long_or_twice_are_a_blink_on_command_and_single_blinks_are_not():
    assert names(closing((1.0, 1.7))) == ["blink"]
    assert names(closing((1.0, 1.2), (1.5, 1.7))) == ["blink"]
    assert names(closing((0.5, 0.7), (2.0, 2.2))) == []


def test_a_smile_needs_the_score_and_the_corners():
    assert names(smiling(resting(), 0.8, 0.2)) == ["smile"]
    assert names(smiling(resting(), 0.8, 0.0)) == []
    assert names(smiling(resting(), 0.1, 0.2)) == []


def test_blinks_and_smiles_count_only_where_they_were_asked():
    one = smiling(closing((2.5, 3.2)), 0.8, 0.2)
    assert movements.movements(one) == ()
    assert movements.movements(one, ("smile", "blink")) == ("smile", "blink")
    assert movements.movements(one, ("blink", "left")) == ("blink",)


def test_a_track_without_smiling_scores_reads_no_smile():
    assert names(replace(smiling(resting(), 0.8, 0.2), smile=np.zeros(0, np.float32))) == []
