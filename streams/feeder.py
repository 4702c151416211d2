"""The feeder: keeps this host's consent view as close behind the record as Kafka is. Does not decide or judge freshness.

`python -m streams.feeder`, one a host: a second one waits for the view's lock and goes on where the first one ended. At
its start it makes sure that the ledger is the one that was applied. Where the view knows its place on Kafka it reads on
from there; a new one is made from the newest snapshot that can be used, and what no snapshot has is read from the ledger.
Each place is applied once, in order; what is missing or comes from a relay that is over is read from the ledger. While
the ledger is away too, the view stays behind, and says so itself.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence

from policy.errors import ViewFullError, ViewHeldError
from schemas.errors import SchemaError
from streams.adapters.kafka import EventReader
from streams.adapters.postgres import PostgresEventStore
from streams.core.carried import Beat, Carried
from streams.core.feed import ALL, Gap, Reached, is_set_back, missing, newest, shares, sift
from streams.errors import IncarnationError, KafkaUnavailableError, LedgerError
from streams.ports import Logged, ViewSink
from streams.process import Process, Told

log = logging.getLogger(__name__)

POLL_MS = 50
PAGE = 1000
RETRY_S = 0.1
LOCK_S = 0.02
"""How often a second feeder tries the lock."""
FULL_S = 5.0
"""How long a feeder whose view is full waits before it tries again: a reader that holds old pages may have gone."""
OVERDUE_S = 0.3
"""How long after a beat its events may still come from Kafka before they are read from the ledger; unmeasured."""


class Feed:
    """Applies what comes to a view, and fetches from the ledger what does not come."""

    def __init__(self, ledger: PostgresEventStore, view: ViewSink) -> None:
        self._ledger = ledger
        self._view = view
        self._beat: Beat | None = None
        self._watched: tuple[Beat, float] | None = None
        """A beat, and since when its events may be expected to be here."""
        self._owed: dict[int, int] = {}
        """Partition → the last sequence known to exist, where the view lacks it."""
        self._asked_s = self._verified_s = 0.0
        self.reached = view.reached()

    def verify(self) -> None:
        """Make sure that the ledger is the one that was applied; empty the view where it is not.

        Raises IncarnationError where the ledger began another life, LedgerError.
        """
        self._verified_s = time.monotonic()
        place, record = self._view.place(), self._ledger.record()
        if record.incarnation != place.incarnation:
            raise IncarnationError(f"the view knows {place.incarnation}, the ledger is {record.incarnation}")
        entries = self._ledger.read_log(place.index - 1, 1) if place.index >= 0 else ()
        if is_set_back(self.reached, place, record, entries[0].envelope.event_id if entries else None):
            log.error("the ledger was set back behind log index %d: the view is built anew", place.index)
            self._view.reset()
            self._beat = self._watched = None
            self._owed.clear()
            self.reached = self._view.reached()
            self.catch_up()

    def begin(self, reader: EventReader, stopping: threading.Event) -> int:
        """Come to where Kafka ended when this began; returns how many events were applied. Raises as `verify` and `take` do."""
        self.verify()
        ends = reader.to_end()
        known = self._view.offsets()
        if len(known) < len(self.reached.held):
            count = self.catch_up()
            self._view.apply((), None, ends)
            return count
        reader.resume(known)
        before = sum(self.reached.sequences)
        while not stopping.is_set() and any(reader.offsets[at] < end for at, end in ends.items()):
            self.take(*reader.poll(POLL_MS), reader.offsets)
        return sum(self.reached.sequences) - before

    def catch_up(self) -> int:
        """Apply from the ledger's log all that the view lacks; returns how many events. Raises LedgerError."""
        first = self._ledger.first_missing(self._wanted())
        count = 0
        while first is not None:
            page = self._ledger.read_log(first - 1, PAGE)
            if not page:
                break
            count += self._take(self._believed(page), None)
            first = page[-1].index + 1
        self._owed.clear()
        return count

    def take(self, events: Sequence[Carried], beats: Sequence[Beat], offsets: dict[int, int] | None = None) -> None:
        """Apply what Kafka brought; a gap is filled from the ledger at once, or at a later call when that is away.

        Another relay than before, or a beat that is not newer than the last, may mean another ledger: that is found out
        first. Raises LedgerError where it cannot be, and nothing is applied.
        """
        if self._is_another_relay(events, beats):
            self.verify()
        beat = newest([one for one in beats if one.epoch >= self.reached.epoch], self._beat)
        if beat is not None:
            self._beat = beat
            self._watched = self._watched or (beat, time.monotonic())
        elif beats and beats[-1].epoch < self.reached.epoch:
            log.warning("a beat of epoch %d came after epoch %d", beats[-1].epoch, self.reached.epoch)
            self._view.apply((), beats[-1])  # the view refuses it, and says so when it is asked
        if events or beat is not None:
            self._take(events, beat, offsets)
        gaps = self._overdue()
        if gaps and time.monotonic() - self._asked_s > RETRY_S:
            self._fill(gaps)

    def _is_another_relay(self, events: Sequence[Carried], beats: Sequence[Beat]) -> bool:
        newer = self.reached.epoch and any(one.epoch > self.reached.epoch for one in (*events, *beats))
        repeated = bool(beats) and self._beat is not None and newest(beats, self._beat) is None
        return bool(newer) or (repeated and time.monotonic() - self._verified_s > RETRY_S)

    def _wanted(self) -> list[int]:
        """Tell the sequences that are here; of what is not held, more than there can be."""
        return [self.reached.sequences[at] if at in self.reached.held else 1 << 62 for at in ALL]

    def _overdue(self) -> list[Gap]:
        """Tell what the ledger must be asked for: gaps seen, and what a beat named a while ago and Kafka did not bring."""
        gaps = [Gap(at, self.reached.sequences[at] + 1, last) for at, last in self._owed.items()]
        if self._watched is not None and time.monotonic() - self._watched[1] > OVERDUE_S:
            lacking = missing(self.reached, self._watched[0])
            gaps.extend(gap for gap in lacking if gap.partition not in self._owed)
            self._watched = self._watched if lacking else None
        return gaps

    def _fill(self, gaps: Sequence[Gap]) -> None:
        self._asked_s = time.monotonic()
        try:
            for gap in gaps:
                log.warning("reading partition %d, sequences %d to %d from the ledger", gap.partition, gap.first, gap.last)
                self._take(self._believed(self._ledger.read_partition(gap.partition, gap.first, gap.last)), None)
        except LedgerError as error:
            log.warning("a gap stays: %s", error)

    def _take(self, events: Sequence[Carried], beat: Beat | None, offsets: dict[int, int] | None = None) -> int:
        sifted = sift(self.reached, events)
        if sifted.apply or beat is not None:
            self._view.apply(sifted.apply, beat, offsets)
        self.reached = sifted.reached
        if beat is not None and beat.epoch > self.reached.epoch:
            self.reached = Reached(self.reached.sequences, beat.epoch, self.reached.held)
        for gap in sifted.gaps:
            self._owed[gap.partition] = max(gap.last, self._owed.get(gap.partition, 0))
        self._owed = {at: last for at, last in self._owed.items() if last > self.reached.sequences[at]}
        return len(sifted.apply)

    def _believed(self, logged: Sequence[Logged]) -> list[Carried]:
        """Take the ledger's own word under the newest epoch."""
        epoch = self.reached.epoch
        return [Carried(one.index, one.partition, one.partition_seq, epoch, one.envelope) for one in logged]


