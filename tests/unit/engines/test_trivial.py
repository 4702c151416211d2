"""Owns what the race tests rely on in the trivial engine."""

import pytest

from serving.core.plan import plan_from_prompt
from serving.engines.port import MARK_VISIBLE, ObligationError, film
from serving.engines.trivial import TrivialEngine

PLAN = plan_from_prompt("x", "cameo-1", "mina", fps=50, duration_ms=200)


def test_it_takes_one_step_a_frame_and_only_the_plan_decides_the_bytes() -> None:
    slept: list[float] = []
    seen: list[tuple[int, int]] = []
    engine = TrivialEngine(sleep=slept.append)
    data = film(engine.render(PLAN, {"cameo-1": {"face": b"secret"}}, [MARK_VISIBLE], lambda *step: seen.append(step)))
    again = film(engine.render(PLAN, {}, [], lambda *_: None))
    assert data == again
    assert 200 < len(data) < 1000
    assert b"secret" not in data
    assert seen == [(n, 10) for n in range(1, 11)]
    assert slept[:10] == [1 / 50] * 10


def test_an_obligation_it_cannot_honour_stops_it_before_the_first_step() -> None:
    slept: list[float] = []
    with pytest.raises(ObligationError, match="necklace"):
        film(TrivialEngine(sleep=slept.append).render(PLAN, {}, ["wear.necklace"], lambda *_: None))
    assert slept == []
