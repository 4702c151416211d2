"""Owns the published weights of the fused probability. Written by `python -m bench.identity fit`, never by hand."""

from typing import Any, Final

PUBLISHED: Final[dict[str, Any]] = {
    "source": "2026-11-21: fitted on 51 bona fide recordings of 3 people and 78 attacks, the fitting half; docs/identity-accuracy.md",
    "bias": -0.2273,
    "weights": [
        {"code": "generated.fine", "mean": -1.7934, "scale": 0.48356, "weight": -1.7700},
        {"code": "generated.flicker", "mean": 0.36589, "scale": 0.22836, "weight": -0.6171},
        {"code": "screen.bezel", "mean": 0, "scale": 0.093276, "weight": 0.6816},
        {"code": "screen.moire", "mean": 1.0376, "scale": 0.76238, "weight": 1.2230},
        {"code": "still.noise", "mean": 1.3283, "scale": 1.4339, "weight": -0.0733},
        {"code": "texture.not_live", "mean": 0.9893, "scale": 0.3149, "weight": -1.1737},
    ],
    "review_micro": 877_397,
    "refuse_micro": 995_000,
}
