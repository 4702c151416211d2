"""Owns the life of a generation as a fold over its events, and what its dispatcher does next; reads no ledger, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Literal

from schemas import generation as events
from schemas.codec import event_of
from schemas.envelope import Envelope
from schemas.registry import Event
from serving.core.attempt import Report

Phase = Literal["waiting", "leased", "started", "draft", "released", "refused", "cancelled", "stopped", "lost"]

MAX_ATTEMPTS = 3
PAUSES_US = (0, 500_000, 2_500_000)
"""Before the first, second and third attempt. Unmeasured; long enough for a restarted part to come back."""

LEASE_FLOOR_US = 30_000_000
LEASE_PER_FILM_SECOND_US = {"trivial": 5_000_000, "portrait": 60_000_000}
"""Room for a slow machine; a lease bounds an attempt, it does not schedule it. Unmeasured."""
LEASE_PER_FILM_SECOND_OTHERWISE_US = 120_000_000

TRANSIENT_CODES = frozenset(
    {
        "attempt.already_released",
        "attempt.key_bound",
        "attempt.key_malformed",
        "attempt.lease_expired",
        "attempt.not_started",
        "attempt.superseded",
        "bundle.superseded",
        "clock.astray",
        "consent.contended",
        "decision.unrecordable",
        "engine.failed",
        "feed.ahead",
        "feed.behind",
        "feed.epoch",
        "feed.full",
        "feed.gap",
        "feed.missing",
        "feed.rewound",
        "feed.shard",
        "feed.stale",
        "film.digest_mismatch",
        "generation.unstarted",
        "keyholder.unavailable",
        "ledger.behind",
        "ledger.unavailable",
        "policy.unavailable",
        "replica.lost",
        "replica.unauthenticated",
        "verdict.missing",
    }
)
"""Codes that speak of the platform's state, not of anybody's consent: they end an attempt, not the generation."""


@dataclass(frozen=True, slots=True)
class Generation:
    """Where one generation stands."""

    stream: str
    revision: int
    phase: Phase
    request: events.GenerationRequested
    request_event_id: str
    correlation: str
    verdict: events.GenerationJudged | None = None
    attempt: int = 0
    """Number of the last attempt; 0 before the first."""
    lease_until_us: int = 0
    attempt_ended_at_us: int = 0
    codes: tuple[str, ...] = ()
    """Why the last attempt, or the generation, ended."""
    uses: tuple[events.UseRef, ...] = ()
    """Reservations that a terminal event must return."""
    draft: events.DraftReleased | None = None
    approved: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()
    removed: bool = False
    """A subject removed the film: it ends where nobody works on it, and is refused at its release where somebody does."""

    @property
    def ended(self) -> bool:
        """Tell whether nothing more will be attempted."""
        return self.phase in ("released", "refused", "cancelled", "stopped", "lost")


@dataclass(frozen=True, slots=True)
class Lease:
    """Give the next attempt to a replica."""

    attempt: int
    until_us: int


@dataclass(frozen=True, slots=True)
class Lose:
    """Nobody runs the leased attempt any more: record it as lost, so that it can never release."""

    attempt: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decline:
    """A subject declined the draft, or removed the film: the generation is refused."""


@dataclass(frozen=True, slots=True)
class Publish:
    """Every subject approved the draft: ask the keyholder to release it."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to do before `until_us` (None: before another event comes)."""

    until_us: int | None = None


Next = Lease | Lose | Decline | Publish | Rest


def fold(envelopes: Iterable[Envelope]) -> Generation | None:
    """Fold a generation's events, in order, to where it stands; None for a stream without a request."""
    state: Generation | None = None
    for envelope in envelopes:
        state = apply(state, envelope)
    return state


def apply(state: Generation | None, envelope: Envelope) -> Generation | None:
    """Apply one event. What comes after the end (a take-down) changes nothing here."""
    event = event_of(envelope)
    if state is None:
        if not isinstance(event, events.GenerationRequested):
            return None
        return Generation(envelope.stream, envelope.revision, "waiting", event, envelope.event_id, envelope.correlation)
    moved = replace(state, revision=envelope.revision)
    return moved if state.ended else _step(event, moved, envelope.time_us)


def next_action(state: Generation, now_us: int, *, running: bool) -> Next:
    """Decide what the dispatcher does. `running`: an attempt of this generation is in this dispatcher's hands."""
    if state.ended or running:
        return Rest()
    if state.phase in ("leased", "started"):
        # One dispatcher at a time: an attempt that it does not hold was another's, whose connection died with it.
        return Lose(state.attempt, ("replica.lost",))
    if state.removed:
        return Decline()
    if state.phase == "draft":
        return _after_draft(state)
    return Rest() if state.verdict is None else _next_attempt(state, now_us)


