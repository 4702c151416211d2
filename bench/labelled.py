"""Reads the labelled sentences of the judge and splits them into halves. Owns the split; does not judge.

The split is a hash, fixed before anything was tuned: of the rule for restrictions, so that no rule of the test half was seen
while tuning, and of the prompt for hard blocks. `later` and `last` are sets
of their own: `later` was written when words and thresholds were first committed, then tuned on; `last` when they were final.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parents[1] / "tests" / "golden" / "judge"
Half = Literal["train", "test", "later", "last"]
APART = ("later", "last")
NONE = "none"


@dataclass(frozen=True)
class Restriction:
    """One owner's rule, one sentence that somebody asks for, and whether the rule forbids it."""

    language: str
    kind: str
    forbidden: bool
    rule: str
    sentence: str


@dataclass(frozen=True)
class HardPrompt:
    """One prompt and the hard block that it meets; `none` where it is innocent."""

    language: str
    kind: str
    block: str
    prompt: str


def half_of(text: str) -> Half:
    """Put a text into its half for ever."""
    return "test" if hashlib.sha256(text.encode()).digest()[0] % 2 else "train"


def restrictions(half: Half) -> list[Restriction]:
    """Read the half's restrictions."""
    name = f"restrictions_{half}" if half in APART else "restrictions"
    rows = (Restriction(r["language"], r["kind"], r["expected"] == "match", r["rule"], r["sentence"]) for r in _rows(name))
    return [row for row in rows if half in APART or half_of(row.rule) == half]


def hard_prompts(half: Half) -> list[HardPrompt]:
    """Read the half's prompts."""
    name = f"hard_blocks_{half}" if half in APART else "hard_blocks"
    rows = (HardPrompt(r["language"], r["kind"], r["block"], r["prompt"]) for r in _rows(name))
    return [row for row in rows if half in APART or half_of(row.prompt) == half]


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
