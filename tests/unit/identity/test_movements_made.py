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


def posed(yaw: np.ndarray, pitch: np.ndarray, roll: np.ndarray | float = 0.0) -> FaceTrack:
    one = resting(len(yaw) * STEP_US / 1e6)
    wide = np.broadcast_to(np.asarray(roll, np.float32), yaw.shape)
    return replace(one, yaw_deg=yaw.astype(np.float32), pitch_deg=pitch.astype(np.float32), roll_deg=wide.astype(np.float32))


def held(height: float, start_s: float, end_s: float, seconds: float = 6.0) -> np.ndarray:
    """Goes there in .4 s, stays, and comes back in .4 s."""
    times = np.arange(round(seconds * 1e6 / STEP_US)) * STEP_US / 1e6
    return height * np.clip(np.minimum(times - start_s, end_s - times) / 0.4, 0, 1)


def both(one: FaceTrack) -> list[tuple[str, ...]]:
    return [movements.movements(one), movements.movements(one, apart=True)]


def test_a_head_that_is_tilted_turns_and_does_not_nod():
    turn, tilt = held(-20.0, 1.5, 4.0), held(-15.0, 1.3, 4.2)
    rise = np.degrees(np.arcsin(np.sin(np.radians(turn)) * np.sin(np.radians(tilt))))
    assert both(posed(turn, 1.6 * rise, tilt)) == [("right",)] * 2


def test_a_camera_that_is_tilted_changes_no_name():
    tilt = np.radians(20.0)
    for name, (across, along) in {"left": (25.0, 0.0), "up": (0.0, 20.0), "down": (0.0, -20.0)}.items():
        yaw, pitch = held(across, 1.5, 4.0), held(along, 1.5, 4.0)
        turned = np.cos(tilt) * yaw - np.sin(tilt) * pitch, np.cos(tilt) * pitch + np.sin(tilt) * yaw
        assert both(posed(*turned, roll=20.0)) == [(name,)] * 2


def test_who_looks_up_for_half_of_a_recording_did_not_look_down_before():
    one = posed(held(25.0, 0.2, 2.0), held(30.0, 2.6, 5.8) - 8.0)
    assert both(one) == [("left", "up")] * 2


def test_a_low_camera_shifts_the_neutral_and_no_movement():
    assert both(posed(held(20.0, 1.0, 2.5), 26.0 + held(15.0, 3.0, 4.5))) == [("left", "up")] * 2


def test_a_beat_of_the_head_is_no_movement_and_the_same_held_is():
    assert both(posed(held(16.0, 1.5, 1.95), np.zeros(150))) == [()] * 2
    assert both(posed(held(16.0, 1.5, 2.5), np.zeros(150))) == [("left",)] * 2


def test_a_turn_with_a_little_nod_is_a_turn_also_where_the_nod_is_nearer_its_own_threshold():
    assert both(posed(held(14.5, 1.5, 4.0), held(10.0, 1.4, 4.1))) == [("left",)] * 2
