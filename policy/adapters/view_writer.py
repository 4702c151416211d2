"""Writes the consent view: events and beats of the feed, a batch a transaction. One writer a host. Does not read the feed."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import lmdb
import msgspec

from policy.adapters.view_boot import boot_id
from policy.adapters.view_layout import LAYOUT, LAYOUT_KEY, MAP_BYTES, REFUSED, STATE, close, databases, decode_state, encode_state, hold
from policy.adapters.view_rows import Rows
from policy.core.facts import UseWrite, fold, uses_of
from policy.core.freshness import KeptBeat, ViewState
from policy.errors import StaleViewError, ViewFullError
from policy.ports import Head
from schemas.codec import event_of
from schemas.envelope import Envelope
from schemas.ids import PARTITIONS, POLICY_STREAM, SWITCH_STREAM, partition_of
from schemas.registry import by_wire

KEPT_BEATS = 64
CHECK_READERS_EVERY = 100
"""Slots of readers that were killed are freed this often; 20 s of beats alone."""
EVERY_QUESTION = (partition_of(POLICY_STREAM), partition_of(SWITCH_STREAM))
"""Partitions that every view holds, for every question reads them."""


class Arrived(NamedTuple):
    """An event of the feed and its place: in the log, and in its partition (gap-free, from 1)."""

    envelope: Envelope
    log_index: int
    partition: int
    partition_seq: int


class BeatLike(Protocol):
    """A beat as the relay sends it: what policy.core.freshness.Beat says, whichever class carries it."""

    @property
    def epoch(self) -> int:
        """Which relay."""
        ...

    @property
    def beat(self) -> int:
        """Which of its beats."""
        ...

    @property
    def time_us(self) -> int:
        """Postgres's time before which everything committed is named."""
        ...

    @property
    def log_index(self) -> int:
        """The last log index then."""
        ...

    @property
    def sequences(self) -> tuple[int, ...]:
        """The last sequence of each partition then."""
        ...


