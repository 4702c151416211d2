"""Reading light: linear means of the face's parts and of what is beside it, from pictures painted here."""

import numpy as np
import pytest

from identity.core.lighting import REGIONS
from identity.lit import LINEAR, LightReader
from identity.ports import FaceReading, Frame

SIDE = 400
CENTRE, RADIUS = np.asarray([200.0, 200.0]), 60.0
POINTS = {
    10: (0, -1.3), 152: (0, 1.3), 234: (-1, 0), 454: (1, 0), 109: (-0.3, -1.2), 67: (-0.5, -1.1), 69: (-0.4, -0.8), 108: (-0.15, -0.8),
    9: (0, -0.6), 337: (0.15, -0.8), 299: (0.4, -0.8), 297: (0.5, -1.1), 338: (0.3, -1.2), 6: (0, -0.3), 122: (-0.1, -0.2),
    48: (-0.25, 0.3), 2: (0, 0.4), 278: (0.25, 0.3), 351: (0.1, -0.2), 50: (-0.6, 0.2), 101: (-0.4, 0.1), 36: (-0.4, 0.3),
    205: (-0.45, 0.5), 187: (-0.65, 0.5), 123: (-0.75, 0.3), 117: (-0.6, 0.0), 280: (0.6, 0.2), 330: (0.4, 0.1), 266: (0.4, 0.3),
    425: (0.45, 0.5), 411: (0.65, 0.5), 352: (0.75, 0.3), 346: (0.6, 0.0), 227: (-0.9, 0.0), 93: (-1, 0.2), 132: (-0.95, 0.5),
    177: (-0.8, 0.5), 137: (-0.85, 0.2), 116: (-0.8, 0.0), 447: (0.9, 0.0), 323: (1, 0.2), 361: (0.95, 0.5), 401: (0.8, 0.5),
    366: (0.85, 0.2), 345: (0.8, 0.0),
}  # fmt: skip


@pytest.fixture
def reading() -> FaceReading:
    landmarks = np.zeros((478, 3), np.float32)
    for number, at in POINTS.items():
        landmarks[number, :2] = CENTRE + RADIUS * np.asarray(at)
    return FaceReading(landmarks, {}, 0.0, 0.0, 0.0)


def painted(face=(60, 120, 180), wall=(30, 30, 30)) -> np.ndarray:
    picture = np.full((SIDE, SIDE, 3), wall, np.uint8)
    y, x = np.mgrid[:SIDE, :SIDE]
    picture[((x - CENTRE[0]) / 1.1) ** 2 + ((y - CENTRE[1]) / 1.5) ** 2 < RADIUS**2] = face
    return picture


def seen(picture, reading):
    reader = LightReader()
    reader.see(Frame(0, 40_000, picture), reading)
    return reader.facts()


def test_every_part_of_a_face_reads_its_light_in_red_green_blue(reading):
    facts = seen(painted(face=(60, 120, 180)), reading)
    expected = LINEAR[[180, 120, 60]]
    assert facts.face.shape == (1, len(REGIONS), 3)
    for region in facts.face[0]:
        assert region == pytest.approx(expected, rel=0.02)
    assert facts.times_us.tolist() == [40_000]
    assert facts.offsets.tolist() == [-1]


def test_what_is_beside_the_face_is_read_without_it(reading):
    assert seen(painted(wall=(30, 60, 90)), reading).around[0] == pytest.approx(LINEAR[[90, 60, 30]], rel=0.02)


def test_light_is_decoded_before_it_is_averaged_over_frames_and_burnt_out_skin_is_told(reading):
    assert seen(painted(face=(255, 200, 200)), reading).clipped[0] == pytest.approx(1.0)
    assert seen(painted(), reading).clipped[0] == 0.0
    assert LINEAR[255] == pytest.approx(1.0)
    assert LINEAR[188] == pytest.approx(0.5, abs=0.005)


def test_a_frame_without_a_face_is_kept_as_one_that_says_nothing(reading):
    reader = LightReader()
    reader.see(Frame(0, 0, painted()), reading)
    reader.see(Frame(1, 40_000, painted(), byte_offset=4321), None)
    facts = reader.facts()
    assert np.isfinite(facts.face[0]).all()
    assert np.isnan(facts.face[1]).all()
    assert np.isnan(facts.around[1]).all()
    assert np.isnan(facts.clipped[1])
    assert facts.offsets.tolist() == [-1, 4321]


def test_a_head_that_fills_the_picture_has_nothing_beside_it(reading):
    x, y = (int(CENTRE[0] - 1.2 * RADIUS), int(CENTRE[1] - 1.6 * RADIUS))
    cut = np.ascontiguousarray(painted()[y : y + int(3.2 * RADIUS), x : x + int(2.4 * RADIUS)])
    moved = FaceReading(reading.landmarks - np.asarray([x, y, 0], np.float32), {}, 0.0, 0.0, 0.0)
    assert np.isnan(seen(cut, moved).around[0]).all()


def test_nothing_seen_is_nothing_told():
    facts = LightReader().facts()
    assert facts.face.shape == (0, len(REGIONS), 3)
    assert facts.around.shape == (0, 3)
