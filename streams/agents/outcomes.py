"""Owns appending what came of a recording, with the lock that it reaches and the case that it opens. Decides nothing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from schemas.cameo import EnrolmentRefused, RecordingReceived
from schemas.case import CaseOpened
from schemas.envelope import Envelope, Sealed
from schemas.registry import Event
from streams.agents.errors import HandlingError
from streams.agents.ports import Turn
from streams.core.casework import case_id
from streams.core.verification import lock_of
from streams.ports import AlreadyDone, Append, Appended, Conflict, EventStore, NewEvent, Outcome

ACTOR = "worker"
TRIES = 3


def append_outcome(
    store: EventStore,
    answered: tuple[Envelope, RecordingReceived],
    outcome: Sequence[Event],
    sealed: Mapping[str, Mapping[str, Sealed]],
    *,
    elsewhere: int | None = 0,
    turn: Turn | None = None,
) -> None:
    """Append an outcome on the stream as it stands; may be called again, also after a crash. Raises HandlingError.

    `sealed`: by event id the fields of the first events. `elsewhere`: refusals with this face under other accounts, which count
    towards the lock; None: nothing locks. `turn`: whose search the outcome rests on; None: it rests on none.
    """
    cause, event = answered
    done: Outcome | None = None
    for _ in range(TRIES):
        with store.snapshot() as facts:
            head, now_us = facts.head(cause.stream), facts.now_us()
        assert head is not None
        locks = elsewhere is not None and any(isinstance(one, EnrolmentRefused) for one in outcome)
        events = (*outcome, *(lock_of(store.read(cause.stream), now_us, elsewhere or 0) if locks else ()))
        ids = [*sealed, *(secrets.token_hex(16) for _ in range(len(events) - len(sealed)))]
        case = case_id(event.evidence)
        done = (turn or store).append(
            Append(
                actor=ACTOR,
                events=[
                    NewEvent(case if isinstance(one, CaseOpened) else cause.stream, one, event_id, sealed.get(event_id, {}))
                    for event_id, one in zip(ids, events, strict=True)
                ],
                correlation=cause.correlation,
                causation=cause.event_id,
                expected={cause.stream: head.revision},
                idempotency_key=f"assess/{event.evidence}",
                request_sha256=event.sha256,
            )
        )
        if isinstance(done, Appended | AlreadyDone):
            return
        if not isinstance(done, Conflict):
            break
    raise HandlingError(f"the outcome of {event.enrolment} was not appended: {done}")
