"""The threat table that people read names every kind of attack in the bench, with the bench's own counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.identity.threats import KIND, LIGHT, PAGE, kinds, lights, renewed

TEXT = PAGE.read_text(encoding="utf-8")


def test_every_kind_of_attack_that_the_bench_makes_stands_in_the_table() -> None:
    assert {found[1] for found in KIND.finditer(TEXT)} == set(kinds())
    assert {found[1] for found in LIGHT.finditer(TEXT)} <= set(lights())


def test_the_counts_are_those_that_were_measured() -> None:
    assert renewed(TEXT, kinds(), lights()) == TEXT, "python -m bench.identity.threats"


def test_counts_are_written_anew_and_words_are_left() -> None:
    text = "a photograph: `photo` 1 of 2, live 0; `light.apcer, late` 0 of 6."
    assert renewed(text, {"photo": "`photo` 3 of 9, live 1"}, {"light.apcer, late": "`light.apcer, late` 6 of 6"}) == (
        "a photograph: `photo` 3 of 9, live 1; `light.apcer, late` 6 of 6."
    )
    with pytest.raises(KeyError):
        renewed(text, {}, {})


def test_counts_are_read_from_the_reported_half(tmp_path: Path) -> None:
    upload = {"kinds": [{"name": "photo", "hits": 1, "n": 4}]}
    half = {"upload": upload, "stepwise": {"300": [{"name": "photo", "activated": 2}], "1000": []}}
    (tmp_path / "identity.json").write_text(json.dumps({"detail": {"report": half, "fit": {}}}), encoding="utf-8")
    rows = [{"what": "light.apcer, late (simulated)", "ours": 0.5, "n": 6}, {"what": "light.bpcer", "ours": 0, "n": 6}]
    (tmp_path / "identity.light.json").write_text(json.dumps({"rows": rows}), encoding="utf-8")
    assert kinds(tmp_path) == {"photo": "`photo` 1 of 4, live 2"}
    assert lights(tmp_path) == {"light.apcer, late": "`light.apcer, late` 3 of 6"}
