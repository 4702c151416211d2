"""What of the feed may be applied: each place once, in order, believing no relay that is over. Does not read or apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.ids import PARTITIONS
from streams.core.carried import Beat, Carried


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a view is: the last applied partition_seq of each partition, and the newest relay epoch it knows."""

    sequences: tuple[int, ...] = (0,) * PARTITIONS
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """Events of one partition that are missing, both sequences included: the ledger has them."""

    partition: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Sifted:
    """What to apply, in order; what is missing; how far the view is after applying."""

    apply: tuple[Carried, ...]
    gaps: tuple[Gap, ...]
    reached: Reached


def sift(reached: Reached, events: Sequence[Carried]) -> Sifted:
    """Take the events that continue their partition; drop what was applied; name the gaps before what does not continue.

    An event of an older epoch than the view knows is not believed: it counts as a gap.
    """
    sequences, seen = list(reached.sequences), list(reached.sequences)
    epoch = reached.epoch
    taken: list[Carried] = []
    for event in events:
        at = event.partition
        seen[at] = max(seen[at], event.partition_seq)
        if event.epoch >= epoch and event.partition_seq == sequences[at] + 1:
            epoch = event.epoch
            sequences[at] += 1
            taken.append(event)
    gaps = tuple(Gap(at, sequences[at] + 1, seen[at]) for at in range(PARTITIONS) if seen[at] > sequences[at])
    return Sifted(tuple(taken), gaps, Reached(tuple(sequences), epoch))


def newest(beats: Sequence[Beat], before: Beat | None) -> Beat | None:
    """Choose the newest beat of those after `before`, by epoch and number; None where there is none."""
    best = before
    for beat in beats:
        if best is None or (beat.epoch, beat.beat) > (best.epoch, best.beat):
            best = beat
    return None if best is before else best


def missing(reached: Reached, beat: Beat) -> tuple[Gap, ...]:
    """Name what a beat knows and the view does not have."""
    pairs = zip(reached.sequences, beat.sequences, strict=True)
    return tuple(Gap(at, have + 1, known) for at, (have, known) in enumerate(pairs) if known > have)
