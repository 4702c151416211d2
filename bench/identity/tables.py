"""Owns the counts of what was judged: by kind, by check, by person, each with an interval. Judges nothing and writes no file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from bench.identity.cases import PHYSICAL, RULES
from bench.identity.judging import Judged, given
from identity.core.assessment import CHECK_NAMES, MICRO
from identity.core.effects import Effect, effect_of
from identity.core.rates import wilson

Counted = dict[str, Any]
SPLIT_NOTE: Final = "halves are by person; what is fitted was fitted on `fit`, what is claimed is claimed of `report`"


def counted(name: str, hits: int, count: int) -> Counted:
    """A share with its 95 % interval."""
    low, high = wilson(hits, count)
    return {"name": name, "hits": hits, "n": count, "rate": hits / count if count else None, "low": low, "high": high}


def share(name: str, of: Iterable[Judged], hit: Callable[[Judged], bool]) -> Counted:
    """Count those that are hit."""
    each = list(of)
    return counted(name, sum(hit(one) for one in each), len(each))


def attacks_of(judged: Iterable[Judged]) -> list[Judged]:
    return [one for one in judged if one.case.kind is not None]


def bona_fide_of(judged: Iterable[Judged]) -> list[Judged]:
    return [one for one in judged if one.case.kind is None]


def physical(one: Judged) -> bool:
    return one.case.kind in PHYSICAL


def synthetic(one: Judged) -> bool:
    """Not physical, and not only a rule broken with media that are bona fide."""
    return one.case.kind is not None and one.case.kind not in PHYSICAL and one.case.kind not in RULES


def by_kind(judged: Sequence[Judged]) -> list[Counted]:
    """APCER of each kind: nothing seen against it. `doubted`: to a reviewer because of what was seen."""
    kinds = sorted({one.case.kind for one in attacks_of(judged) if one.case.kind}, key=lambda k: (k not in PHYSICAL, k in RULES, k))
    rows: list[Counted] = []
    for kind in kinds:
        of = [one for one in judged if one.case.kind == kind]
        row = share(kind, of, lambda one: one.passed)
        row["doubted"] = sum(one.outcome == "doubted" for one in of)
        row["activated"] = sum(one.outcome == "activated" for one in of)
        row["people"] = len({one.case.person for one in of})
        row["stopped_by"] = _most(code for one in of if not one.passed for code in one.codes if not code.startswith("review."))
        rows.append(row)
    return rows


def by_person(judged: Sequence[Judged]) -> list[Counted]:
    """BPCER of each person; and what refused them."""
    rows: list[Counted] = []
    for person in sorted({one.case.person for one in bona_fide_of(judged)}):
        of = [one for one in bona_fide_of(judged) if one.case.person == person]
        row = share(person, of, lambda one: one.outcome == "refused")
        row["doubted"] = sum(one.outcome == "doubted" for one in of)
        row["half"] = of[0].case.half
        row["refused_by"] = _most(code for one in of if one.outcome == "refused" for code in one.codes)
        rows.append(row)
    return rows


def by_wear(judged: Sequence[Judged]) -> list[Counted]:
    """BPCER by how the recording is worn."""
    wears = sorted({_wear(one) for one in bona_fide_of(judged)})
    rows = []
    for wear in wears:
        of = [one for one in bona_fide_of(judged) if _wear(one) == wear]
        row = share(wear, of, lambda one: one.outcome == "refused")
        row["doubted"] = sum(one.outcome == "doubted" for one in of)
        rows.append(row)
    return rows


def by_check(judged: Sequence[Judged]) -> list[Counted]:
    """Each check alone: bona fide that it fails, and attacks that it lets pass, physical and other; where it was asked."""
    rows: list[Counted] = []
    groups: tuple[tuple[str, Callable[[Judged], bool]], ...] = (
        ("bona fide", lambda one: one.case.kind is None),
        ("physical", physical),
        ("synthetic", synthetic),
        ("rules", lambda one: one.case.kind in RULES),
    )
    for number in sorted({r.number for one in judged for r in one.results}):
        row: Counted = {"number": number, "name": CHECK_NAMES[number]}
        for name, inside in groups:
            asked = [
                one for one in judged if inside(one) and number not in given(one.case) and any(r.number == number for r in one.results)
            ]
            if "turn" in {w for one in asked for w in one.case.without} and number == 4:
                asked = [one for one in asked if "turn" not in one.case.without]
            row[name] = counted(name, sum(_fails(one, number, Effect.REFUSE) for one in asked), len(asked))
            row[f"{name} doubted"] = sum(_fails(one, number, Effect.REVIEW) and not _fails(one, number, Effect.REFUSE) for one in asked)
        rows.append(row)
    return rows


def by_code(judged: Sequence[Judged]) -> list[Counted]:
    """Each code: how often it fails bona fide recordings and attacks, with its effect, threshold and the threshold's source."""
    rows: list[Counted] = []
    codes = sorted({(r.number, r.code) for one in judged for r in one.results})
    for number, code in codes:
        one = next(r for each in judged for r in each.results if r.code == code)
        row: Counted = {
            "number": number,
            "code": code,
            "effect": str(effect_of(code)),
            "polarity": str(one.polarity),
            "threshold": one.threshold_micro / MICRO,
            "source": one.threshold_source,
        }
        for name, inside in (("bona fide", lambda one: one.case.kind is None), ("attacks", lambda one: one.case.kind is not None)):
            asked = [one for one in judged if inside(one) and number not in given(one.case) and any(r.code == code for r in one.results)]
            failed = sum(any(r.code == code and not r.passed for r in one.results) for one in asked)
            row[name] = counted(name, failed, len(asked))
        rows.append(row)
    return rows


def _fails(one: Judged, number: int, effect: Effect) -> bool:
    return any(r.number == number and not r.passed and effect_of(r.code) is effect for r in one.results)


def _wear(one: Judged) -> str:
    return getattr(one.case.pictures, "wear", "clean")


def _most(codes: Iterable[str]) -> str:
    counts: dict[str, int] = {}
    for code in codes:
        counts[code] = counts.get(code, 0) + 1
    return ", ".join(f"{code} {count}" for code, count in sorted(counts.items(), key=lambda one: -one[1])[:3])
