"""ConsentView: the feeder's hands on this host's view (policy.adapters.view_writer). Does not fold facts or judge freshness."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from policy.adapters.view_layout import MAP_BYTES, hold
from policy.adapters.view_snapshot import restore
from policy.adapters.view_writer import Arrived, ViewWriter
from streams.core.carried import Beat, Carried
from streams.core.feed import Place, Reached


class ConsentView:
    """A ViewSink over the one writer of the view. An empty folder takes the newest snapshot that can be used."""

    def __init__(
        self,
        folder: Path,
        incarnation: int,
        partitions: Sequence[int] | None = None,
        map_bytes: int = MAP_BYTES,
        snapshots: Path | None = None,
    ) -> None:
        """Raises ViewHeldError while another process writes the view, ViewError."""
        if snapshots is not None:
            descriptor = hold(folder)
            try:
                restore(snapshots, folder, incarnation, partitions)
            finally:
                os.close(descriptor)
        self._writer = ViewWriter(folder, incarnation, partitions, map_bytes)

    def reached(self) -> Reached:
        """Tell how far the view is."""
        state = self._writer.state
        return Reached(tuple(state.applied), 0 if state.beat is None else state.beat.epoch, state.held)

    def place(self) -> Place:
        """Tell which event was applied last."""
        state = self._writer.state
        return Place(state.incarnation, state.log_index, state.event_id)

    def offsets(self) -> Mapping[int, int]:
        """Tell where Kafka goes on."""
        state = self._writer.state
        return {at: state.offsets[at] for at in state.held if state.offsets[at] >= 0}

    def apply(self, events: Sequence[Carried], beat: Beat | None, offsets: Mapping[int, int] | None = None) -> None:
        """Apply events and a beat in one transaction."""
        self._writer.apply([Arrived(one.envelope, one.index, one.partition, one.partition_seq) for one in events], beat, offsets)

    def reset(self) -> None:
        """Forget everything, and say why."""
        self._writer.empty(rewound=True)

    def close(self) -> None:
        """Close the view in this process, and let another write it."""
        self._writer.close()
