"""Owns the wrapper around every agent: once, in order, parked when it fails. Does not know Kafka, nor what agents do.

Faust acknowledges an event whose handler raised, so nothing may leave `take`: a failed event is parked in a transaction,
what follows in its stream waits behind it, and while parking itself is impossible the wrapper blocks. What Kafka never
delivered, or delivered while a stream was parked, is read again from the ledger by `sweep`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from threading import Event
from typing import Protocol, TypeVar

from schemas.envelope import Envelope
from schemas.ids import stream_kind
from streams.agents.errors import AgentStoppedError, StateUnavailableError
from streams.agents.ports import Agent, AgentState
from streams.core.parking import describe, next_step, retry_after_us
from streams.errors import LedgerUnavailableError

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 2.0
log = logging.getLogger(__name__)
T = TypeVar("T")


class StreamReader(Protocol):
    """The part of the ledger that re-reading needs."""

    def read(self, stream: str, after: int = 0) -> Sequence[Envelope]:
        """Read a stream's events above a revision, in order."""
        ...


class Runner:
    """One agent with its cursors. Used by one thread at a time."""

    def __init__(self, agent: Agent, state: AgentState, ledger: StreamReader, stopping: Event, now_us: Callable[[], int]) -> None:
        """`stopping`: set when the worker stops; whatever blocks then raises AgentStoppedError."""
        self.agent = agent
        self._state = state
        self._ledger = ledger
        self._stopping = stopping
        self._now_us = now_us

    def take(self, envelope: Envelope) -> None:
        """Take an event as it is delivered: any order, any number of times. Returns when it is applied, parked or old."""
        if stream_kind(envelope.stream) in self.agent.kinds:
            self._insist(lambda: self._take(envelope))

    def look(self, stream: str) -> None:
        """Read a stream again from its cursor on, unless it is parked: what was delivered could not be read."""
        if stream_kind(stream) in self.agent.kinds and not self._insist(lambda: self._state.standing(stream)).parked:
            self._insist(lambda: self._catch_up(stream))

    def sweep(self, partitions: frozenset[int]) -> int:
        """Read again what the cursors miss against the heads, and retry what is due; returns how many streams it looked at."""
        return self._work_off(lambda: self._state.behind(partitions, self._now_us()))

    def retry(self, partitions: frozenset[int]) -> int:
        """Retry the parked streams that are due; returns how many."""
        return self._work_off(lambda: self._state.due(partitions, self._now_us()))

    def _work_off(self, find: Callable[[], Sequence[str]]) -> int:
        streams = self._insist(find)
        for stream in streams:
            self._insist(lambda stream=stream: self._catch_up(stream))
        return len(streams)

    def _take(self, envelope: Envelope) -> None:
        standing = self._state.standing(envelope.stream)
        match next_step(standing.applied, envelope.revision, parked=standing.parked):
            case "apply":
                self._apply(envelope, standing.attempts)
            case "gap":
                self._catch_up(envelope.stream)
            case "done" | "parked":
                pass

    def _catch_up(self, stream: str) -> None:
        standing = self._state.standing(stream)
        attempts = standing.attempts
        for envelope in self._ledger.read(stream, standing.applied):
            if not self._apply(envelope, attempts):
                return
            attempts = 0

    def _apply(self, envelope: Envelope, attempts: int) -> bool:
        if self._stopping.is_set():
            raise AgentStoppedError
        try:
            changes = self.agent.handle(envelope)
            return self._state.advance(envelope.stream, envelope.revision, changes)
        except (AgentStoppedError, StateUnavailableError):
            raise
        except Exception as error:  # noqa: BLE001 -- whatever a handler raises parks its stream; nothing may be lost
            now_us = self._now_us()
            text = describe(error)
            log.warning("%s parked %s at revision %d: %s", self.agent.name, envelope.stream, envelope.revision, text)
            self._state.park(envelope, text, attempts + 1, now_us, now_us + retry_after_us(attempts + 1))
            return False

    def _insist(self, step: Callable[[], T]) -> T:
        wait_s = FIRST_WAIT_S
        while not self._stopping.is_set():
            try:
                return step()
            except (StateUnavailableError, LedgerUnavailableError) as error:
                log.warning("%s waits: %s", self.agent.name, describe(error))
            self._stopping.wait(wait_s)
            wait_s = min(LONGEST_WAIT_S, wait_s * 2)
        raise AgentStoppedError
