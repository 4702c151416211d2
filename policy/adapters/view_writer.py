"""Writes the consent view: events and beats of the feed, a batch a transaction. One writer a host. Does not read the feed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from policy.adapters.view_layout import (
    COUNT,
    HEAD,
    STATE,
    USE,
    close,
    databases,
    decode_state,
    encode_fact,
    encode_state,
    fact_key,
    read_fact,
    read_head,
    use_key,
)
from policy.core.facts import UseWrite, fold, uses_of
from policy.core.freshness import KeptBeat, ViewState
from policy.errors import StaleViewError
from policy.ports import Head
from schemas.codec import event_of
from schemas.envelope import Envelope
from schemas.ids import PARTITIONS, partition_of
from schemas.registry import by_wire

KEPT_BEATS = 64
CHECK_READERS_EVERY = 100
"""Slots of readers that were killed are freed this often; 20 s of beats alone."""


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
    """The one writer of this host's view. A view of another incarnation of the ledger is emptied when it is opened."""

    def __init__(self, folder: Path | str, incarnation: int = 1) -> None:
        """Open or create the view. Raises ViewError."""
        self._folder = Path(folder)
        self._view = databases(self._folder, write=True)
        self._waiting: deque[tuple[BeatLike, int, int]] = deque(maxlen=KEPT_BEATS)
        self._applies = 0
        self.state = self._opened(incarnation)

    def apply(
        self,
        events: Sequence[Arrived],
        beat: BeatLike | None = None,
        offsets: Mapping[int, int] | None = None,
        now: tuple[int, int] | None = None,
    ) -> ViewState:
        """Apply events and a beat in one transaction: visible together when this returns, or not at all.

        What was applied before is skipped. A beat counts from when all its events are here. `offsets`: where the feed
        goes on reading, by partition. `now`: wall and monotonic microseconds. Raises StaleViewError (feed.gap) where an
        event is missing before one of these; SchemaError for an event that cannot be read.
        """
        wall_us, mono_us = now or (time.time_ns() // 1000, time.monotonic_ns() // 1000)
        applied, log_index = list(self.state.applied), self.state.log_index
        with self._view.environment.begin(write=True) as transaction:
            for envelope, index, partition, sequence in events:
                if sequence <= applied[partition]:
                    continue
                if sequence != applied[partition] + 1 or partition != partition_of(envelope.stream):
                    detail = f"partition {partition}: {sequence} came after {applied[partition]}"
                    raise StaleViewError("feed.gap", detail)
                self._event(transaction, envelope)
                applied[partition], log_index = sequence, max(log_index, index)
            state = msgspec.structs.replace(self.state, applied=tuple(applied), log_index=log_index)
            state = self._beaten(state, beat, wall_us, mono_us)
            if offsets:
                state = msgspec.structs.replace(state, offsets=_moved(state.offsets, offsets))
            transaction.put(STATE, encode_state(state), db=self._view.meta)
        self.state = state
        self._applies += 1
        if self._applies % CHECK_READERS_EVERY == 0:
            self._view.environment.reader_check()
        return state

    def close(self) -> None:
        """Close the view in this process."""
        close(self._folder)

    def _opened(self, incarnation: int) -> ViewState:
        empty = ViewState(incarnation=incarnation, applied=(0,) * PARTITIONS, offsets=(0,) * PARTITIONS)
        with self._view.environment.begin(write=True) as transaction:
            found = transaction.get(STATE, db=self._view.meta)
            state = None if found is None else decode_state(found)
            if state is not None and state.incarnation == incarnation:
                return state
            for database in self._view[1:]:
                transaction.drop(database, delete=False)
            transaction.put(STATE, encode_state(empty), db=self._view.meta)
        return empty

    def _beaten(self, state: ViewState, beat: BeatLike | None, wall_us: int, mono_us: int) -> ViewState:
        """Keep the newest beat whose events are all applied; remember those that still wait for theirs."""
        newest = (-1, -1) if state.beat is None else (state.beat.epoch, state.beat.beat)
        older_epoch = state.older_epoch
        if beat is not None:
            older_epoch = beat.epoch < max([newest[0], *(waiting.epoch for waiting, _, _ in self._waiting)])
            if (beat.epoch, beat.beat) > newest:
                self._waiting.append((beat, wall_us, mono_us))
        kept = state.beat
        while self._waiting and _covered(self._waiting[0][0], state.applied):
            found, at_wall_us, at_mono_us = self._waiting.popleft()
            if (found.epoch, found.beat) > newest:
                newest = (found.epoch, found.beat)
                kept = KeptBeat(
                    epoch=found.epoch, beat=found.beat, time_us=found.time_us, log_index=found.log_index,
                    wall_us=at_wall_us, mono_us=at_mono_us,
                )  # fmt: skip
        return msgspec.structs.replace(state, beat=kept, waiting=bool(self._waiting), older_epoch=older_epoch)

    def _event(self, transaction: Any, envelope: Envelope) -> None:
        stream = envelope.stream
        found = transaction.get(stream.encode(), db=self._view.heads)
        last = Head(0, 0) if found is None else read_head(found)
        if envelope.revision != last.revision + 1:
            raise StaleViewError("feed.gap", f"{stream}: revision {envelope.revision} came after {last.revision}")
        consent = by_wire(envelope.type, envelope.version).consent
        head = HEAD.pack(envelope.revision, envelope.revision if consent else last.consent_revision)
        transaction.put(stream.encode(), head, db=self._view.heads)
        event = event_of(envelope)
        for write in fold(event):
            key = fact_key(stream, write.key)
            if write.value is None:
                transaction.delete(key, db=self._view.facts)
            else:
                transaction.put(key, encode_fact((write.value, envelope.revision)), db=self._view.facts)
        for use in uses_of(event, stream):
            self._use(transaction, use, stream)

    def _use(self, transaction: Any, use: UseWrite, generation: str) -> None:
        if use.step == "open":
            return
        uses, key = self._view.uses, use_key(use.cameo, use.grant, generation)
        found = transaction.get(key, db=uses)
        state, length_ms = (b"", 0) if found is None else USE.unpack(found)
        if use.step == "return":
            if state == b"r":
                transaction.delete(key, db=uses)
                self._count(transaction, use, -1, -length_ms)
            return
        if found is None:
            length_ms = self._length_ms(transaction, generation)
            self._count(transaction, use, 1, length_ms)
        transaction.put(key, USE.pack(b"c" if use.step == "consume" or state == b"c" else b"r", length_ms), db=uses)

    def _length_ms(self, transaction: Any, generation: str) -> int:
        found = transaction.get(fact_key(generation, "request"), db=self._view.facts)
        return 0 if found is None else read_fact(found).value["duration_ms"]

    def _count(self, transaction: Any, use: UseWrite, by: int, by_ms: int) -> None:
        key = use_key(use.cameo, use.grant)
        found = transaction.get(key, db=self._view.uses)
        uses, taken_ms = (0, 0) if found is None else COUNT.unpack(found)
        transaction.put(key, COUNT.pack(uses + by, taken_ms + by_ms), db=self._view.uses)


def _covered(beat: BeatLike, applied: Sequence[int]) -> bool:
    return all(here >= there for here, there in zip(applied, beat.sequences, strict=True))


def _moved(offsets: Sequence[int], moved: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(moved.get(partition, offset) for partition, offset in enumerate(offsets))
