"""Writes the counts into the threat table of docs/enrolment.md from bench/results; its words are written by hand.

python -m bench.identity.threats
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from infra.places import ROOT

PAGE: Final = ROOT / "docs/enrolment.md"
RESULTS: Final = ROOT / "bench/results"
KIND: Final = re.compile(r"`(\w+)` \d+ of \d+, live \d+")
"""A kind of attack: uploads with nothing seen against them, of how many; made active step by step at 300 ms of turn-round."""
LIGHT: Final = re.compile(r"`(light\.apcer, [^`]+)` \d+ of \d+")


def kinds(folder: Path = RESULTS) -> dict[str, str]:
    """Say of each kind of attack in the reported half what the page says of it."""
    detail = json.loads((folder / "identity.json").read_text("utf-8"))["detail"]["report"]
    live = {row["name"]: row["activated"] for row in detail["stepwise"]["300"]}
    return {row["name"]: f"`{row['name']}` {row['hits']} of {row['n']}, live {live[row['name']]}" for row in detail["upload"]["kinds"]}


def lights(folder: Path = RESULTS) -> dict[str, str]:
    """Say of each simulated attack on the light what the page says of it."""
    rows = json.loads((folder / "identity.light.json").read_text("utf-8"))["rows"]
    found = {row["what"].removesuffix(" (simulated)"): row for row in rows}
    return {what: f"`{what}` {round(row['ours'] * row['n'])} of {row['n']}" for what, row in found.items() if "apcer" in what}


def renewed(text: str, by_kind: Mapping[str, str], by_light: Mapping[str, str]) -> str:
    """Put the counts in. Raises KeyError for what was not measured."""
    return LIGHT.sub(lambda found: by_light[found[1]], KIND.sub(lambda found: by_kind[found[1]], text))


def write() -> None:
    """Write the page anew."""
    PAGE.write_text(renewed(PAGE.read_text("utf-8"), kinds(), lights()), encoding="utf-8")


if __name__ == "__main__":
    write()