class ViewWriter:
    """The one writer of this host's view. A view of another incarnation, layout or share of partitions is emptied when it is opened."""

    def __init__(
        self, folder: Path | str, incarnation: int = 1, partitions: Iterable[int] | None = None, map_bytes: int = MAP_BYTES
    ) -> None:
        """Open or create the view, holding the streams of `partitions` (all).

        Raises ViewHeldError while another process writes it, ViewError.
        """
        self._folder = Path(folder)
        self._held = held_partitions(partitions)
        self._lock = hold(self._folder)
        try:
            self._view = databases(self._folder, write=True, map_bytes=map_bytes)
            self._waiting: deque[tuple[BeatLike, int, int]] = deque(maxlen=KEPT_BEATS)
            self._applies = 0
            self.state = self._opened(incarnation)
        except BaseException:
            os.close(self._lock)
            raise
        self._allow()

    def apply(
        self,
        events: Sequence[Arrived],
        beat: BeatLike | None = None,
        offsets: Mapping[int, int] | None = None,
        now: tuple[int, int] | None = None,
    ) -> ViewState:
        """Apply events and a beat in one transaction: visible together when this returns, or not at all.

        What was applied before, or belongs to a partition that is not held, is skipped. A beat counts from when all its
        events are here. `offsets`: where Kafka goes on, by partition. `now`: wall and monotonic microseconds. Raises
        StaleViewError (feed.gap) where an event is missing before one of these; SchemaError for an event that cannot be
        read; ViewFullError where there is no room, which readers are then told as feed.full until an apply succeeds.
        """
        wall_us, mono_us = now or (time.time_ns() // 1000, time.monotonic_ns() // 1000)
        try:
            with self._view.environment.begin(write=True) as transaction:
                state = self._beaten(self._applied(transaction, events), beat, wall_us, mono_us)
                if offsets:
                    state = msgspec.structs.replace(state, offsets=_moved(state.offsets, offsets))
                transaction.put(STATE, encode_state(state), db=self._view.meta)
        except (lmdb.MapFullError, lmdb.DiskError) as error:
            (self._folder / REFUSED).write_text(ViewFullError.code, "utf-8")
            raise ViewFullError(f"{error}: raise CAMEO_VIEW_MIB, or hold fewer partitions (CAMEO_VIEW_PARTITIONS)") from error
        self.state = state
        self._applies += 1
        if self._applies % CHECK_READERS_EVERY == 0:
            self._view.environment.reader_check()
            self._allow()
        return state

    def empty(self, *, rewound: bool = False) -> None:
        """Forget everything. `rewound`: because the record is not the one that was applied, which readers are told."""
        self.state = self._emptied(self.state.incarnation, rewound=rewound)
        self._waiting.clear()

    def close(self) -> None:
        """Close the view in this process, and let another write it."""
        close(self._folder)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _opened(self, incarnation: int) -> ViewState:
        with self._view.environment.begin() as transaction:
            found = transaction.get(STATE, db=self._view.meta)
        state = None if found is None else decode_state(found)
        if state is not None and (state.incarnation, state.held) == (incarnation, self._held):
            return state
        return self._emptied(incarnation, rewound=False)

    def _emptied(self, incarnation: int, *, rewound: bool) -> ViewState:
        nothing = (0,) * PARTITIONS
        empty = ViewState(incarnation=incarnation, applied=nothing, offsets=(-1,) * PARTITIONS, held=self._held, rewound=rewound)
        with self._view.environment.begin(write=True) as transaction:
            for database in self._view[1:]:
                transaction.drop(database, delete=False)
            transaction.put(LAYOUT_KEY, LAYOUT, db=self._view.meta)
            transaction.put(STATE, encode_state(empty), db=self._view.meta)
        return empty

    def _applied(self, transaction: Any, events: Sequence[Arrived]) -> ViewState:
        rows, state = Rows(self._view, transaction), self.state
        applied, log_index, event_id = list(state.applied), state.log_index, state.event_id
        for envelope, index, partition, sequence in events:
            if partition not in self._held or sequence <= applied[partition]:
                continue
            if sequence != applied[partition] + 1 or partition != partition_of(envelope.stream):
                raise StaleViewError("feed.gap", f"partition {partition}: {sequence} came after {applied[partition]}")
            _write(rows, envelope)
            applied[partition] = sequence
            if index > log_index:
                log_index, event_id = index, envelope.event_id
        return msgspec.structs.replace(state, applied=tuple(applied), log_index=log_index, event_id=event_id)

    def _beaten(self, state: ViewState, beat: BeatLike | None, wall_us: int, mono_us: int) -> ViewState:
        """Keep the newest beat whose events are all applied; remember those that still wait for theirs."""
        newest = (-1, -1) if state.beat is None else (state.beat.epoch, state.beat.beat)
        older_epoch, rewound = state.older_epoch, state.rewound
        if beat is not None:
            older_epoch = beat.epoch < max([newest[0], *(waiting.epoch for waiting, _, _ in self._waiting)])
            shorter = state.beat is not None and beat.log_index < state.beat.log_index
            if (beat.epoch, beat.beat) > newest:
                rewound = rewound or shorter
                if not shorter:
                    self._waiting.append((beat, wall_us, mono_us))
        kept = state.beat
        while self._waiting and state.covers(self._waiting[0][0].sequences):
            found, at_wall_us, at_mono_us = self._waiting.popleft()
            if (found.epoch, found.beat) > newest:
                newest = (found.epoch, found.beat)
                kept = KeptBeat(
                    epoch=found.epoch, beat=found.beat, time_us=found.time_us, log_index=found.log_index,
                    wall_us=at_wall_us, mono_us=at_mono_us, boot=boot_id(),
                )  # fmt: skip
        rewound = rewound and kept is state.beat
        return msgspec.structs.replace(state, beat=kept, waiting=bool(self._waiting), older_epoch=older_epoch, rewound=rewound)

    def _allow(self) -> None:
        (self._folder / REFUSED).unlink(missing_ok=True)


def held_partitions(partitions: Iterable[int] | None) -> tuple[int, ...]:
    """Tell what a view holds that is to hold these: them, and what every question reads. Raises ValueError for no partition."""
    if partitions is None:
        return tuple(range(PARTITIONS))
    held = tuple(sorted({*partitions, *EVERY_QUESTION}))
    if not set(held) <= set(range(PARTITIONS)):
        message = f"partitions are 0 to {PARTITIONS - 1}, not {held}"
        raise ValueError(message)
    return held


def _write(rows: Rows, envelope: Envelope) -> None:
    stream = envelope.stream
    last = rows.head(stream) or Head(0, 0)
    if envelope.revision != last.revision + 1:
        raise StaleViewError("feed.gap", f"{stream}: revision {envelope.revision} came after {last.revision}")
    consent = by_wire(envelope.type, envelope.version).consent
    number = rows.put_head(stream, Head(envelope.revision, envelope.revision if consent else last.consent_revision))
    event = event_of(envelope)
    for write in fold(event):
        if write.value is None:
            rows.delete(number, write.key)
        else:
            rows.put(number, write.key, write.value, envelope.revision)
    for use in uses_of(event, stream):
        _use(rows, use, stream)


def _use(rows: Rows, use: UseWrite, generation: str) -> None:
    if use.step == "open":
        return
    cameo = rows.numbered(use.cameo)
    found = rows.use(cameo, use.grant, generation)
    state, length_ms = (b"", 0) if found is None else found
    uses, taken_ms = rows.uses(cameo, use.grant)
    if use.step == "return":
        if state == b"r":
            rows.put_use(cameo, use.grant, generation, None)
            rows.put_uses(cameo, use.grant, uses - 1, taken_ms - length_ms)
        return
    if found is None:
        length_ms = _length_ms(rows, generation)
        rows.put_uses(cameo, use.grant, uses + 1, taken_ms + length_ms)
    rows.put_use(cameo, use.grant, generation, (b"c" if use.step == "consume" or state == b"c" else b"r", length_ms))


def _length_ms(rows: Rows, generation: str) -> int:
    request = rows.get(rows.numbered(generation), "request")
    return 0 if request is None else request.value["duration_ms"]


def _moved(offsets: Sequence[int], moved: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(moved.get(partition, offset) for partition, offset in enumerate(offsets))
