"""The relay: numbers what was appended and carries it to Kafka, once and in order for every reader. Does not decide.

`python -m streams.relay`, one at a time (a session lock; a second one waits). Numbering commits before anything is sent,
and the cursor moves after Kafka's acknowledgement: killed in between, the next relay sends again, and readers drop what
they have by its place. A batch is read in order of position; that is the order of commits for appends that conflict.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import dataclass

from streams.adapters.kafka import BeatPublisher, EventPublisher
from streams.adapters.postgres_relay import RelaySession
from streams.core.carried import Beat, Numbered, number
from streams.errors import KafkaUnavailableError, LedgerUnavailableError, RelayFencedError, RelayHeldError
from streams.process import Process, Told

log = logging.getLogger(__name__)

BATCH = 500
BEAT_S = 0.2
"""Five beats a second: by design, a view is stale after 500 ms."""
QUICK_POLL_S = 0.001
IDLE_POLL_S = 0.004
"""A 1 ms poll costs 10 % of a core (measured); it is kept for QUICK_S after an event. What moves consent rings besides."""
QUICK_S = 0.1
RETRY_S = 0.1
VACUUM_AFTER = 2000


@dataclass(frozen=True, slots=True)
class Reach:
    """How far everything is acknowledged, as of a time of Postgres."""

    epoch: int
    time_us: int
    log_index: int
    sequences: tuple[int, ...]


class Heart(threading.Thread):
    """Sends a beat of the newest reach five times a second; nothing when it did not move."""

    def __init__(self, publisher: BeatPublisher, stopping: threading.Event) -> None:
        super().__init__(name="beats", daemon=True)
        self._publisher = publisher
        self._stopping = stopping
        self.reach: Reach | None = None

    def run(self) -> None:
        """Beat until the process stops."""
        sent, count, due_s = None, 0, time.monotonic()
        while not self._stopping.wait(max(0.0, due_s - time.monotonic())):
            due_s = max(due_s + BEAT_S, time.monotonic())
            reach = self.reach
            if reach is None or reach is sent:
                due_s = time.monotonic() + IDLE_POLL_S
                continue
            count += 1
            self._publisher.send(
                Beat(epoch=reach.epoch, beat=count, time_us=reach.time_us, log_index=reach.log_index, sequences=reach.sequences)
            )
            sent = reach
        self._publisher.close()


class Relay:
    """One epoch of relaying over an open session."""

    def __init__(self, session: RelaySession, publisher: EventPublisher, heart: Heart, stopping: threading.Event) -> None:
        self._session = session
        self._publisher = publisher
        self._heart = heart
        self._stopping = stopping
        self._cleared = 0
        self._told = Told(log)

    def run(self) -> None:
        """Relay until the process stops; raises LedgerUnavailableError or RelayFencedError when this epoch is over."""
        while not self._stopping.is_set() and (left := self._session.unpublished(BATCH)):
            self._publish(left)
        quick_until_s = 0.0
        while not self._stopping.is_set():
            count = self.step()
            now_s = time.monotonic()
            if count:
                quick_until_s = now_s + QUICK_S
            elif now_s < quick_until_s:
                self._stopping.wait(QUICK_POLL_S)
            else:
                self._tidy()
                self._session.wait(IDLE_POLL_S)

    def step(self) -> int:
        """Carry one batch; returns how many events it had."""
        session = self._session
        reading = session.read(BATCH)
        if reading.envelopes:
            events, sequences = number(reading.envelopes, session.log_size, session.sequences)
            session.number(events, sequences)
            self._cleared += len(events)
            if not self._publish(events):
                return len(events)
        if len(reading.envelopes) < BATCH:
            self._heart.reach = Reach(session.epoch, reading.time_us, session.log_size - 1, tuple(session.sequences))
        return len(reading.envelopes)

    def _publish(self, events: list[Numbered]) -> bool:
        """Send until acknowledged, however long Kafka is away; false when the process was stopped before."""
        while not self._stopping.is_set():
            try:
                self._publisher.publish(events, self._session.epoch)
            except KafkaUnavailableError as error:
                self._told.warn(f"events {events[0].index} to {events[-1].index} are not acknowledged", error)
                self._stopping.wait(RETRY_S)
                self._session.keep()
                continue
            self._told.over()
            self._session.acknowledged(events[-1].index + 1)
            return True
        return False

    def _tidy(self) -> None:
        if self._cleared >= VACUUM_AFTER:
            self._session.vacuum()
            self._cleared = 0


def relay(conninfo: str, bootstrap: str, process: Process) -> None:
    """Relay until the process stops, through every loss of Postgres, Kafka or the lock."""
    heart = Heart(BeatPublisher(bootstrap), process.stopping)
    heart.start()
    publisher = EventPublisher(bootstrap)
    told = Told(log)
    try:
        while not process.stopping.is_set():
            try:
                publisher.connect()
                session = RelaySession.open(conninfo)
            except (LedgerUnavailableError, KafkaUnavailableError, RelayHeldError) as error:
                told.warn("not relaying yet", error)
                process.stopping.wait(RETRY_S)
                continue
            try:
                told.over()
                process.ready()
                log.info("epoch %d begins at log index %d, published %d", session.epoch, session.log_size, session.published)
                Relay(session, publisher, heart, process.stopping).run()
            except (LedgerUnavailableError, RelayFencedError) as error:
                log.warning("epoch %d is over: %s", session.epoch, error)
                process.stopping.wait(RETRY_S)
            finally:
                heart.reach = None
                session.close()
    finally:
        process.stopping.set()
        heart.join(timeout=2)
        publisher.close()


def main() -> None:
    """Relay for the installation that the environment names."""
    from infra.settings import Settings  # noqa: PLC0415 -- wiring: settings are read at the edge alone

    settings = Settings.from_env(os.environ)
    with Process("relay", settings.run) as process:
        relay(settings.dsn("relay"), settings.kafka, process)


if __name__ == "__main__":
    main()
