"""Owns recording that a challenge ran out. Does not find such challenges, nor refuse recordings."""

from __future__ import annotations

import secrets

from schemas.cameo import EnrolmentExpired
from schemas.verification import VerificationAnswered
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
    outcome = store.append(
        Append(
            actor=ACTOR,
            events=(NewEvent(cameo, EnrolmentExpired(enrolment=enrolment), secrets.token_hex(16)),),
            correlation=f"expire-{enrolment}",
            expected={cameo: head.revision},
            idempotency_key=f"expire/{enrolment}",
        )
    )
    return isinstance(outcome, Appended)


def expire_verification(store: EventStore, cameo: str, verification: str) -> bool:
    """Record that a re-verification ran out unanswered, if that is so on the ledger now; returns whether it was recorded here."""
    with store.snapshot() as facts:
        fact, head, now_us = facts.get(cameo, f"verification/{verification}"), facts.head(cameo), facts.now_us()
    if fact is None or head is None or fact.value["state"] != "started" or fact.value["expires_at_us"] > now_us:
        return False
    event = VerificationAnswered(verification=verification, outcome="expired", level="upload", codes=("challenge.expired",))
    outcome = store.append(
        Append(
            actor=ACTOR,
            events=(NewEvent(cameo, event, secrets.token_hex(16)),),
            correlation=f"expire-{verification}",
            expected={cameo: head.revision},
            idempotency_key=f"expire/{verification}",
        )
    )
    return isinstance(outcome, Appended)
