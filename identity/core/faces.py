"""Owns what a search among known faces answers, and how a template is written down. Does not search.

A template is the mean of a recording's frontal face vectors, of unit length; a cosine of two is a similarity.
"""

from statistics import NormalDist
from typing import Final, Literal

import msgspec
import numpy as np

from identity.core.features import Floats

DIMENSIONS: Final = 128
TEMPLATE_BYTES: Final = DIMENSIONS * 4
_UNIT: Final = 1e-3
"""How far a template's length may be from 1: rounding, and no more."""

LEAST_ALIKE: Final = 0.40
"""A cosine from here on is a likeness. docs/identity.md, table "known faces"."""
MOST_ALIKE: Final = 0.60
"""No threshold above it: 1 of 33 pairs of one person reads less (.568), so beyond this people would be missed to spare reviewers."""
STRANGERS: Final = NormalDist(0.10, 0.10)
"""Likeness of two people's recordings: its far end is a normal curve's continuation, not a measurement. docs/identity.md, "known faces"."""
FALSE_HITS: Final = 0.02
"""How many strangers a search may take for somebody, in the mean. A choice: one enrolment in fifty looked at for nothing."""

KnownKind = Literal["cameo", "protected", "attacker"]


class FaceMatch(msgspec.Struct, frozen=True):
    """A known face that is like the one asked about. `ref`: what it is known under (a cameo, an entry, an enrolment)."""

    kind: KnownKind
    ref: str
    similarity_micro: int
    cameo: str | None = None
    """Whose recording it is, where who searched knows; None of an entry."""


def written(template: Floats) -> bytes:
    """Write a template as 512 bytes, little-endian float32. Raises ValueError for what is none."""
    return _checked(np.asarray(template, "<f4")).tobytes()


def read(data: bytes) -> Floats:
    """Read what `written` wrote. Raises ValueError for what is no template."""
    if len(data) != TEMPLATE_BYTES:
        message = f"a template has {TEMPLATE_BYTES} bytes, not {len(data)}"
        raise ValueError(message)
    return _checked(np.frombuffer(data, "<f4").astype(np.float32))


def floor_of(known: int) -> float:
    """The cosine from which on a known face is told, among so many: .40 among a few dozen, .60 from a hundred thousand on.

    Among many faces some stranger is always alike: at .40 a search among a million would tell a thousand of them.
    """
    if known < 1:
        return LEAST_ALIKE
    enough = STRANGERS.inv_cdf(1 - FALSE_HITS / known)
    return min(MOST_ALIKE, max(LEAST_ALIKE, enough))


def _checked(template: Floats) -> Floats:
    if template.shape != (DIMENSIONS,) or not abs(float(np.linalg.norm(template)) - 1.0) < _UNIT:
        message = "a template is 128 numbers of unit length"
        raise ValueError(message)
    return template
