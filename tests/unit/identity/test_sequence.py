"""How frames follow each other: films made by rule, as taken and as put together, with what an encoder leaves on every thumbnail."""

from dataclasses import replace

import numpy as np
import pytest

from identity.core.checks import injection
from identity.core.features import FrameFacts
from identity.core.profiles import Profile
from identity.core.sequence import blending, doubling, repetition
from tests.unit.identity.test_checks import features

COUNT = 150
CODES = ("injection.doubled", "injection.blended", "injection.repeated", "injection.reversed", "injection.frozen")


def taken(seed: int = 1, count: int = COUNT) -> np.ndarray:
    """A bright spot that wanders, as a head does, before a fixed wall: (frames, 8, 8)."""
    chance = np.random.default_rng(seed)
    pace = chance.normal(0, 0.08, (count, 2))
    path = 4 + np.cumsum(np.stack([np.convolve(pace[:, k], np.ones(6) / 2, mode="same") for k in (0, 1)], axis=1), axis=0)
    path = 4 + 3 * np.sin((path - 4) / 3)
    cells = np.stack(np.mgrid[0:8, 0:8], axis=-1)
    spot = np.exp(-((cells[None] - path[:, None, None]) ** 2).sum(-1) / 4) * 80
    return np.random.default_rng(0).uniform(60, 120, (8, 8)) + spot


def frames(film: np.ndarray, fps: float = 30.0) -> FrameFacts:
    """A film as it is read: encoded with a little noise, its times uneven by some milliseconds."""
    chance = np.random.default_rng(7)
    seen = (film + chance.normal(0, 0.1, film.shape)).astype(np.float32)
    change = np.concatenate([[np.nan], np.abs(np.diff(seen, axis=0)).mean(axis=(1, 2))])
    times = np.arange(len(film)) * 1e6 / fps + chance.normal(0, 3000, len(film))
    return FrameFacts(
        np.maximum.accumulate(times).astype(np.int64),
        seen,
        change.astype(np.float32),
        tuple(k.to_bytes(2, "big") for k in range(len(film))),
    )


def named(film: np.ndarray, fps: float = 30.0) -> list[str]:
    results = injection.check(features([], frames=frames(film, fps)), "", Profile.BASIC)
    return [one.code for one in results if one.code in CODES and not one.passed]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("fps", [30.0, 15.0])
def test_a_film_as_a_camera_took_it_has_no_such_sign(seed: int, fps: float) -> None:
    assert named(taken(seed), fps) == []


def test_somebody_who_keeps_still_has_no_such_sign() -> None:
    assert named(np.repeat(taken(1)[:1], COUNT, axis=0)) == []


@pytest.mark.parametrize("times", [2, 3])
def test_frames_that_are_there_twice_or_three_times_are_doubled(times: int) -> None:
    assert named(np.repeat(taken()[::times], times, axis=0)) == ["injection.doubled"]


def test_half_a_film_that_is_doubled_is_enough() -> None:
    film = taken()
    assert named(np.concatenate([np.repeat(film[:75:2], 2, axis=0), film[75:]])) == ["injection.doubled"]


@pytest.mark.parametrize("part", [0.5, 0.35])
def test_every_second_frame_mixed_of_its_neighbours_is_blended(part: float) -> None:
    film = taken(count=COUNT // 2)
    between = part * film[:-1] + (1 - part) * film[1:]
    assert "injection.blended" in named(np.stack([film[:-1], between], axis=1).reshape(-1, 8, 8))


@pytest.mark.parametrize("brighter", [0.0, 12.0])
def test_a_stretch_that_comes_again_is_repeated_also_brighter(brighter: float) -> None:
    film = taken()
    assert named(np.concatenate([film, film[20:70] + brighter])) == ["injection.repeated"]


def test_a_stretch_that_comes_again_backwards_is_reversed() -> None:
    film = taken()
    assert named(np.concatenate([film, film[:-60:-1]])) == ["injection.reversed"]


@pytest.mark.parametrize("slower", [0.85, 1.15])
def test_somebody_who_does_one_movement_twice_has_no_such_sign(slower: float) -> None:
    """A spot that goes out and back, twice along one path, quicker out than back, the second time at another speed and less far."""

    def nod(seconds: float, far: float) -> np.ndarray:
        return far * np.sin(np.pi * np.linspace(0, 1, round(30 * seconds)) ** 1.15) ** 2

    path = np.concatenate([np.zeros(30), nod(1.4, 3.0), np.zeros(30), nod(1.4 * slower, 2.7), np.zeros(30)])
    cells = np.stack(np.mgrid[0:8, 0:8], axis=-1)
    spots = np.stack([np.stack([3 + path, 3 + 0.3 * np.sin(np.arange(len(path)) / 9)], axis=1)], axis=0)[0]
    film = np.exp(-((cells[None] - spots[:, None, None]) ** 2).sum(-1) / 4) * 80 + np.random.default_rng(0).uniform(60, 120, (8, 8))
    assert not {"injection.repeated", "injection.reversed"} & set(named(film))


@pytest.mark.parametrize(("held", "told"), [(0, []), (6, []), (20, ["injection.frozen"])])
def test_a_picture_that_stands_still_without_grain_is_frozen(held: int, told: list[str]) -> None:
    one = frames(taken())
    change = one.change.copy()
    change[70 : 70 + held] = 0.03
    results = injection.check(features([], frames=replace(one, change=change)), "", Profile.BASIC)
    assert [result.code for result in results if result.code in CODES and not result.passed] == told


def test_too_little_to_tell_is_told_as_no_number_and_does_not_pass() -> None:
    few = frames(taken(count=20))
    assert np.isnan([doubling(few), blending(few), *repetition(few)]).all()
    assert set(named(taken(count=20))) == set(CODES) - {"injection.frozen"}
