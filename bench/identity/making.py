"""Owns making and reading every case, in an order in which any beginning stands for the whole. Judges nothing."""

from __future__ import annotations

import contextlib
import random
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.identity.attacks.listing import attacks
from bench.identity.cases import Case, bona_fide
from bench.identity.clips.film import Stage
from bench.identity.clips.rendering import record
from bench.identity.features import Reader, RefusedError
from identity.adapters.models import Models
from identity.core.features import Features
from identity.handlers import sha256_of


@dataclass(frozen=True)
class Made:
    """A case with its features, or the code with which its file was refused unread."""

    case: Case
    sha256: str
    features: Features | None
    code: str = ""


def cases(models: Path) -> tuple[Case, ...]:
    """All cases, each kind spread evenly over the list."""
    kinds: dict[str, list[Case]] = {}
    for case in (*bona_fide(models), *attacks(models)):
        kinds.setdefault(case.kind or "", []).append(case)
    placed: list[tuple[float, str, Case]] = []
    for kind, of in kinds.items():
        random.Random(kind).shuffle(of)
        placed += [((place + 0.5) / len(of), case.name, case) for place, case in enumerate(of)]
    return tuple(case for _, _, case in sorted(placed, key=lambda one: one[:2]))


def made(wanted: Sequence[Case], models: Path, *, only_kept: bool = False) -> Iterator[Made]:
    """Make and read each case, or find what was kept. `only_kept`: leave out what would have to be made."""
    with closing(Stage(models)) as stage, closing(Models.load(models)) as loaded:
        reader = Reader(loaded)
        for case in wanted:
            recording = record(case, stage, make=not only_kept)
            if recording is None or (only_kept and reader.missing(recording)):
                continue
            try:
                features = reader.features(recording)
            except RefusedError as refused:
                yield Made(case, sha256_of(recording.path), None, str(refused))
            else:
                yield Made(case, sha256_of(recording.path), features)


def make_some(models: Path, blocks: Sequence[str], part: tuple[int, int] = (0, 1)) -> None:
    """Make recordings and only these blocks of them."""
    with closing(Stage(models)) as stage, closing(Models.load(models)) as loaded:
        reader, wanted = Reader(loaded), _part(cases(models), part)
        for place, case in enumerate(wanted):
            recording = record(case, stage)
            with contextlib.suppress(RefusedError):
                reader.read(recording, blocks)
            if place % 20 == 0:
                print(f"{place} of {len(wanted)}: {case.name}", flush=True)


def _part(wanted: Sequence[Case], part: tuple[int, int]) -> list[Case]:
    """A share of the cases; those with the same pictures are of one share."""
    return [one for one in wanted if zlib.crc32(repr(one.pictures).encode()) % part[1] == part[0]]


def make_all(models: Path, most_s: float = float("inf"), part: tuple[int, int] = (0, 1)) -> int:
    """Make whatever is missing, telling how far it is; stop after `most_s`. Gives how many cases are there.

    `part`: which share of how many, so that several processes can make them.
    """
    wanted, began, told = _part(cases(models), part), time.monotonic(), 0.0
    count = 0
    for count, one in enumerate(made(wanted, models), start=1):
        passed = time.monotonic() - began
        if passed - told > 30 or count == len(wanted):
            told = passed
            print(f"{count} of {len(wanted)} after {passed:.0f} s: {one.case.name}", flush=True)
        if passed > most_s:
            break
    return count
