"""Fits the fused probability on the fitting half of the people, and writes its published weights. Never looks at the other half.

A logistic model with L2 penalty over the scores of the checks that measure a picture; each weight may only point where
the check's polarity says, for a handful of people could else teach it anything. Both classes weigh the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy.optimize import minimize

from bench.identity.cases import PHYSICAL
from bench.identity.judging import Judged, given
from identity.core.assessment import MICRO, Polarity
from identity.core.fusion import CLIP, Model, Weight, attack_probability
from infra.places import ROOT

PENALTIES: Final = (0.02, 0.05, 0.1, 0.2, 0.5)
"""The one is taken with which people who were left out are told best."""
MADE_PICTURES: Final = PHYSICAL | {"animated", "animated_shaded", "generated"}
LEAST_PART: Final = 0.5
"""A code measured in fewer of the bona fide cases, or of the attacks, is not used."""
FUSED: Final = ("texture.", "screen.", "still.", "generated.", "solid.flat", "face.changed")
"""Scores of the picture that say how it came to be. Not fused: rules with an answer of their own (recording, single use, movements,
words, known faces, light, steps); and what the bench's makeshift would teach by itself: the sound, for people's voices are read speech
laid under them, frame times and rates, which the bench writes, and how far a head turned, which it chose."""
MARGIN: Final = 0.05
PAGE: Final = ROOT / "identity" / "core" / "fusion_weights.py"


@dataclass(frozen=True)
class Fitted:
    """The model, and how it does on those it was fitted on, each person left out in turn."""

    model: Model
    bona_fide: int
    attacks: int
    people: int
    left_out_bona_fide: tuple[float, ...]
    left_out_attacks: tuple[float, ...]


def usable(judged: Iterable[Judged]) -> list[Judged]:
    """The fitting half, without attacks whose pictures are of a real person before a real camera: scores of a picture cannot tell."""
    own = [one for one in judged if one.case.half == "fit" and one.results and one.way == "upload"]
    return [one for one in own if one.case.kind is None or one.case.kind in MADE_PICTURES]


def fit(judged: Iterable[Judged], date: str) -> Fitted:
    """Fit on all of the half; limits from scores with each person left out."""
    cases = usable(judged)
    people = sorted({one.case.person for one in cases if one.case.kind is None})
    tried = {penalty: _left_out(cases, penalty) for penalty in PENALTIES}
    penalty = min(tried, key=lambda one: _loss(cases, tried[one]))
    left_out = tried[penalty]
    bona_fide = tuple(left_out[one.case.name] for one in cases if one.case.kind is None)
    attacks = tuple(left_out[one.case.name] for one in cases if one.case.kind is not None)
    source = (
        f"{date}: fitted on {len(bona_fide)} bona fide recordings of {len(people)} people and {len(attacks)} attacks, the fitting half; "
        "docs/identity-accuracy.md"
    )
    review, refuse = _limits(bona_fide)
    whole = _model(cases, source, penalty)
    model = Model(source, whole.bias, whole.weights, round(review * MICRO), round(refuse * MICRO))
    return Fitted(model, len(bona_fide), len(attacks), len(people), bona_fide, attacks)


def probability(one: Judged, model: Model) -> float:
    """A case under a model, 0..1."""
    return attack_probability([r for r in one.results if r.number not in given(one.case)], model) / MICRO


def publish(model: Model, page: Path = PAGE) -> None:
    """Write the weights where the product reads them."""
    weights = "".join(
        f'        {{"code": "{w.code}", "mean": {w.mean:.5g}, "scale": {w.scale:.5g}, "weight": {w.weight:.4f}}},\n' for w in model.weights
    )
    page.write_text(
        '"""Owns the published weights of the fused probability. Written by `python -m bench.identity fit`, never by hand."""\n\n'
        "from typing import Any, Final\n\n"
        "PUBLISHED: Final[dict[str, Any]] = {\n"
        f'    "source": "{model.source}",\n'
        f'    "bias": {model.bias:.4f},\n'
        f'    "weights": [\n{weights}    ],\n'
        f'    "review_micro": {model.review_micro:_},\n'
        f'    "refuse_micro": {model.refuse_micro:_},\n'
        "}\n",
        encoding="utf-8",
    )


def _left_out(cases: Sequence[Judged], penalty: float) -> dict[str, float]:
    """Each case under a model that never saw its person."""
    found: dict[str, float] = {}
    for person in sorted({one.case.person for one in cases}):
        model = _model([one for one in cases if one.case.person != person], "left out", penalty)
        found |= {one.case.name: probability(one, model) for one in cases if one.case.person == person}
    return found


def _loss(cases: Sequence[Judged], found: Mapping[str, float]) -> float:
    """Mean of both classes' mean logarithmic losses."""
    told = [[], []]
    for one in cases:
        p = min(max(found[one.case.name], 1e-4), 1 - 1e-4)
        told[one.case.kind is None].append(-math.log(1 - p if one.case.kind is None else p))
    return float(np.mean([np.mean(each) for each in told]))


