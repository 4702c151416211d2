"""Owns what the dispatcher appends about one generation, each at the revision that it read. Does not call replicas."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence

from schemas import generation as events
from schemas.codec import digest
from schemas.registry import Event
from serving.core.attempt import FastDecision, Report
from serving.core.generation import Generation, Lease, apply, ending, loss
from serving.replica.site import replica_name
from streams.errors import LedgerError, LedgerUnavailableError
from streams.ports import AlreadyDone, Append, Appended, EventStore, NewEvent, Outcome

log = logging.getLogger(__name__)

ACTOR = "dispatcher"
TRIES = 5
LEDGER_PAUSE_S = 0.5
DECLINED_CODE = "review.declined"
REMOVED_CODE = "generation.removed"


class Record:
    """Reads a generation and appends its attempts. Safe between threads."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def state(self, stream: str, known: Generation | None = None) -> Generation | None:
        """Fold a generation, from where it was known."""
        state = known
        for envelope in self._store.read(stream, 0 if known is None else known.revision):
            state = apply(state, envelope)
        return state

    def lease(self, state: Generation, lease: Lease) -> tuple[Generation, int] | None:
        """Append the lease; gives the state and the ledger's time. None: somebody appended first, look again."""
        event = events.AttemptLeased(attempt=lease.attempt, replica=replica_name(state.request.engine), lease_until_us=lease.until_us)
        outcome = self._append(state, [event])
        if not isinstance(outcome, Appended):
            return None
        leased = apply(state, outcome.envelopes[-1])
        return None if leased is None else (leased, outcome.envelopes[-1].time_us)

    def progressed(self, known: Generation, permille: int) -> None:
        """Append how far an attempt is, unless it ended meanwhile; what is not taken at once is left out."""
        event = events.GenerationProgressed(attempt=known.attempt, permille=permille)
        try:
            state = self.state(known.stream, known)
            if state is not None and state.attempt == known.attempt and state.phase in ("leased", "started"):
                self._append(state, [event])
        except LedgerError as error:
            log.warning("%s: progress is not recorded: %s", known.stream, error)

    def ended(self, stream: str, report: Report) -> None:
        """Append what a verified report means. Raises LedgerUnavailableError only when told to stop."""

        def decide(state: Generation) -> list[Event]:
            if state.attempt != report.attempt or state.phase not in ("leased", "started"):
                return []
            decision = _decided(report) if report.decision is not None else None
            event = ending(state, report, None if decision is None else decision.decision)
            if event is None:
                return []
            return [event] if decision is None else [decision, event]

        self._settle(stream, decide)

    def lost(self, stream: str, attempt: int, codes: tuple[str, ...]) -> None:
        """Append that an attempt is lost, unless it ended meanwhile."""

        def decide(state: Generation) -> list[Event]:
            open_still = state.attempt == attempt and state.phase in ("leased", "started")
            return [loss(state, codes)] if open_still else []

        self._settle(stream, decide)

    def declined(self, stream: str) -> None:
        """Append the end of a generation whose draft a subject declined, or whose film a subject removed."""

        def decide(state: Generation) -> list[Event]:
            removed = state.removed and state.phase in ("waiting", "draft")
            if not removed and (state.phase != "draft" or not state.declined):
                return []
            refused = events.GenerationRefused(
                attempt=state.attempt,
                action="release" if state.phase == "draft" else "start",
                codes=(REMOVED_CODE if removed else DECLINED_CODE,),
                decision=None,
                reported_by=ACTOR,
                uses=state.uses,
            )
            return [refused]

        self._settle(stream, decide)

    def _settle(self, stream: str, decide: Callable[[Generation], list[Event]]) -> None:
        """Read, decide, append at that revision; again when somebody was faster. Waits for a ledger that is away."""
        tries = 0
        while tries < TRIES:
            try:
                state = self.state(stream)
                decided = [] if state is None or state.ended else decide(state)
                if state is None or not decided or isinstance(self._append(state, decided), Appended | AlreadyDone):
                    return
                tries += 1
            except LedgerUnavailableError:
                time.sleep(LEDGER_PAUSE_S)

    def _append(self, state: Generation, appended: Sequence[Event]) -> Outcome:
        return self._store.append(
            Append(
                actor=ACTOR,
                events=[NewEvent(state.stream, event, os.urandom(16).hex()) for event in appended],
                correlation=state.correlation,
                causation=state.request_event_id,
                expected={state.stream: state.revision},
            )
        )


def _decided(report: Report) -> events.GenerationDecided | None:
    decision: FastDecision | None = report.decision
    if decision is None:
        return None
    return events.GenerationDecided(
        decision=f"decision-{os.urandom(16).hex()}",
        action=decision.action,
        attempt=report.attempt,
        permit=decision.permit,
        codes=decision.codes,
        obligations=decision.obligations,
        input=decision.input,
        input_sha256=digest(decision.input),
        bundle_sha256=decision.bundle_sha256,
        holding=decision.holding,
        not_after_us=decision.not_after_us,
        path="fast",
        log_index=decision.log_index,
        age_us=decision.age_us,
    )
