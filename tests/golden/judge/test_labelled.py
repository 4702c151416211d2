"""What the judge finds on sentences that nothing was tuned on does not fall below what was published of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.judging import Held, held_blocks, told
from identity.core.rates import wilson
from serving.judge.lexicon import installed
from serving.judge.meaning import MiniLm

PUBLISHED = Path(__file__).parents[3] / "bench" / "results" / "judging.json"
RECALL, INNOCENT = "recall, blocked", "innocent but blocked"


@pytest.fixture(scope="module")
def held(models: Path) -> list[Held]:
    return held_blocks("test", installed(), MiniLm(models))


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("kind", ["plain", "adversarial"])
def test_hard_blocks_are_found_no_less_than_published(held: list[Held], language: str, kind: str):
    found, published = figure(held, language, kind, RECALL), row(language, kind, RECALL)
    low, _ = wilson(round(published["ours"] * published["n"]), published["n"])
    assert found >= low


@pytest.mark.parametrize("language", ["en", "ko"])
def test_innocent_prompts_are_blocked_no_more_than_published(held: list[Held], language: str):
    found, published = figure(held, language, "adversarial", INNOCENT), row(language, "adversarial", INNOCENT)
    _, high = wilson(round(published["ours"] * published["n"]), published["n"])
    assert found <= high


def figure(held: list[Held], language: str, kind: str, of: str) -> float:
    return next(each.ours for each in told("hard blocks, test", "blocked", held) if matches(each.what, language, kind, of))


def row(language: str, kind: str, of: str) -> dict[str, float]:
    rows = json.loads(PUBLISHED.read_text(encoding="utf-8"))["rows"]
    return next(each for each in rows if matches(each["what"], language, kind, of))


def matches(what: str, language: str, kind: str, of: str) -> bool:
    return what.startswith(f"hard blocks, test, {language}, {kind}: {of} (")
