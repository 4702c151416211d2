"""Owns what a watcher needs from the view and the keyholder, as ports; owns no implementation."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from identity.keys.wire import OpenAnswer, OpenAsk, ReleaseAnswer, ReleaseAsk
from policy.ports import FactReader


class Fresh(Protocol):
    """A view that is fresh: everything acknowledged before `beat_time_us` is in it, and the log up to `log_index`."""

    @property
    def beat_time_us(self) -> int:
        """UTC microseconds."""
        ...

    @property
    def log_index(self) -> int:
        """The last that the beat knew of."""
        ...

    @property
    def age_us(self) -> int:
        """How long ago the beat was, by the clock that says more."""
        ...


class WatchedView(Protocol):
    """The consent view as a watcher reads it: facts as they stand together, and how far they can be trusted."""

    def reading(self) -> AbstractContextManager[FactReader]:
        """Read facts of one moment. Keep it short and ask nobody inside."""
        ...

    def freshness(self, now_wall_us: int, now_mono_us: int) -> Fresh:
        """Tell how fresh the view is. Raises StaleViewError with its code."""
        ...


class Gatekeeper(Protocol):
    """The keyholder as a replica may use it. Both raise KeyholderUnavailableError, KeyholderRefusedError."""

    def open(self, ask: OpenAsk) -> OpenAnswer:
        """Ask for the likeness keys of a leased attempt, sealed to the child's one-time key."""
        ...

    def release(self, ask: ReleaseAsk) -> ReleaseAnswer:
        """Offer the sealed film for release."""
        ...
