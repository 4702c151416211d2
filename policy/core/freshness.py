"""Freshness: how old the view is, by two clocks. Pure: both clocks are arguments. Does not read the view."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from policy.errors import StaleViewError
from schemas.ids import PARTITIONS

MAX_STALENESS_US = 500_000
MAX_SKEW_US = 100_000
"""How far a beat may lie ahead of this host's clock: by design, the published bound on skew."""


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """At `time_us` (Postgres's) everything up to `sequences` of every partition was all there was."""

    epoch: int
    beat: int
    time_us: int
    log_index: int
    sequences: tuple[int, ...]


class KeptBeat(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A beat whose events are all applied, and when it arrived here by this host's two clocks, in microseconds."""

    epoch: int
    beat: int
    time_us: int
    log_index: int
    wall_us: int
    mono_us: int
    boot: str = ""
    """Which start of which host counted `mono_us`; empty: not told."""


class ViewState(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Where the view stands. `applied`: the last sequence of each partition; `offsets`: where Kafka goes on, -1: unknown."""

    incarnation: int
    applied: tuple[int, ...]
    offsets: tuple[int, ...]
    log_index: int = -1
    beat: KeptBeat | None = None
    waiting: bool = False
    """A newer beat names events that have not come."""
    older_epoch: bool = False
    """The last beat was that of a relay that is no longer the one."""
    rewound: bool = False
    """A beat says that the record is shorter than an earlier beat said, or the record was found to be another: built anew."""
    event_id: str = ""
    """Of the event at `log_index`: a record that has another one there was set back."""
    held: tuple[int, ...] = tuple(range(PARTITIONS))
    """The partitions whose streams are in this view."""

    @property
    def whole(self) -> bool:
        """Tell whether every partition is held."""
        return len(self.held) == PARTITIONS

    def covers(self, sequences: Sequence[int]) -> bool:
        """Tell whether everything up to these sequences is applied, as far as this view holds it."""
        return all(self.applied[at] >= sequences[at] for at in self.held)


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """The view holds everything acknowledged before `beat_time_us`; `age_us` by the clock that says more."""

    beat_time_us: int
    log_index: int
    epoch: int
    age_us: int


def freshness(
    state: ViewState | None, now_wall_us: int, now_mono_us: int, max_staleness_us: int = MAX_STALENESS_US, boot: str = ""
) -> Freshness:
    """Judge the view's age. Raises StaleViewError: feed.missing, feed.ahead, feed.gap, feed.epoch, feed.rewound, feed.stale.

    `boot`: this start of this host. A monotonic time of another start or host tells nothing, so such a beat is stale.
    """
    if state is None or state.beat is None:
        code = "feed.rewound" if state is not None and state.rewound else "feed.missing"
        raise StaleViewError(code, "no beat has come yet")
    beat = state.beat
    by_wall_us = now_wall_us - beat.time_us
    since_us = now_mono_us - beat.mono_us
    if by_wall_us < -MAX_SKEW_US or beat.wall_us - beat.time_us < -MAX_SKEW_US:
        raise StaleViewError("feed.ahead", f"the beat is {-by_wall_us} us ahead of this host's clock")
    by_mono_us = max(0, beat.wall_us - beat.time_us) + since_us
    age_us = max(by_wall_us, by_mono_us)
    elsewhere = beat.boot != boot and bool(beat.boot) and bool(boot)
    if elsewhere or since_us < 0 or age_us >= max_staleness_us:
        raise StaleViewError(_why(state), f"the last beat that is covered is {age_us} us old")
    return Freshness(beat_time_us=beat.time_us, log_index=beat.log_index, epoch=beat.epoch, age_us=max(0, age_us))


def _why(state: ViewState) -> str:
    if state.rewound:
        return "feed.rewound"
    if state.older_epoch:
        return "feed.epoch"
    return "feed.gap" if state.waiting else "feed.stale"