def _limits(bona_fide: Sequence[float]) -> tuple[float, float]:
    """To a reviewer: what one bona fide recording in twenty reaches, left out. Refused: what none reached, and a margin more."""
    ordered = sorted(bona_fide)
    review = max(0.5, ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))] + MARGIN)
    refuse = max(0.9, min(0.995, ordered[-1] + MARGIN))
    return min(review, refuse), refuse


def _model(cases: Sequence[Judged], source: str, penalty: float) -> Model:
    codes, points = _codes(cases)
    scores = np.full((len(cases), len(codes)), np.nan)
    for row, one in enumerate(cases):
        for result in one.results:
            if result.code in codes and result.number not in given(one.case) and abs(result.score_micro) < 2**53:
                scores[row, codes.index(result.code)] = result.score_micro / MICRO
    mean, scale = np.nanmedian(scores, axis=0), np.maximum(np.nanstd(scores, axis=0), 1e-3)
    x = np.nan_to_num(np.clip((scores - mean) / scale, -CLIP, CLIP))
    attack = np.asarray([one.case.kind is not None for one in cases])
    importance = np.where(attack, 0.5 / attack.sum(), 0.5 / (~attack).sum())
    weights, bias = _logistic(x, attack, importance, points, penalty)
    kept = [k for k in range(len(codes)) if abs(weights[k]) > 1e-3]
    rounded = tuple(Weight(codes[k], float(f"{mean[k]:.5g}"), float(f"{scale[k]:.5g}"), round(float(weights[k]), 4)) for k in kept)
    return Model(source, round(float(bias), 4), rounded, 300_000, 900_000)


def _codes(cases: Sequence[Judged]) -> tuple[list[str], np.ndarray]:
    """Codes measured often enough, and where each may point: +1 when a higher score is an attack's."""
    seen = {r.code: r.polarity is Polarity.LOWER_IS_LIVE for one in cases for r in one.results if r.code.startswith(FUSED)}
    codes = sorted(code for code in seen if all(_part(code, of) >= LEAST_PART for of in _classes(cases)))
    return codes, np.asarray([1.0 if seen[code] else -1.0 for code in codes])


def _classes(cases: Sequence[Judged]) -> tuple[list[Judged], list[Judged]]:
    return [one for one in cases if one.case.kind is None], [one for one in cases if one.case.kind is not None]


def _part(code: str, of: Sequence[Judged]) -> float:
    """Share of cases in which a code was measured and is not counted as passed."""
    return sum(any(r.code == code and r.number not in given(one.case) for r in one.results) for one in of) / max(len(of), 1)


def _logistic(x: np.ndarray, attack: np.ndarray, importance: np.ndarray, points: np.ndarray, penalty: float) -> tuple[np.ndarray, float]:
    signed = x * points

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = signed @ w[:-1] + w[-1]
        wrong = np.where(attack, -z, z)
        value = float((importance * np.logaddexp(0, wrong)).sum() + penalty / 2 * (w[:-1] ** 2).sum())
        slope = importance * np.where(attack, -1, 1) / (1 + np.exp(-wrong))
        return value, np.append(signed.T @ slope + penalty * w[:-1], slope.sum())

    bounds = [(0.0, None)] * x.shape[1] + [(None, None)]
    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return found.x[:-1] * points, float(found.x[-1])
