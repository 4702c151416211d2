"""Preflight: whether a request might start, and the smallest changes in the requester's own hands that would let it.

Pure: lists what to ask, reads answers. Does not ask. No change is told that asking for it would not tell as well: each
is a question of its own, and a time to wait for is only ever read from what the requester was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Literal, NamedTuple, get_args

import msgspec

from policy.core.codes import CodeTable
from policy.ports import Answer
from schemas.cameo import Facet
from schemas.consent import Purpose
from schemas.generation import CameoUse, GenerationRequested

UNJUDGED = "verdict.missing"
Changed = Literal["purpose", "facets", "duration_ms", "engine", "app", "remix_of", "cameos", "wait_until_us"]
Input = dict[str, Any]


class Change(msgspec.Struct, frozen=True):
    """One thing that the requester would do otherwise, and what it would then be."""

    what: Changed
    value: Any


class Variant(NamedTuple):
    """The request with some changes made; `now_us` where it would be made later."""

    changes: tuple[Change, ...]
    wish: GenerationRequested
    now_us: int | None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What policy answers as far as no plan is needed. `codes` are the policy's own: see policy.core.disclosing."""

    permit: bool
    codes: tuple[str, ...]
    answer: Answer


def without_plan(table: CodeTable, answer: Answer) -> Outcome:
    """Leave out what only a judged plan could meet: the verdict's own code and those that follow from it."""
    codes = tuple(code for code in answer.unmet if code != UNJUDGED and (code not in table or table[code].after != UNJUDGED))
    return Outcome(permit=not codes, codes=codes, answer=answer)


class Leeway(NamedTuple):
    """What a request might be changed to: engines there are, coming times and lengths that its requester was given."""

    engines: Sequence[str]
    times_us: Sequence[int] = ()
    durations_ms: Sequence[int] = ()


def leeway(question: Input, engines: Sequence[str]) -> Leeway:
    """Read from a question what its request might be changed to."""
    return Leeway(engines, times_given(question), durations_left(question))


def single_changes(wish: GenerationRequested, leeway: Leeway) -> Iterator[Variant]:
    """List every request that differs in one thing, the smaller differences first."""
    wanted: set[Facet] = {facet for use in wish.cameos for facet in use.facets}
    for left in _fewer(wanted):
        uses = tuple(CameoUse(cameo=use.cameo, facets=_kept(use, left)) for use in wish.cameos)
        if all(use.facets for use in uses):
            yield _with(wish, "facets", sorted(left), cameos=uses)
    shorter = [length for length in leeway.durations_ms if length < wish.duration_ms]
    others: tuple[tuple[Changed, Sequence[Any]], ...] = (
        ("purpose", get_args(Purpose)), ("duration_ms", shorter), ("engine", leeway.engines), ("app", (None,)), ("remix_of", (None,)),
    )  # fmt: skip
    for what, values in others:
        for value in values:
            if value != getattr(wish, what):
                yield _with(wish, what, value, **{what: value})
    if len(wish.cameos) > 1:
        for dropped in wish.cameos:
            kept = tuple(use for use in wish.cameos if use.cameo != dropped.cameo)
            yield _with(wish, "cameos", [use.cameo for use in kept], cameos=kept)
    for time_us in leeway.times_us:
        yield Variant((Change("wait_until_us", time_us),), wish, time_us)


def double_changes(wish: GenerationRequested, leeway: Leeway) -> Iterator[Variant]:
    """List every request that differs in two things. Asked only where no single change helps."""
    for first in single_changes(wish, leeway._replace(times_us=())):
        for second in single_changes(first.wish, leeway):
            if ORDER.index(first.changes[0].what) < ORDER.index(second.changes[0].what):
                yield Variant(first.changes + second.changes, second.wish, second.now_us)


ORDER: tuple[Changed, ...] = get_args(Changed)


def times_given(question: Input) -> tuple[int, ...]:
    """Find the coming times in what the requester was given: beginnings of grants, ends of the requester's own limits."""
    given = [grant for cameo in question["cameos"] for grant in cameo.get("grants", ())]
    own = [question.get(name) for name in ("requester", "app", "quota", "quotas")]
    found = {time for grant in given for time in _times(grant.get("from_us"))} | {time for one in own for time in _times(one)}
    return tuple(sorted(time for time in found if time > question["now_us"]))


def durations_left(question: Input) -> tuple[int, ...]:
    """Find the lengths that the requester's grants and plan still hold, the longest first."""
    given = [grant for cameo in question["cameos"] for grant in cameo.get("grants", ())]
    plan = question.get("requester", {}).get("plan")
    found = {one["duration_ms"] - one["used_ms_by_others"] for one in (*given, *([plan] if plan else ())) if one["duration_ms"] is not None}
    return tuple(sorted((left for left in found if left > 0), reverse=True))


def _times(value: Any, key: str = "_us") -> Iterator[int]:
    if isinstance(value, Mapping):
        for name, inner in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield from _times(inner, str(name))  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list):
        for inner in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _times(inner, key)
    elif isinstance(value, int) and not isinstance(value, bool) and key.endswith("_us"):
        yield value


def _fewer(wanted: set[Facet]) -> Iterator[set[Facet]]:
    for size in range(len(wanted) - 1, 0, -1):
        for left in combinations(sorted(wanted), size):
            yield set(left)


def _kept(use: CameoUse, left: set[Facet]) -> tuple[Facet, ...]:
    return tuple(facet for facet in use.facets if facet in left)


def _with(wish: GenerationRequested, what: Changed, value: Any, **fields: Any) -> Variant:
    return Variant((Change(what, value),), msgspec.structs.replace(wish, **fields), None)
