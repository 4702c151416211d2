"""What of the feed may be applied: each place once, in order, believing no relay that is over. Does not read or apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.ids import PARTITIONS
from streams.core.carried import Beat, Carried

ALL = tuple(range(PARTITIONS))


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a view is: the last applied partition_seq of each partition it holds, and the newest relay epoch it knows."""

    sequences: tuple[int, ...] = (0,) * PARTITIONS
    epoch: int = 0
    held: tuple[int, ...] = ALL


@dataclass(frozen=True, slots=True)
class Place:
    """Where a view came to in the log, and which event it found there (none yet: -1), in which life of the ledger."""

    incarnation: int
    index: int = -1
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """How the ledger stands, as far as a view can be held against it."""

    incarnation: int
    epoch: int
    sequences: tuple[int, ...]


def is_set_back(reached: Reached, place: Place, record: Record, event_id: str | None) -> bool:
    """Tell whether the ledger is not the one that was applied: it knows less, an older relay, or another event at that place.

    `event_id`: of the ledger's event at `place.index`; None where it has none there.
    """
    shorter = any(reached.sequences[at] > record.sequences[at] for at in reached.held)
    return shorter or record.epoch < reached.epoch or (place.index >= 0 and event_id != place.event_id)


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

    An event of an older epoch than the view knows is not believed: it counts as a gap. One of a partition that is not
    held is passed over.
    """
    sequences, seen = list(reached.sequences), list(reached.sequences)
    epoch = reached.epoch
    taken: list[Carried] = []
    for event in events:
        at = event.partition
        if at not in reached.held:
            continue
        seen[at] = max(seen[at], event.partition_seq)
        if event.epoch >= epoch and event.partition_seq == sequences[at] + 1:
            epoch = event.epoch
            sequences[at] += 1
            taken.append(event)
    gaps = tuple(Gap(at, sequences[at] + 1, seen[at]) for at in range(PARTITIONS) if seen[at] > sequences[at])
    return Sifted(tuple(taken), gaps, Reached(tuple(sequences), epoch, reached.held))


def newest(beats: Sequence[Beat], before: Beat | None) -> Beat | None:
    """Choose the newest beat of those after `before`, by epoch and number; None where there is none."""
    best = before
    for beat in beats:
        if best is None or (beat.epoch, beat.beat) > (best.epoch, best.beat):
            best = beat
    return None if best is before else best


def missing(reached: Reached, beat: Beat) -> tuple[Gap, ...]:
    """Name what a beat knows and the view does not have, of what it holds."""
    pairs = ((at, reached.sequences[at], beat.sequences[at]) for at in reached.held)
    return tuple(Gap(at, have + 1, known) for at, have, known in pairs if known > have)


def shares(text: str) -> tuple[int, ...]:
    """Read which partitions a view is to hold: "0-31", "0-15", "3,7-9". Raises ValueError."""
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        found.update(range(int(first), int(last if dash else first) + 1))
    if not found or not found <= set(ALL):
        message = f"partitions are 0 to {PARTITIONS - 1}, for example 0-15: {text!r}"
        raise ValueError(message)
    return tuple(sorted(found))
