"""Owns that every setting a plan can name is drawn, sounds, and differs from the others."""

import numpy as np
import pytest

from serving.core.plan import SETTING_WORDS, SOUNDS
from serving.engines.portrait.ambience import ambience
from serving.engines.portrait.setting import draw

NAMES = [name for name, _ in SETTING_WORDS]


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_is_drawn_larger_than_the_film_and_moves_without_leaving_the_range(name):
    setting = draw(name, 256, 320, seed=3)
    assert setting.picture.shape[0] > 320
    assert setting.picture.shape[1] > 256
    early, late = setting.picture.copy(), setting.picture.copy()
    setting.alive(early, 0.2)
    setting.alive(late, 1.7)
    assert np.isfinite(early).all()
    assert not np.array_equal(early, late)
    assert -1 <= early.min() < early.max() < 300


def test_settings_differ_and_a_seed_draws_the_same_place_again():
    pictures = [draw(name, 128, 128, seed=3).picture for name in NAMES]
    assert all(np.abs(a - b).mean() > 5 for i, a in enumerate(pictures) for b in pictures[:i])
    assert np.array_equal(draw("city", 128, 128, 9).picture, draw("city", 128, 128, 9).picture)
    assert not np.array_equal(draw("city", 128, 128, 9).picture, draw("city", 128, 128, 8).picture)


@pytest.mark.parametrize("name", sorted(set(SOUNDS.values())))
def test_a_place_is_heard_quietly_for_as_long_as_asked(name):
    sound = ambience(name, 1.5, seed=1)
    assert len(sound) == 36_000
    assert 0.01 < float(np.sqrt(np.mean(sound**2))) < 0.015
