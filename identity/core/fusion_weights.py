"""Owns the published weights of the fused probability. Written by `python -m bench.identity fit`, never by hand."""

from typing import Any, Final

PUBLISHED: Final[dict[str, Any]] = {
    "source": "2026-11-21: fitted on 51 bona fide recordings of 3 people and 78 attacks, the fitting half; docs/identity-accuracy.md",
    "bias": -0.2754,
    "weights": [
        {"code": "generated.fine", "mean": -1.7934, "scale": 0.41604, "weight": -1.7435},
        {"code": "generated.flicker", "mean": 0.36449, "scale": 0.21971, "weight": -0.6748},
        {"code": "screen.bezel", "mean": 0, "scale": 0.093276, "weight": 0.6557},
        {"code": "screen.moire", "mean": 1.0425, "scale": 0.75835, "weight": 1.3220},
        {"code": "texture.not_live", "mean": 0.99095, "scale": 0.31515, "weight": -1.1902},
    ],
    "review_micro": 883_243,
    "refuse_micro": 995_000,
}
