"""Owns what an actor's take must hold: movements in order, blinks between, speech after."""

import numpy as np
import pytest

from serving.engines.portrait.acting import blink_at, motions, plan_take
from serving.engines.portrait.timing import Lips


def test_movements_come_in_the_order_asked_and_the_phrase_after_them():
    take = plan_take(("up", "left", "right"), 3.0)
    frames = round(take.duration_s * 24)
    acted = motions(take, frames, 24, None, seed=4)
    yaw, pitch = (np.asarray([getattr(m, name) for m in acted]) for name in ("yaw_deg", "pitch_deg"))
    assert pitch.argmax() < yaw.argmax() < yaw.argmin() < take.speech_start_s * 24
    assert yaw.max() > 20 < -yaw.min()
    assert pitch.max() > 15


def test_the_lids_close_fully_at_least_twice_and_never_during_a_turn():
    take = plan_take(("left", "right", "down"), 4.0)
    acted = motions(take, round(take.duration_s * 24), 24, None, seed=1)
    shut = np.asarray([m.blink > 0.9 for m in acted])
    assert (shut[1:] & ~shut[:-1]).sum() >= 2
    assert max(abs(m.yaw_deg) for m, s in zip(acted, shut, strict=True) if s) < 20


def test_the_mouth_is_left_alone_until_the_phrase_begins():
    take = plan_take(("left",), 2.0)
    frames = round(take.duration_s * 24)
    acted = motions(take, frames, 24, Lips(np.ones(frames, np.float32), np.zeros(frames, np.float32)), seed=1)
    first = next(i for i, m in enumerate(acted) if m.gap is not None)
    assert abs(first / 24 - take.speech_start_s) < 0.3


def test_seeds_change_the_take_and_the_same_seed_does_not():
    take = plan_take(("left",), 0.0)
    assert motions(take, 40, 24, None, seed=1) == motions(take, 40, 24, None, seed=1) != motions(take, 40, 24, None, seed=2)


def test_a_movement_nobody_can_be_asked_for_is_refused():
    with pytest.raises(KeyError):
        plan_take(("backwards",), 1.0)


def test_a_blink_begins_and_ends_open():
    assert blink_at(1.0, (1.0,)) == 0.0
    assert blink_at(1.12, (1.0,)) == 1.0
    assert blink_at(1.5, (1.0,)) == 0.0
