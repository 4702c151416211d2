"""Owns recording that a time came: a challenge ran out, a person should be seen again. Does not find whose, nor refuse recordings."""

from __future__ import annotations

import secrets

from schemas.cameo import EnrolmentExpired, RefreshDue
from schemas.registry import Event
from schemas.verification import VerificationAnswered
from streams.core.verification import REMIND_US
from streams.ports import Append, Appended, EventStore, NewEvent

ACTOR = "worker"


def expire(store: EventStore, cameo: str, enrolment: str) -> bool:
    """Record that a challenge ran out, if that is so on the ledger now; returns whether it was recorded here."""
    with store.snapshot() as facts:
        fact, head, now_us = facts.get(cameo, "enrolment"), facts.head(cameo), facts.now_us()
    if fact is None or head is None or fact.value["enrolment"] != enrolment or fact.value["state"] != "started":
        return False
    if fact.value["expires_at_us"] > now_us:
        return False
    return _recorded(
        store, cameo, head.revision, EnrolmentExpired(enrolment=enrolment), correlation=f"expire-{enrolment}", key=f"expire/{enrolment}"
    )


def expire_verification(store: EventStore, cameo: str, verification: str) -> bool:
    """Record that a re-verification ran out unanswered, if that is so on the ledger now; returns whether it was recorded here."""
    with store.snapshot() as facts:
        fact, head, now_us = facts.get(cameo, f"verification/{verification}"), facts.head(cameo), facts.now_us()
    if fact is None or head is None or fact.value["state"] != "started" or fact.value["expires_at_us"] > now_us:
        return False
    event = VerificationAnswered(verification=verification, outcome="expired", level="upload", codes=("challenge.expired",))
    return _recorded(store, cameo, head.revision, event, correlation=f"expire-{verification}", key=f"expire/{verification}")


def remind(store: EventStore, cameo: str) -> bool:
    """Record that the person of an active cameo is reminded to be seen again, once before the date and once at it.

    Nobody is while a call for help holds the cameo: they may look as if they had been seen. Returns whether it was recorded here.
    """
    with store.snapshot() as facts:
        status, held, head, now_us = facts.get(cameo, "status"), facts.get(cameo, "held"), facts.head(cameo), facts.now_us()
    if head is None or held is not None or status is None or status.value["status"] != "active":
        return False
    active = next(one for one in reversed(store.read(cameo)) if one.type == "enrolment.activated")
    by_us = active.data.get("refresh_by_us")
    if by_us is None or by_us - REMIND_US > now_us:
        return False
    event = RefreshDue(refresh_by_us=by_us, over=by_us <= now_us)
    return _recorded(
        store,
        cameo,
        head.revision,
        event,
        correlation=f"refresh-{active.event_id}",
        key=f"refresh/{cameo}/{by_us}/{'over' if event.over else 'soon'}",
    )


def _recorded(store: EventStore, cameo: str, revision: int, event: Event, *, correlation: str, key: str) -> bool:
    """Append to a cameo that stands where it was read; tells whether it was written now."""
    outcome = store.append(
        Append(
            actor=ACTOR,
            events=(NewEvent(cameo, event, secrets.token_hex(16)),),
            correlation=correlation,
            expected={cameo: revision},
            idempotency_key=key,
        )
    )
    return isinstance(outcome, Appended)
