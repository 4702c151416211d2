"""Owns the run: judges what was made, counts, measures models and speed, and writes bench/results/identity.json. Draws no page."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from bench.identity import figures, speed, tables
from bench.identity.fit import fit, publish
from bench.identity.judging import Judged, Way, earlier_of, judge
from bench.identity.making import Made, cases, made
from bench.identity.tables import Counted, share
from bench.results import RESULTS, Row, write
from identity.adapters.models import Models
from identity.core import fusion

TURN_ROUNDS_MS: Final = (300, 1000, 3000)
WAYS: Final[tuple[Way, ...]] = ("upload", "stepwise")
ANIMATED: Final = frozenset({"animated", "animated_shaded"})


def judged_of(models: Path, *, only_kept: bool) -> tuple[list[Made], list[Judged]]:
    """Judge every case as an upload, and step by step: people as people answer, attackers by each turn-round."""
    found = list(made(cases(models), models, only_kept=only_kept))
    earlier = earlier_of(found)
    judged: list[Judged] = []
    for one in found:
        judged.append(judge(one, "upload", earlier))
        rounds = (0,) if one.case.kind is None else TURN_ROUNDS_MS
        judged += [judge(one, "stepwise", earlier, turn_round_ms=ms) for ms in rounds]
    return found, judged


def run(models: Path, *, only_kept: bool = False, fast: bool = False) -> None:
    """Measure and write. `only_kept`: what was not made yet is left out, and counted so."""
    found, judged = judged_of(models, only_kept=only_kept)
    with closing(Models.load(models)) as loaded:
        face, voice, words = figures.faces(loaded), figures.voices(loaded), figures.heard(found)
    cost = None if fast else speed.measured()
    rows = [row for row in [*_rows(judged), *_with_light(judged)] if row.n] + _model_rows(face, voice, words) + _speed_rows(cost)
    write("identity", rows)
    path = RESULTS / "identity.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    whole["detail"] = _detail(judged, len(cases(models)) - len(found)) | {"faces": face, "voices": voice, "words": words, "speed": cost}
    path.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


def fit_and_publish(models: Path) -> None:
    """Fit the fused probability on the fitting half and write its weights."""
    wanted = [case for case in cases(models) if case.half == "fit"]
    found = list(made(wanted, models, only_kept=True))
    judged = [judge(one, "upload", {}) for one in found]
    fitted = fit(judged, dt.datetime.now(dt.UTC).date().isoformat())
    publish(fitted.model)
    print(f"{fitted.model.source}\nreview from {fitted.model.review_micro}, refuse from {fitted.model.refuse_micro}")
    for one in fitted.model.weights:
        print(f"  {one.code:<32} {one.weight:+.3f} (mean {one.mean}, scale {one.scale})")
    caught = sum(p >= fitted.model.review_micro / 1e6 for p in fitted.left_out_attacks)
    print(f"left out: {caught} of {len(fitted.left_out_attacks)} attacks at review or above")


def _rows(judged: Sequence[Judged]) -> list[Row]:
    """The rows that issue 5 names, on the half of the report, then on all."""
    rows: list[Row] = []
    for half, of in (("report", [one for one in judged if one.case.half == "report"]), ("both halves", list(judged))):
        note = "" if half == "report" else f", {half}"
        upload = _way(of, "upload")
        rows.append(_row(f"apcer.physical{note}: nothing seen against it", upload, tables.physical, passed, 0.0))
        rows.append(_row(f"attack_success.animated_upload{note}: nothing seen against it", upload, _animated, passed, None))
        for ms in TURN_ROUNDS_MS:
            step = _way(of, "stepwise", ms)
            rows.append(_row(f"attack_success.animated_stepwise{note}, turn-round {ms} ms: activated", step, _animated, activated, None))
        best = _way(of, "stepwise", TURN_ROUNDS_MS[0])
        rows.append(_row(f"attack_success.synthetic{note}, step by step, 300 ms: activated", best, tables.synthetic, activated, 0.03))
        for name, people in ((", upload", upload), (", step by step", _way(of, "stepwise", 0))):
            rows.append(_row(f"bpcer{note}{name}: refused", people, _bona_fide, refused, 0.10))
            rows.append(_row(f"bona fide{note}{name}: held for a reviewer", people, _bona_fide, doubted, None))
    return rows


def _with_light(judged: Sequence[Judged]) -> list[Row]:
    """What would be left with light from the screen besides: two shares multiplied, for no recording here was lit."""
    path = RESULTS / "identity.light.json"
    if not path.exists():
        return []
    lit = {row["what"]: row for row in json.loads(path.read_text(encoding="utf-8"))["rows"]}
    rows: list[Row] = []
    for ms, lateness in ((TURN_ROUNDS_MS[0], "no light"), *((ms, f"late {ms} ms") for ms in TURN_ROUNDS_MS)):
        by = lit.get(f"light.apcer, {lateness} (simulated)")
        of = [one for one in _way(judged, "stepwise", ms) if one.case.half == "report" and tables.synthetic(one)]
        if by is not None and of:
            left = sum(activated(one) for one in of) / len(of)
            name = f"attack_success.synthetic, step by step and light, {ms} ms, {lateness}"
            rows.append(Row(f"{name}: worked out, {left:.3f} x {by['ours']:.2f} of {by['n']}", "share", left * by["ours"], None, len(of)))
    return rows


def _row(what: str, of: Sequence[Judged], inside: Any, hit: Any, goal: float | None) -> Row:
    told = share(what, [one for one in of if inside(one)], hit)
    return Row(f"{what} (95 %: {told['low']:.3f} to {told['high']:.3f})", "share", told["rate"] or 0.0, None, told["n"], goal)


def passed(one: Judged) -> bool:
    return one.passed


def activated(one: Judged) -> bool:
    return one.outcome == "activated"


def refused(one: Judged) -> bool:
    return one.outcome == "refused"


def doubted(one: Judged) -> bool:
    return one.outcome == "doubted"


def _bona_fide(one: Judged) -> bool:
    return one.case.kind is None


def _animated(one: Judged) -> bool:
    return one.case.kind in ANIMATED


def _way(judged: Sequence[Judged], way: Way, turn_round_ms: int = 0) -> list[Judged]:
    return [one for one in judged if one.way == way and one.turn_round_ms == turn_round_ms]


def _model_rows(face: dict[str, Counted], voice: dict[str, Any], words: dict[str, Counted]) -> list[Row]:
    rows = [Row(_interval(name, one), "share", one["rate"] or 0.0, None, one["n"]) for name, one in face.items()]
    rows.append(Row(f"voice.eer, {voice['speakers']} speakers, {voice['same']} same pairs", "share", voice["rate"], None, voice["other"]))
    return rows + [Row(_interval(name, one), "share", one["rate"] or 0.0, None, one["n"]) for name, one in words.items()]


def _interval(name: str, one: Counted) -> str:
    return f"{name} (95 %: {one['low']:.3f} to {one['high']:.3f})"


def _speed_rows(cost: dict[str, Any] | None) -> list[Row]:
    if cost is None:
        return []
    count = len(cost["wall_s"])
    wall, spent = sorted(cost["wall_s"])[count // 2], sorted(cost["cpu_s"])[count // 2]
    return [
        Row("verify_seconds_per_recorded_second, wall", "s/s", wall / cost["recorded_s"], None, count, 1.0),
        Row("the same, CPU", "s/s", spent / cost["recorded_s"], None, count),
        Row("memory of a checking process and its decoding child, peak", "MB", cost["memory_mb"], None, count, 2500.0),
    ]


def add_speed(cost: dict[str, Any]) -> None:
    """Put seconds and memory into the results that are there: measured apart, where nobody else used the machine."""
    path = RESULTS / "identity.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    new = [asdict(row) | {"ours": round(row.ours, 4), "ratio": row.ratio, "run": f"load {cost['load']:.1f}"} for row in _speed_rows(cost)]
    names = {row["what"] for row in new}
    whole["rows"] = [row for row in whole["rows"] if row["what"] not in names] + new
    whole["detail"]["speed"] = cost
    path.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


def _detail(judged: Sequence[Judged], missing: int) -> dict[str, Any]:
    model = fusion.published()
    told: dict[str, Any] = {"date": dt.datetime.now(dt.UTC).date().isoformat(), "cases_not_made": missing}
    told["fusion"] = {"source": model.source, "review_micro": model.review_micro, "refuse_micro": model.refuse_micro}
    told["fusion"]["weights"] = [{"code": w.code, "mean": w.mean, "scale": w.scale, "weight": w.weight} for w in model.weights]
    for half in ("report", "fit"):
        of = [one for one in judged if one.case.half == half]
        told[half] = {
            "upload": {"kinds": tables.by_kind(_way(of, "upload")), "checks": tables.by_check(_way(of, "upload"))},
            "codes": tables.by_code(_way(of, "upload")),
            "people": {way: tables.by_person(_way(of, way, 0)) for way in WAYS},
            "wears": {way: tables.by_wear(_way(of, way, 0)) for way in WAYS},
            "stepwise": {str(ms): tables.by_kind(_way(of, "stepwise", ms)) for ms in TURN_ROUNDS_MS},
        }
    return told
