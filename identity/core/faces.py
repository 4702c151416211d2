"""Owns what a search among known faces answers, and how a template is written down. Does not search.

A template is the mean of a recording's frontal face vectors, of unit length; a cosine of two is a similarity.
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec
import numpy as np

from identity.core.features import FaceSample, Floats

DIMENSIONS: Final = 128
TEMPLATE_BYTES: Final = DIMENSIONS * 4
_UNIT: Final = 1e-3
"""How far a template's length may be from 1: rounding, and no more."""

KnownKind = Literal["cameo", "protected", "attacker"]


class FaceMatch(msgspec.Struct, frozen=True):
    """A known face that is like the one asked about. `ref`: what it is known under (a cameo, an entry, an enrolment)."""

    kind: KnownKind
    ref: str
    similarity_micro: int


def template_of(samples: Sequence[FaceSample]) -> Floats | None:
    """Write the face of a recording as one vector, float32 (128,) of unit length; None where it was never seen from the front."""
    vectors = [one.embedding for one in samples if one.embedding is not None]
    if not vectors:
        return None
    mean = np.mean(np.stack(vectors), axis=0)
    length = float(np.linalg.norm(mean))
    return (mean / length).astype(np.float32) if length > 0 else None


def written(template: Floats) -> bytes:
    """Write a template as 512 bytes, little-endian float32. Raises ValueError for what is none."""
    return _checked(np.asarray(template, "<f4")).tobytes()


def read(data: bytes) -> Floats:
    """Read what `written` wrote. Raises ValueError for what is no template."""
    if len(data) != TEMPLATE_BYTES:
        message = f"a template has {TEMPLATE_BYTES} bytes, not {len(data)}"
        raise ValueError(message)
    return _checked(np.frombuffer(data, "<f4").astype(np.float32))


def _checked(template: Floats) -> Floats:
    if template.shape != (DIMENSIONS,) or not abs(float(np.linalg.norm(template)) - 1.0) < _UNIT:
        message = "a template is 128 numbers of unit length"
        raise ValueError(message)
    return template
