"""Owns the error rates of presentation-attack detection, as ISO/IEC 30107-3 names them. Does not assess recordings.

APCER: of the attacks of one kind, the share that was accepted. BPCER: of the bona fide recordings, the share that was
refused. A recording that was sent to a reviewer because of what was seen in it is neither: it is counted beside the errors, as
held. Intervals are Wilson's at 95 % (E. B. Wilson, 1927), which stay sensible at 0 of n.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

Z: Final = 1.959964
"""Standard normal quantile of 97.5 %."""


class Labelled(msgspec.Struct, frozen=True):
    """One recording whose truth is known. `kind` names the attack; None for a bona fide recording.

    `held`: not refused, and not accepted either: a reviewer looks, because of what was seen.
    """

    kind: str | None
    accepted: bool
    codes: tuple[str, ...] = ()
    held: bool = False


class Rate(msgspec.Struct, frozen=True):
    """Errors among recordings of one kind, in millionths with a 95 % interval; `held`: recordings left to a reviewer."""

    name: str
    errors: int
    count: int
    rate_micro: int
    low_micro: int
    high_micro: int
    held: int = 0


def rate(name: str, errors: int, count: int, held: int = 0) -> Rate:
    """Make a rate of a count. Raises ValueError where nothing was counted."""
    if count < 1 or not 0 <= errors <= count or not 0 <= held <= count - errors:
        raise ValueError(f"{errors} errors among {count}, {held} held")
    low, high = wilson(errors, count)
    return Rate(name, errors, count, _micro(errors / count), _micro(low), _micro(high), held)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Tell the 95 % interval of a share; of nothing counted, all there is."""
    if count == 0:
        return 0.0, 1.0
    share, square = hits / count, Z * Z / count
    centre, half = share + square / 2, Z * math.sqrt(share * (1 - share) / count + square / (4 * count))
    low, high = (centre - half) / (1 + square), (centre + half) / (1 + square)
    return (low if hits else 0.0), (high if hits < count else 1.0)


def rates(found: Iterable[Labelled]) -> tuple[Rate, ...]:
    """Tell BPCER, and APCER of each kind of attack and of the worst one, over the recordings there are."""
    found = tuple(found)
    bona_fide = [one for one in found if one.kind is None]
    kinds = sorted({one.kind for one in found if one.kind is not None})
    by_kind = [_apcer(kind, [one for one in found if one.kind == kind]) for kind in kinds]
    refused, held = sum(not one.accepted and not one.held for one in bona_fide), sum(one.held for one in bona_fide)
    told = [rate("BPCER", refused, len(bona_fide), held)] if bona_fide else []
    return (*told, *by_kind)


def worst(told: Sequence[Rate]) -> Rate | None:
    """Find the kind of attack that passes most often: ISO/IEC 30107-3 reports that one, never a mean over kinds."""
    attacks = [one for one in told if one.name.startswith("APCER")]
    return max(attacks, key=lambda one: (one.rate_micro, one.high_micro), default=None)


def _apcer(kind: str, attacks: Sequence[Labelled]) -> Rate:
    return rate(f"APCER {kind}", sum(one.accepted for one in attacks), len(attacks), sum(one.held for one in attacks))


def _micro(share: float) -> int:
    return round(share * 1_000_000)
