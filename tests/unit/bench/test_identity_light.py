"""The simulated screen and the million drawn faces do what the benches say of them. Real clips are not needed for that."""

from __future__ import annotations

import numpy as np
import pytest

from bench.identity import light, relight
from bench.identity.index import _exactly, drawn
from bench.identity.relight import LEAD_US, Room, Take
from identity.core.lighting import COLOURS_ASKED

COLOURS = ("red", "green", "blue", "cyan", "magenta", "yellow", "red", "green")


def still(level: int = 120) -> Take:
    picture = np.full((48, 64, 3), level, np.uint8)
    return Take([picture] * 30, [np.zeros((478, 3), np.float32)] * 30, [np.ones((120, 160), np.float32)] * 30, 25.0)


def test_the_screen_is_dark_before_its_first_colour_and_mixes_into_every_channel_of_a_camera():
    assert relight.screen(COLOURS, -1).tolist() == [0.0, 0.0, 0.0]
    red = relight.screen(COLOURS, 250_000)
    assert red[0] == pytest.approx(0.90)
    assert 0 < red[2] < red[1] < red[0]


def test_a_camera_without_a_screen_gives_back_what_it_saw_but_for_noise():
    frames = list(relight.filmed(still(), Room(300.0), None, 1))
    assert np.mean([frame.mean() for frame in frames]) == pytest.approx(120, abs=1.0)
    assert frames[3].std() > 0


def test_a_tint_changes_the_picture_by_its_strength_and_only_while_the_screen_shows():
    tint = relight.tinting(still(), COLOURS, 0.5, face_only=False)
    grey = np.full((4, 4, 3), 0.2, np.float32)
    assert np.allclose(tint(grey, 0, -100_000), grey)
    assert tint(grey, 0, 250_000)[0, 0, 0] == pytest.approx(0.2 * (1 + 0.5 * 0.90))


def test_drawn_faces_are_as_unlike_as_the_corpus_says_and_the_exact_answer_is_exact():
    known = drawn(2000, 1)
    likeness = (known @ known.T)[np.triu_indices(len(known), 1)]
    assert (float(likeness.mean()), float(likeness.std())) == pytest.approx((0.10, 0.10), abs=0.015)
    assert np.allclose(np.linalg.norm(known, axis=1), 1.0, atol=1e-5)
    assert [5 in rows for rows in _exactly(known, known[4:7], 0.99)] == [False, True, False]


def test_each_recording_is_asked_for_its_own_colours_and_an_attacker_has_the_best_network():
    room = Room(100.0)
    one, other = (light.Item("clip", 0.0, room, attack, seed) for attack, seed in ((None, 1), ("late 300 ms", 2)))
    assert len(one.colours) == COLOURS_ASKED
    assert one.colours != other.colours
    assert light._waited_us(other) == light.WAITS_US[0] <= light._waited_us(one) < light.WAITS_US[1] < LEAD_US
