"""Draws questions: permitted ones, ones with faults, ones that a single requirement refuses. Does not judge the answers."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import product
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from policy.reference import judge
from tests.property.policy.cases import APP, FILM, GENERATION, HOUR_US, NOW_US, OWNERS, REQUESTER, Case, Subject, given, history, input_of
from tests.property.policy.faults import FAULTS

__all__ = ["APP", "FAULTS", "FILM", "GENERATION", "NOW_US", "OWNERS", "REQUESTER", "Case", "Subject", "cases", "drawn", "given", "history", "input_of", "singly"]  # fmt: skip

BASES = ("grant", "group", "passed", "everyone", "mutuals", "own")
ACTIONS = ("start", "draft", "release", "serve")
BUNDLE_SHA256 = "b" * 64


def permitted(basis: str, action: str) -> Case:
    """Tell a case that is permitted."""
    owner = REQUESTER if basis == "own" else OWNERS[0]
    return Case(action=action, subjects=(Subject(owner=owner, basis=basis, uses=2),), app=APP)


def singly(basis: str, action: str) -> list[Case]:
    """List a permitted case and each of its faults alone."""
    case = permitted(basis, action)
    return [case, *(spoil(case) for spoil in FAULTS.values())]


class Biting(NamedTuple):
    """A fault that, alone, makes one requirement the only one to refuse."""

    basis: str
    action: str
    fault: str


@cache
def biting() -> dict[str, list[Biting]]:
    """Find for each code the faults after which it is told alone. By the reference; the engine is compared later."""
    found: dict[str, list[Biting]] = defaultdict(list)
    for basis, action in product(BASES, ACTIONS):
        for fault, spoil in FAULTS.items():
            told = judge(input_of(spoil(permitted(basis, action)), BUNDLE_SHA256), BUNDLE_SHA256).unmet
            if len(told) == 1:
                found[told[0]].append(Biting(basis, action, fault))
    return {code: found[code] for code in sorted(found)}


def drawn(random: Random) -> tuple[Case, tuple[str, ...]]:
    """Draw a case and tell its faults: in 45 % of the cases one that a chosen requirement alone should refuse, else up to three."""
    if random.random() < 0.45:
        one = random.choice(biting()[random.choice(list(biting()))])
        case, faults = _case(random, one.action, one.basis, (1, 1, 1, 2)), [one.fault]
    else:
        case = _case(random, random.choice(("start", *ACTIONS)), random.choice(("grant", *BASES)), (1, 1, 1, 2))
        faults = random.sample(list(FAULTS), random.choice((0, 0, 0, 1, 1, 2, 3)))
    for fault in faults:
        case = FAULTS[fault](case)
    return case, tuple(faults)


def _case(random: Random, action: str, basis: str, sizes: tuple[int, ...]) -> Case:
    app = random.choice((None, APP))
    owners = OWNERS[: random.choice(sizes)]
    subjects = [_subject(random, app, owner, basis if place == 0 else random.choice(BASES[:-1])) for place, owner in enumerate(owners)]
    return Case(action=action, subjects=tuple(subjects), app=app)


def _subject(random: Random, app: str | None, owner: str, basis: str) -> Subject:
    if basis == "own":
        owner = REQUESTER
    grantee = app if app is not None and basis == "grant" and random.random() < 0.5 else REQUESTER
    return Subject(
        owner=owner, basis=basis, grantee=grantee, uses=random.choice((None, 1, 3)),
        duration_ms=random.choice((None, None, 5000, 60_000)), until_us=random.choice((None, NOW_US + HOUR_US)),
        remix=random.random() < 0.5, regions=random.choice((None, ("KR", "DE"))),
    )  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> tuple[Case, tuple[str, ...]]:
    """Draw as `drawn` does."""
    return drawn(Random(draw(st.integers(0, 2**32 - 1))))