def feed(
    ledger: PostgresEventStore, open_view: Callable[[int], ViewSink], bootstrap: str, process: Process, partitions: Sequence[int] = ALL
) -> None:
    """Feed a view until the process stops, through every loss of Kafka or the ledger.

    `open_view`: opens the view for an incarnation of the ledger, or raises ViewHeldError; a view of another one begins empty.
    """
    view: ViewSink | None = None
    told = Told(log)
    while not process.stopping.is_set():
        reader = None
        try:
            reader = EventReader(bootstrap, partitions)
            view = view or _opened(ledger, open_view, process.stopping)
            if view is not None:
                feeding = Feed(ledger, view)
                log.info("%d events were missing", feeding.begin(reader, process.stopping))
                process.ready()
                told.over()
                follow(reader, feeding, process.stopping)
        except IncarnationError as error:
            log.warning("the view begins anew: %s", error)
            if view is not None:
                view.close()
            view = None
        except ViewFullError as error:
            log.error("not feeding, and this host refuses: %s", error)  # noqa: TRY400 -- the operator needs the words, not the stack
            process.stopping.wait(FULL_S)
        except (KafkaUnavailableError, LedgerError, SchemaError) as error:
            told.warn("not feeding", error)
            process.stopping.wait(RETRY_S)
        finally:
            if reader is not None:
                reader.close()
    if view is not None:
        view.close()


def _opened(ledger: PostgresEventStore, open_view: Callable[[int], ViewSink], stopping: threading.Event) -> ViewSink | None:
    """Open the view as soon as nobody else writes it; None when the process stops before."""
    told = False
    while not stopping.is_set():
        try:
            return open_view(ledger.record().incarnation)
        except ViewHeldError as error:
            if not told:
                log.info("waiting: %s", error)
            told = True
            stopping.wait(LOCK_S)
    return None


def follow(reader: EventReader, feeding: Feed, stopping: threading.Event) -> None:
    """Apply what Kafka brings until told to stop; raises KafkaUnavailableError, SchemaError, LedgerError, ViewFullError."""
    while not stopping.is_set():
        feeding.take(*reader.poll(POLL_MS), reader.offsets)


def main() -> None:
    """Feed this host's view for the installation that the environment names."""
    from infra.settings import Settings  # noqa: PLC0415 -- wiring: settings are read at the edge alone
    from policy.adapters.view_writer import held_partitions  # noqa: PLC0415 -- wiring
    from streams.adapters.view import ConsentView  # noqa: PLC0415 -- wiring

    settings = Settings.from_env(os.environ)
    partitions = shares(settings.view_partitions)

    def open_view(incarnation: int) -> ViewSink:
        return ConsentView(settings.view, incarnation, partitions, settings.view_mib << 20, settings.snapshots)

    with Process("feeder", settings.run) as process, PostgresEventStore(settings.dsn("feeder"), settings.tenant) as ledger:
        feed(ledger, open_view, settings.kafka, process, held_partitions(partitions))


if __name__ == "__main__":
    main()