def lease_length_us(engine: str, film_ms: int) -> int:
    """Tell for how long an attempt may run, in microseconds."""
    per_second = LEASE_PER_FILM_SECOND_US.get(engine, LEASE_PER_FILM_SECOND_OTHERWISE_US)
    return LEASE_FLOOR_US + per_second * film_ms // 1000


def transient(codes: Iterable[str]) -> bool:
    """Tell whether an attempt that ended with these codes may be tried again: none of them is about consent."""
    seen = tuple(codes)
    return bool(seen) and all(code in TRANSIENT_CODES for code in seen)


def loss(state: Generation, codes: tuple[str, ...]) -> events.AttemptLost:
    """Make the event of a lost attempt; the last one ends the generation and returns its reservations."""
    final = state.attempt >= MAX_ATTEMPTS
    return events.AttemptLost(attempt=state.attempt, final=final, codes=codes, uses=state.uses if final else ())


def ending(state: Generation, report: Report, decision: str | None) -> Event | None:
    """Turn a verified report into the event that the dispatcher appends; None where the keyholder recorded the end."""
    if state.ended or report.outcome in ("released", "draft") or (report.reported_by == "keyholder" and report.final):
        return None
    if report.outcome == "lost" or transient(report.codes):
        return loss(state, report.codes or ("replica.lost",))
    if report.outcome == "stopped":
        return events.GenerationStopped(
            attempt=report.attempt,
            codes=report.codes,
            process_gone_at_us=report.process_gone_at_us,
            uses=state.uses,
        )
    return events.GenerationRefused(
        attempt=report.attempt,
        action=report.action,
        codes=report.codes,
        decision=decision,
        reported_by=report.replica,
        uses=state.uses,
    )


def _next_attempt(state: Generation, now_us: int) -> Next:
    if state.attempt >= MAX_ATTEMPTS:
        return Lose(state.attempt, state.codes or ("replica.lost",))
    due_us = state.attempt_ended_at_us + PAUSES_US[state.attempt]
    if now_us < due_us:
        return Rest(due_us)
    return Lease(state.attempt + 1, now_us + lease_length_us(state.request.engine, state.request.duration_ms))


def _after_draft(state: Generation) -> Next:
    if state.declined:
        return Decline()
    if state.draft is not None and state.approved.issuperset(state.draft.subjects):
        return Publish()
    return Rest()


@singledispatch
def _step(event: Event, state: Generation, time_us: int) -> Generation:
    del event, time_us
    return state


@_step.register
def _(event: events.GenerationJudged, state: Generation, time_us: int) -> Generation:
    del time_us
    return replace(state, verdict=event)


@_step.register
def _(event: events.AttemptLeased, state: Generation, time_us: int) -> Generation:
    del time_us
    return replace(state, phase="leased", attempt=event.attempt, lease_until_us=event.lease_until_us)


@_step.register
def _(event: events.GenerationStarted, state: Generation, time_us: int) -> Generation:
    del time_us
    return replace(state, phase="started", uses=event.uses)


@_step.register
def _(event: events.AttemptLost, state: Generation, time_us: int) -> Generation:
    if event.attempt != state.attempt and not event.final:
        return state
    phase: Phase = "lost" if event.final else "waiting"
    return replace(state, phase=phase, codes=event.codes, attempt_ended_at_us=time_us)


@_step.register
def _(event: events.DraftReleased, state: Generation, time_us: int) -> Generation:
    del time_us
    return replace(state, phase="draft", draft=event)


@_step.register
def _(event: events.DraftApproved, state: Generation, time_us: int) -> Generation:
    del time_us
    return replace(state, approved=state.approved | {event.cameo})


@_step.register
def _(event: events.DraftDeclined, state: Generation, time_us: int) -> Generation:
    del time_us
    return replace(state, declined=state.declined | {event.cameo})


@_step.register
def _(event: events.GenerationRemoved, state: Generation, time_us: int) -> Generation:
    del event, time_us
    return replace(state, removed=True)


@_step.register
def _(event: events.GenerationReleased, state: Generation, time_us: int) -> Generation:
    del event, time_us
    return replace(state, phase="released", uses=())


@_step.register
def _(event: events.GenerationRefused, state: Generation, time_us: int) -> Generation:
    del time_us
    return replace(state, phase="refused", codes=event.codes, uses=())


@_step.register
def _(event: events.GenerationCancelled, state: Generation, time_us: int) -> Generation:
    del event, time_us
    return replace(state, phase="cancelled", uses=())


@_step.register
def _(event: events.GenerationStopped, state: Generation, time_us: int) -> Generation:
    del time_us
    return replace(state, phase="stopped", codes=event.codes, uses=())
