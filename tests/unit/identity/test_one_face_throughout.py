"""One face throughout: also while it turns, and from one frame to the next."""

import numpy as np

from identity.core.checks import one_face
from tests.unit.identity.test_checks import B, codes, face_sample
from tests.unit.identity.test_looking import face, looked, pattern_frames

FRONTAL = tuple(face_sample(0) for _ in range(4))


def turned(who: int):
    vector = np.zeros(128, np.float32)
    vector[who] = 1
    return face_sample(0, embedding=None, turned_embedding=vector, yaw_deg=30.0)


def test_the_same_face_may_turn():
    assert codes(one_face.check((*FRONTAL, turned(0)), B)) == []


def test_another_face_that_does_the_turns_is_refused():
    assert codes(one_face.check((*FRONTAL, turned(0), turned(5)), B)) == ["face.changed_turning"]


def test_without_turned_samples_nothing_is_said_of_them():
    assert "face.changed_turning" not in [r.code for r in one_face.check(FRONTAL, B)]


def test_a_face_laid_over_for_a_moment_is_a_jump():
    steady = looked(pattern_frames(None), [face()] * 60)
    swapped = looked(pattern_frames(25), [face()] * 60)
    assert codes(one_face.check(FRONTAL, B, steady)) == []
    assert codes(one_face.check(FRONTAL, B, swapped)) == ["face.jumped"]
