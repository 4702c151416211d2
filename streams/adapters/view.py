"""ConsentView: the feeder's hands on this host's view (policy.adapters.view_writer). Does not fold facts or judge freshness."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from policy.adapters.view_writer import Arrived, ViewWriter
from streams.core.carried import Beat, Carried
from streams.core.feed import Reached

NO_INCARNATION = 0
"""No ledger has it: a view opened for it is emptied."""


class ConsentView:
    """A ViewSink over the one writer of the view."""

    def __init__(self, folder: Path, incarnation: int) -> None:
        self._folder = folder
        self._incarnation = incarnation
        self._writer = ViewWriter(folder, incarnation)

    def reached(self) -> Reached:
        """Tell how far the view is."""
        state = self._writer.state
        return Reached(tuple(state.applied), 0 if state.beat is None else state.beat.epoch)

    def apply(self, events: Sequence[Carried], beat: Beat | None) -> None:
        """Apply events and a beat in one transaction."""
        self._writer.apply([Arrived(one.envelope, one.index, one.partition, one.partition_seq) for one in events], beat)

    def reset(self) -> None:
        """Forget everything."""
        self._writer.close()
        ViewWriter(self._folder, NO_INCARNATION).close()
        self._writer = ViewWriter(self._folder, self._incarnation)

    def close(self) -> None:
        """Close the view in this process."""
        self._writer.close()
