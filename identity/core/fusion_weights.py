"""Owns the published weights of the fused probability. Written by `python -m bench.identity fit`, never by hand."""

from typing import Any, Final

PUBLISHED: Final[dict[str, Any]] = {
    "source": "not fitted yet: says nothing",
    "bias": -13.8,
    "weights": [],
    "review_micro": 300_000,
    "refuse_micro": 900_000,
}
