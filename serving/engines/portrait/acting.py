"""Owns when an actor turns, blinks and breathes in an enrolment recording. Pure: the seed is an argument."""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from serving.engines.portrait.animate import Motion
from serving.engines.portrait.timing import Lips

TURN_DEG: Final = 27.0
UP_DEG: Final = 20.0
DOWN_DEG: Final = 18.0
_LEAD_S: Final = 1.0
_MOVE_S: Final = 1.75
_RISE_S, _HOLD_S = 0.50, 0.35
_TAIL_S: Final = 0.7
_BLINK_S: Final = 0.27
_TARGETS: Final = {"left": (TURN_DEG, 0.0), "right": (-TURN_DEG, 0.0), "up": (0.0, UP_DEG), "down": (0.0, -DOWN_DEG)}


class Take(msgspec.Struct, frozen=True):
    """When things happen in one recording, in seconds."""

    movements: tuple[str, ...]
    speech_start_s: float
    duration_s: float
    blinks_s: tuple[float, ...]


def plan_take(movements: Sequence[str], speech_s: float, gap_s: float = 0.5) -> Take:
    """Movements first, in order, then the phrase; a blink before, between movements and while speaking.

    Raises KeyError for a movement other than left, right, up and down.
    """
    for movement in movements:
        _TARGETS[movement]
    moved_s = _LEAD_S + _MOVE_S * len(movements)
    start = moved_s + (gap_s if speech_s else 0.0)
    between = [_LEAD_S + _MOVE_S * (k + 1) - 0.30 for k in range(len(movements))]
    speaking = [start + t for t in np.arange(0.9, max(0.0, speech_s), 2.3)]
    return Take(tuple(movements), start, start + speech_s + _TAIL_S, tuple(float(t) for t in (0.45, *between, *speaking)))


def motions(take: Take, frames: int, fps: float, lips: Lips | None, seed: int, largest_gap: float = 0.13) -> list[Motion]:
    """Say how the head is held in every frame: asked movements, small sway, blinks, lips."""
    phase = np.random.default_rng(seed).uniform(0, 2 * np.pi, 9)
    return [_motion(take, i / fps, i, lips, phase, largest_gap) for i in range(frames)]


def sway(t: float, phase: np.ndarray) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees of a person who sits still, at `t` seconds."""
    s = lambda k, hz: float(np.sin(2 * np.pi * hz * t + phase[k]))  # noqa: E731
    return (
        1.3 * s(0, 0.23) + 0.6 * s(1, 0.61) + 0.15 * s(2, 1.9),
        0.8 * s(3, 0.29) + 0.4 * s(4, 0.77),
        0.7 * s(5, 0.19) + 0.3 * s(6, 0.53),
    )


def blink_at(t: float, blinks_s: Sequence[float]) -> float:
    """How closed the lids are, 0..1: down in 80 ms, shut for 70, up in 120."""
    for start in blinks_s:
        x = t - start
        if 0 <= x < _BLINK_S:
            return float(np.clip(min(x / 0.08, (_BLINK_S - x) / 0.12), 0, 1))
    return 0.0


def _motion(take: Take, t: float, i: int, lips: Lips | None, phase: np.ndarray, largest_gap: float) -> Motion:
    yaw, pitch, roll = sway(t, phase)
    for k, movement in enumerate(take.movements):
        amount = _excursion(t - _LEAD_S - k * _MOVE_S)
        to_yaw, to_pitch = _TARGETS[movement]
        yaw, pitch = yaw * (1 - amount) + to_yaw * amount, pitch * (1 - amount) + to_pitch * amount
        roll += 2.0 * amount * np.sign(to_yaw)
    speaking = lips is not None and t >= take.speech_start_s - 0.25
    opening = float(lips.opening[i]) if lips is not None and speaking else 0.0
    nod = 1.6 * opening - 0.5 if speaking else 0.0
    return Motion(
        yaw_deg=yaw,
        pitch_deg=pitch - nod,
        roll_deg=float(roll),
        gap=opening * largest_gap if speaking else None,
        width=0.045 * float(lips.spread[i]) if lips is not None and speaking else 0.0,
        blink=blink_at(t, take.blinks_s),
        brow=0.25 * opening,
    )


def _excursion(x: float) -> float:
    rise = lambda q: float(np.clip(q, 0, 1) ** 2 * (3 - 2 * np.clip(q, 0, 1)))  # noqa: E731
    return rise(x / _RISE_S) - rise((x - _RISE_S - _HOLD_S) / _RISE_S)
