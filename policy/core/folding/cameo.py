"""Folds events of enrolment: owner, status, assets. Does not judge them."""

from __future__ import annotations

from policy.core.folding.base import FactWrite, drop, fold, put
from schemas import cameo, verification


@fold.register
def _(event: cameo.EnrolmentStarted) -> tuple[FactWrite, ...]:
    return put("owner", {"account": event.owner}) + put(
        "enrolment",
        {"enrolment": event.enrolment, "profile": event.profile, "expires_at_us": event.expires_at_us, "state": "started"},
    )


@fold.register
def _(event: cameo.RecordingReceived) -> tuple[FactWrite, ...]:
    if event.verifies:
        return put(f"verification/{event.enrolment}", {"state": "received", "level": "upload"})
    return put(
        "enrolment",
        {"enrolment": event.enrolment, "state": "received", "evidence": event.evidence, "key_id": event.key_id},
    )


@fold.register
def _(event: cameo.EnrolmentHeld) -> tuple[FactWrite, ...]:
    return put("enrolment", {"enrolment": event.enrolment, "state": "in_review"})


@fold.register
def _(event: cameo.EnrolmentActivated) -> tuple[FactWrite, ...]:
    """Whoever was seen anew is not held any more."""
    return (
        *put("enrolment", {"enrolment": event.enrolment, "state": "activated"}),
        *put("status", {"status": "active", "assurance": event.assurance}),
        *drop("held"),
    )


@fold.register
def _(event: cameo.EnrolmentRefused) -> tuple[FactWrite, ...]:
    return put("enrolment", {"enrolment": event.enrolment, "state": "refused"})


@fold.register
def _(event: cameo.EnrolmentExpired) -> tuple[FactWrite, ...]:
    return put("enrolment", {"enrolment": event.enrolment, "state": "expired"})


@fold.register
def _(event: cameo.EnrolmentLocked) -> tuple[FactWrite, ...]:
    return put("lock", {"until_us": event.until_us, "failures": event.failures})


@fold.register(cameo.AssetSealed)
@fold.register(cameo.AssetRekeyed)
def _(event: cameo.AssetSealed | cameo.AssetRekeyed) -> tuple[FactWrite, ...]:
    return put(f"asset/{event.facet}", {"asset": event.asset, "version": event.version, "key_id": event.key_id})


@fold.register
def _(event: cameo.SubjectKeyDestroyed) -> tuple[FactWrite, ...]:
    del event
    return put("status", {"status": "erased", "assurance": "none"})


@fold.register
def _(event: verification.VerificationStarted) -> tuple[FactWrite, ...]:
    value = {"state": "started", "audience": event.audience, "level": event.level, "expires_at_us": event.expires_at_us}
    return put(f"verification/{event.verification}", value)


@fold.register
def _(event: verification.VerificationAnswered) -> tuple[FactWrite, ...]:
    return put(f"verification/{event.verification}", {"state": event.outcome, "level": event.level})
