"""The feeder: keeps this host's consent view as close behind the record as Kafka is. Does not decide or judge freshness.

`python -m streams.feeder`. At its start it notes where the topics end, reads from the ledger what the view lacks (all of
it, when the view is new or lost), then follows Kafka. Each place is applied once, in order; what is missing or comes from
a relay that is over is read from the ledger. While the ledger is away too, the view stays behind, and says so itself.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence

from schemas.errors import SchemaError
from streams.adapters.kafka import EventReader
from streams.adapters.postgres import PostgresEventStore
from streams.core.carried import Beat, Carried
from streams.core.feed import Gap, Reached, missing, newest, sift
from streams.errors import KafkaUnavailableError, LedgerError
from streams.ports import Logged, ViewSink
from streams.process import Process

log = logging.getLogger(__name__)

POLL_MS = 50
PAGE = 1000
RETRY_S = 0.1
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
        self._asked_s = 0.0
        self.reached = view.reached()

    def catch_up(self) -> int:
        """Apply from the ledger's log all that the view lacks; returns how many events. Raises LedgerError."""
        if any(have > there for have, there in zip(self.reached.sequences, self._ledger.log_sequences(), strict=True)):
            log.warning("the view is ahead of the ledger: it is built anew")
            self._view.reset()
            self.reached = Reached()
        first = self._ledger.first_missing(self.reached.sequences)
        count = 0
        while first is not None:
            page = self._ledger.read_log(first - 1, PAGE)
            if not page:
                break
            count += self._take(self._believed(page), None)
            first = page[-1].index + 1
        self._owed.clear()
        return count

    def take(self, events: Sequence[Carried], beats: Sequence[Beat]) -> None:
        """Apply what Kafka brought; a gap is filled from the ledger at once, or at a later call when that is away."""
        beat = newest([one for one in beats if one.epoch >= self.reached.epoch], self._beat)
        if beat is not None:
            self._beat = beat
            self._watched = self._watched or (beat, time.monotonic())
        elif beats and beats[-1].epoch < self.reached.epoch:
            log.warning("a beat of epoch %d came after epoch %d", beats[-1].epoch, self.reached.epoch)
            self._view.apply((), beats[-1])  # the view refuses it, and says so when it is asked
        if events or beat is not None:
            self._take(events, beat)
        gaps = self._overdue()
        if gaps and time.monotonic() - self._asked_s > RETRY_S:
            self._fill(gaps)

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

    def _take(self, events: Sequence[Carried], beat: Beat | None) -> int:
        sifted = sift(self.reached, events)
        if sifted.apply or beat is not None:
            self._view.apply(sifted.apply, beat)
        self.reached = sifted.reached
        if beat is not None and beat.epoch > self.reached.epoch:
            self.reached = Reached(self.reached.sequences, beat.epoch)
        for gap in sifted.gaps:
            self._owed[gap.partition] = max(gap.last, self._owed.get(gap.partition, 0))
        self._owed = {at: last for at, last in self._owed.items() if last > self.reached.sequences[at]}
        return len(sifted.apply)

    def _believed(self, logged: Sequence[Logged]) -> list[Carried]:
        """Take the ledger's own word under the newest epoch."""
        epoch = self.reached.epoch
        return [Carried(one.index, one.partition, one.partition_seq, epoch, one.envelope) for one in logged]


def feed(ledger: PostgresEventStore, open_view: Callable[[int], ViewSink], bootstrap: str, process: Process) -> None:
    """Feed a view until the process stops, through every loss of Kafka or the ledger.

    `open_view`: opens the view for an incarnation of the ledger, once; a view of another one begins empty.
    """
    view = None
    while not process.stopping.is_set():
        reader = None
        try:
            view = view or open_view(ledger.incarnation())
            reader = EventReader(bootstrap)
            feeding = Feed(ledger, view)
            log.info("%d events were missing", feeding.catch_up())
            process.ready()
            follow(reader, feeding, process.stopping)
        except (KafkaUnavailableError, LedgerError, SchemaError) as error:
            log.warning("not feeding: %s", error)
            process.stopping.wait(RETRY_S)
        finally:
            if reader is not None:
                reader.close()


def follow(reader: EventReader, feeding: Feed, stopping: threading.Event) -> None:
    """Apply what Kafka brings until told to stop; raises KafkaUnavailableError, SchemaError."""
    while not stopping.is_set():
        feeding.take(*reader.poll(POLL_MS))


def main() -> None:
    """Feed this host's view for the installation that the environment names."""
    from infra.settings import Settings  # noqa: PLC0415 -- wiring: settings are read at the edge alone
    from streams.adapters.view import ConsentView  # noqa: PLC0415 -- wiring

    settings = Settings.from_env(os.environ)
    with Process("feeder", settings.run) as process, PostgresEventStore(settings.dsn("feeder"), settings.tenant) as ledger:
        feed(ledger, lambda incarnation: ConsentView(settings.view, incarnation), settings.kafka, process)


if __name__ == "__main__":
    main()
