"""Looking at frames made by rule: what is kept, that it is bounded, and what a missing face does."""

import numpy as np
import pytest

from identity.core.continuity import largest_jump
from identity.core.picture import EYE_RINGS, GRID, PATCHES, SKIN, SPECTRUM_PX
from identity.looking import Looking
from identity.ports import FaceReading, Frame
from tests.unit.identity.test_checks import head

SIDE = 320


def face(x: float = 160.0, y: float = 160.0, yaw_deg: float = 0.0, radius: float = 80.0) -> FaceReading:
    points = head() * radius + (x, y, 0)
    return FaceReading(points.astype(np.float32), {}, yaw_deg, 0.0, 0.0)


def picture(seed: int, level: float = 120.0, noise: float = 2.0) -> np.ndarray:
    chance = np.random.default_rng(seed)
    return np.clip(chance.normal(level, noise, (SIDE, SIDE, 3)), 0, 255).astype(np.uint8)


def looked(frames, readings, step_us=40_000):
    looking = Looking()
    for i, (shown, reading) in enumerate(zip(frames, readings, strict=True)):
        looking.see(Frame(i, i * step_us, shown), reading)
    return looking.facts()


def test_what_is_seen_has_one_row_a_face_and_a_look_every_fifth_of_a_second():
    facts = looked([picture(i) for i in range(50)], [face() if i % 10 else None for i in range(50)])
    assert facts.grid.shape == (50, GRID, GRID)
    assert facts.skin.shape == (45, len(SKIN))
    assert facts.rings.shape == (45, len(EYE_RINGS))
    assert len(facts.look_rows) == 10
    assert facts.patches.shape == facts.next_patches.shape == (10, len(PATCHES), 32, 32)
    assert facts.spectrum.shape == (SPECTRUM_PX, SPECTRUM_PX // 2 + 1)
    assert len(facts.still_noise) == len(facts.peaks) == len(facts.face_px) == 10


def test_a_recording_without_a_face_gives_empty_facts():
    facts = looked([picture(i) for i in range(5)], [None] * 5)
    assert facts.skin.shape == (0, len(SKIN))
    assert facts.patches.shape == (0, len(PATCHES), 32, 32)
    assert len(facts.lines.look) == 0
    assert np.isnan(facts.fixed_pattern)


def test_a_look_at_the_last_frame_has_no_frame_after():
    facts = looked([picture(0)], [face()])
    assert np.isnan(facts.next_patches).all()
    assert np.isnan(facts.still_noise).all()


def test_noise_at_fixed_places_is_read_in_grey_levels():
    quiet = looked([picture(i, noise=1.0) for i in range(12)], [face(radius=40)] * 12)
    loud = looked([picture(i, noise=6.0) for i in range(12)], [face(radius=40)] * 12)
    assert np.nanmedian(loud.still_noise) == pytest.approx(6 * np.nanmedian(quiet.still_noise), rel=0.6)


def test_a_face_at_the_edge_or_outside_is_looked_at_without_harm():
    facts = looked([picture(i) for i in range(8)], [face(x, y) for x, y in [(0, 0), (319, 319), (-200, 50), (600, 600)] * 2])
    assert len(facts.skin) == 8


def test_noise_that_stays_at_its_pixels_while_the_face_moves_is_found():
    chance = np.random.default_rng(1)
    pattern = chance.normal(0, 3, (SIDE, SIDE, 1))
    yaws = [0.0] * 5 + [15.0] * 5 + [-15.0] * 5
    frames = lambda fixed: [np.clip(picture(i) + fixed, 0, 255).astype(np.uint8) for i in range(15)]  # noqa: E731
    readings = [face(160 + yaw, 160, yaw) for yaw in yaws]
    assert looked(frames(pattern), readings, 200_000).fixed_pattern > 0.3
    assert abs(looked(frames(0), readings, 200_000).fixed_pattern) < 0.1


def test_lines_that_move_with_the_face_keep_their_place_beside_it():
    frames, readings = [], []
    for i in range(60):
        shown = np.full((SIDE, SIDE, 3), 150, np.uint8)
        x = 120 + i
        shown[20:300, x - 110 : x + 110] = 90
        frames.append(shown)
        readings.append(face(float(x), 160.0))
    lines = looked(frames, readings).lines
    upright = np.minimum(lines.angle_deg, 180 - lines.angle_deg) < 10
    left = lines.offset[upright & (lines.offset < 0)]
    assert len(np.unique(lines.look)) >= 5
    assert np.ptp(left) < 0.15
    assert np.ptp(lines.fixed[upright & (lines.offset < 0)]) > 0.1


def pattern_frames(change_at: int | None):
    """A shaded face; another shading from `change_at` on for ten frames."""
    yy, xx = np.mgrid[0:SIDE, 0:SIDE]
    one = 100 + 40 * np.sin(xx / 17.0)
    other = 100 + 40 * np.sin(yy / 13.0)
    chance = np.random.default_rng(3)
    for i in range(60):
        base = other if change_at is not None and change_at <= i < change_at + 10 else one
        yield np.clip(base[:, :, None] + chance.normal(0, 2, (SIDE, SIDE, 3)), 0, 255).astype(np.uint8)


def test_another_pattern_of_skin_for_ten_frames_is_a_jump_and_when():
    steady, _ = largest_jump(looked(pattern_frames(None), [face()] * 60))
    jump, at_us = largest_jump(looked(pattern_frames(25), [face()] * 60))
    assert jump > 4 * steady
    assert at_us in {25 * 40_000, 35 * 40_000}
