"""The golden situations, and the whole answer that each expects. Reads them as operators' situations are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from policy import situations as read
from policy.situations import NAMES, Situation

__all__ = ["NAMES", "Situation", "answer", "situations"]


def situations() -> list[Situation]:
    """Read every golden file, in order of name."""
    return read.situations(Path(__file__).parent)


def answer(situation: Situation, bundle_sha256: str) -> dict[str, Any]:
    """Tell every field of the answer: what the situation leaves out is empty."""
    empty = {"obligations": [], "basis": {}, "review": [], "not_after_us": None, "bundle_sha256": bundle_sha256}
    return empty | situation.expected()
