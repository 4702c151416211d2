"""Owns the dispatcher's work: what is open, what runs, what comes next. Decides by serving.core.generation alone."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from identity.keys.errors import KeysError, SignatureRefusedError
from serving.core.attempt import AttemptRequest
from serving.core.generation import Decline, Generation, Lease, Lose, Publish, next_action
from serving.dispatcher.calling import ReplicaCall, ReplicaLostError
from serving.replica.signing import checked_report
from streams.errors import LedgerUnavailableError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from identity.keys.client import KeyholderClient
    from serving.dispatcher.record import Record

log = logging.getLogger(__name__)

PROGRESS_EVERY_S = 1.0
PUBLISH_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Serving:
    """Where replicas are, how many attempts each engine takes, and what opens their doors."""

    address: str
    token: str
    replica_key: Ed25519PublicKey
    limits: Mapping[str, int]
    other_limit: int = 1


@dataclass(slots=True)
class _Running:
    engine: str
    call: ReplicaCall | None = None
    dropped: bool = False
    thread: threading.Thread | None = field(default=None, repr=False)


class Desk:
    """Holds every open generation and at most one piece of work for each. One thread calls it; its work runs beside."""

    def __init__(self, record: Record, serving: Serving, keyholder: KeyholderClient, healthy: Callable[[str], bool]) -> None:
        """`healthy`: whether an engine's replica answered a moment ago; no attempt is spent on one that did not."""
        self._record = record
        self._serving = serving
        self._keyholder = keyholder
        self._healthy = healthy
        self._open: dict[str, Generation] = {}
        self._running: dict[str, _Running] = {}
        self._publish_at_s: dict[str, float] = {}

    @property
    def engines(self) -> frozenset[str]:
        """Engines that somebody waits for."""
        return frozenset(state.request.engine for state in self._open.values())

    def look(self, streams: Iterable[str]) -> None:
        """Read these generations again. Raises LedgerUnavailableError."""
        for stream in streams:
            state = self._record.state(stream, self._open.get(stream))
            if state is None:
                continue
            if state.ended:
                self._open.pop(stream, None)
                self._publish_at_s.pop(stream, None)
                self._drop(stream)
            else:
                self._open[stream] = state

    def act(self) -> None:
        """Do what is next for each open generation; returns at once."""
        self._running = {stream: work for stream, work in self._running.items() if _alive(work)}
        busy = Counter(work.engine for work in self._running.values())
        now_us = time.time_ns() // 1000
        for stream, state in list(self._open.items()):
            engine = state.request.engine
            match next_action(state, now_us, running=stream in self._running):
                case Lease() as lease:
                    limit = self._serving.limits.get(engine, self._serving.other_limit)
                    if busy[engine] < limit and self._healthy(engine):
                        busy[engine] += 1
                        self._begin(stream, engine, lambda s=state, n=lease: self._attempt(s, n))
                case Lose(attempt, codes):
                    self._begin(stream, engine, lambda s=stream, n=attempt, c=codes: self._record.lost(s, n, c))
                case Decline():
                    self._begin(stream, engine, lambda s=stream: self._record.declined(s))
                case Publish() if time.monotonic() >= self._publish_at_s.get(stream, 0.0):
                    self._publish_at_s[stream] = time.monotonic() + PUBLISH_PAUSE_S
                    self._begin(stream, engine, lambda s=stream: self._publish(s))
                case _:
                    continue

    def drop_all(self) -> None:
        """Hang up on every replica: this dispatcher no longer speaks for them."""
        for stream in list(self._running):
            self._drop(stream)
        self._open.clear()

    def _begin(self, stream: str, engine: str, work: Callable[[], None]) -> None:
        running = _Running(engine)
        self._running[stream] = running
        running.thread = threading.Thread(target=_until_done, args=(work, stream), daemon=True)
        running.thread.start()

    def _drop(self, stream: str) -> None:
        running = self._running.get(stream)
        if running is None:
            return
        running.dropped = True
        if running.call is not None:
            running.call.hang_up()

    def _attempt(self, state: Generation, lease: Lease) -> None:
        leased = self._record.lease(state, lease)
        if leased is None:
            return
        state, leased_at_us = leased
        call = ReplicaCall(self._serving.address, state.request.engine, self._serving.token)
        running = self._running[state.stream]
        running.call = call
        request = AttemptRequest(generation=state.stream, attempt=state.attempt, lease_until_us=lease.until_us, leased_at_us=leased_at_us)
        try:
            signed = call.run(request, _Progress(self._record, state).tell)
            report = checked_report(self._serving.replica_key, signed, request)
        except (ReplicaLostError, SignatureRefusedError) as error:
            log.warning("attempt %d of %s has no report: %s", state.attempt, state.stream, error)
            if not running.dropped:
                code = "replica.lost" if isinstance(error, ReplicaLostError) else "replica.unauthenticated"
                self._record.lost(state.stream, state.attempt, (code,))
            return
        self._record.ended(state.stream, report)

    def _publish(self, stream: str) -> None:
        try:
            self._keyholder.release_draft(stream)
        except KeysError:
            return  # asked again after the pause; a refusal that ends the generation was recorded by the keyholder


class _Progress:
    """Records progress at most once a second, and only when there is some."""

    def __init__(self, record: Record, state: Generation) -> None:
        self._record = record
        self._state = state
        self._permille = 0
        self._at_s = time.monotonic()

    def tell(self, permille: int) -> None:
        now_s = time.monotonic()
        if permille > self._permille and now_s - self._at_s >= PROGRESS_EVERY_S:
            self._permille, self._at_s = permille, now_s
            self._record.progressed(self._state, permille)


def _until_done(work: Callable[[], None], stream: str) -> None:
    """Run one piece of work; what the ledger could not take is found again when the generation is looked at next."""
    try:
        work()
    except LedgerUnavailableError as error:
        log.warning("%s waits: %s", stream, error)


def _alive(work: _Running) -> bool:
    return work.thread is not None and work.thread.is_alive()
