"""Owns when an attacker turns what he holds, as the challenge asks. Does not draw it."""

from __future__ import annotations

from typing import Final

import numpy as np

LEAD_S: Final = 0.5
MOVE_S: Final = 1.15
TAIL_S: Final = 0.5
_TARGETS: Final = {"left": (1.0, 0.0), "right": (-1.0, 0.0), "up": (0.0, 1.0), "down": (0.0, -1.0)}


def seconds_of(movements: tuple[str, ...]) -> float:
    """How long a take of these movements is; never shorter than what an enrolment accepts."""
    return max(4.4, LEAD_S + MOVE_S * len(movements) + TAIL_S)


def held(movements: tuple[str, ...], t: float) -> tuple[float, float]:
    """How far it is turned at `t` seconds, in parts of the widest: (to the person's left, upwards)."""
    yaw = pitch = 0.0
    for place, movement in enumerate(movements):
        amount = _excursion((t - LEAD_S - place * MOVE_S) / MOVE_S)
        to_yaw, to_pitch = _TARGETS[movement]
        yaw, pitch = yaw + amount * to_yaw, pitch + amount * to_pitch
    return yaw, pitch


def _excursion(q: float) -> float:
    return float(_rise(q / 0.35) - _rise((q - 0.6) / 0.35))


def _rise(q: float) -> float:
    x = float(np.clip(q, 0, 1))
    return x * x * (3 - 2 * x)
