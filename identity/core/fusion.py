"""Owns the fused probability of an attack: one logistic model over the scores of the checks. Does not decide, does not fit.

    p = 1 / (1 + exp(-(bias + sum of weight_i * clip((score_i - mean_i) / scale_i, -4, 4))))

A score that is absent counts as its mean, so that it says nothing. Weights are fitted by `python -m bench.identity fit` on the
fitting half of the people alone and published with their counts (identity/core/fusion_weights.py, docs/identity-accuracy.md).
The sum runs over whole millionths of the scores in a fixed order; the answer is a whole number of millionths.
"""

import math
from collections.abc import Iterable
from functools import cache
from typing import Final, Protocol

import msgspec

from identity.core.fusion_weights import PUBLISHED

MICRO: Final = 1_000_000
CLIP: Final = 4.0
"""A score further than four scales from its mean says no more: one wild reading must not decide alone."""


class Scored(Protocol):
    """A score under its code."""

    @property
    def code(self) -> str:
        """Name the measure."""
        ...

    @property
    def score_micro(self) -> int:
        """Tell the score in millionths."""
        ...


class Weight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one code's score adds: mean and scale of the fitting half, weight towards attack."""

    code: str
    mean: float
    scale: float
    weight: float


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The published model. `review_micro` and up goes to a reviewer, `refuse_micro` and up is refused."""

    source: str
    bias: float
    weights: tuple[Weight, ...]
    review_micro: int
    refuse_micro: int


def attack_probability(results: Iterable[Scored], model: Model | None = None) -> int:
    """Fuse the scores into a probability in millionths; of several scores under one code the worst for a person is the last."""
    used = published() if model is None else model
    scores = {result.code: result.score_micro / MICRO for result in results}
    total = used.bias
    for one in used.weights:
        if one.code in scores:
            total += one.weight * max(-CLIP, min(CLIP, (scores[one.code] - one.mean) / one.scale))
    return round(MICRO / (1 + math.exp(-max(-30.0, min(30.0, total)))))


@cache
def published() -> Model:
    """Read the published model, once."""
    return msgspec.convert(PUBLISHED, Model)
