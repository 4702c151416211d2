"""Writes docs/benchmarks.md from bench/results/*.json, so that the page cannot say what was not measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
INTRO = """# Benchmarks

Written by `make bench` (or `python -m bench.report`) from `bench/results/*.json`; nothing here was typed by hand. Each table
names its machine, its load and its command. `ratio` is ours over the peer's or the limit's, in the same run. The machine is
small and shared: medians and ratios mean something, single worst values say how busy it was.
"""
PEERS = {
    "ledger": "The peer of an append is a raw INSERT of the same event by the same driver.",
    "decision": "The peer of `http.client` is opa-python-client; of a decision, the limit that the design gives it.",
    "media": "The peer of a film's speed is real time.",
    "policy": (
        "The same questions (may this account use this cameo, these facets, for this purpose?) to each system, half of them "
        "permitted, after all gave the same answers to all; OpenFGA 1.18 with its defaults, which cache nothing; the model is in "
        "`bench/policy/model.fga`. We answer more than is asked of the peers: switches, verdict, revocations, obligations, every "
        "requirement of the policy. OPA with everything as data says nothing about how fresh its data is."
    ),
    "identity": (
        "Shares of recordings; the interval in each row is Wilson's at 95 % and counts recordings, which come from few people: "
        "[what that means](identity-accuracy.md), and every kind of attack by itself. Goals are the most that ours may come to."
    ),
    "identity.replay": (
        "Copies are of the corpus's readers and clips, by 13 ways of changing a sound and 8 of changing a picture; counted are those "
        "that the judge of check 2 takes for a copy when it is shown the two. The million are drawn after the corpus, not real people."
    ),
    "whole": "The peer of a film's speed is real time; of refusals, the limit of .1 %.",
}

PLOTS = {"policy": "images/view-growth.svg"}


def main() -> None:
    pages = [INTRO]
    for path in sorted((ROOT / "bench" / "results").glob("*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        pages.append(f"## {found['name']}\n\n`{found['command']}` · {found['machine']}\n")
        if found["name"] in PEERS:
            pages.append(PEERS[found["name"]] + "\n")
        goals = any(row.get("goal") is not None for row in found["rows"])
        lines = ["| what | ours | peer | ratio | unit | n |", "| --- | ---: | ---: | ---: | --- | ---: |"]
        lines = [line + ending for line, ending in zip(lines, (" goal |", " ---: |") if goals else ("", ""), strict=True)]
        lines += [_line(row) + (_goal(row) if goals else "") for row in found["rows"]]
        if len({row.get("run") for row in found["rows"]}) > 1:
            pages.append("Not all rows are of one run: some parts were measured again.\n")
        pages.append("\n".join(lines) + "\n")
        if found["name"] in PLOTS and (ROOT / "docs" / PLOTS[found["name"]]).exists():
            pages.append(f"![growth]({PLOTS[found['name']]})\n")
    (ROOT / "docs" / "benchmarks.md").write_text("\n".join(pages), encoding="utf-8")


def _line(row: dict[str, Any]) -> str:
    figures = " | ".join(_figure(row[name]) for name in ("ours", "peer", "ratio"))
    return f"| {row['what']} | {figures} | {row['unit']} | {row['n']:,} |"


def _goal(row: dict[str, Any]) -> str:
    goal = row.get("goal")
    return " |" if goal is None else f" {_figure(goal)} {'met' if row['ours'] <= goal else '**missed**'} |"


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


if __name__ == "__main__":
    main()
