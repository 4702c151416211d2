"""Receipts of consent: which there are of somebody, and one of them, signed now from the record. Keeps none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from schemas.cameo import EnrolmentStarted, RecordingReceived, SubjectKeyDestroyed
from schemas.codec import event_of
from schemas.consent import ConsentRevoked
from schemas.envelope import Envelope
from schemas.evidence import EvidenceDestroyed
from schemas.ids import cameo_of
from schemas.registry import Event
from serving.consent_texts import acceptable, by_hash
from serving.core import data_integrity, receipt
from serving.core.receipt import Accepted, Controller, Happened, KnownKey
from serving.errors import NotFoundError
from serving.handlers.desk import Desk
from streams.core.seeming import as_shown

TOLD = {
    "enrolment.recording_received", "enrolment.activated", "enrolment.refused", "enrolment.expired", "evidence.destroyed",
    "consent.revoked", "subject_key.destroyed",
}  # fmt: skip
"""What is told of the cameo since the acceptance. Of revocations those alone that withdraw from everybody."""


@dataclass(frozen=True, slots=True)
class ReceiptKeys:
    """What an installation signs with, and what it signed with before."""

    current: Ed25519PrivateKey
    retired: tuple[KnownKey, ...] = ()

    @property
    def public(self) -> bytes:
        """The key in use."""
        return self.current.public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True)
class Receipts:
    """Issues receipts for one installation. `keys` is asked each time: a rotation needs no new start."""

    keys: Callable[[], ReceiptKeys]
    controller: Controller = field(default_factory=Controller)

    def published(self) -> dict[str, Any]:
        """Give every key that receipts were signed with, as a controlled identifier document (W3C)."""
        keys = self.keys()
        now = data_integrity.multikey(keys.public)
        methods = [_method(KnownKey(now)), *(_method(one) for one in keys.retired)]
        return {
            "@context": "https://www.w3.org/ns/cid/v1",
            "id": f"did:key:{now}",
            "verificationMethod": methods,
            "assertionMethod": [one["id"] for one in methods],
        }

    def list(self, desk: Desk, account: str, things: Sequence[str] = ()) -> list[dict[str, Any]]:
        """List the acceptances of an account, for itself and for `things` of its, oldest first."""
        begun = [one for cameo in (cameo_of(account), *things) for one in _started(desk.store.read(cameo))]
        return [
            {
                "enrolment": event.enrolment, "accepted_at": _time(envelope.time_us), "text_version": event.consent_text_version,
                "text_sha256": event.consent_text_sha256, "text_in_force": acceptable(event.consent_text_sha256) is not None,
            }
            for envelope, event in sorted(begun, key=lambda one: one[0].position)
        ]  # fmt: skip

    def issue(self, desk: Desk, account: str, enrolment: str, things: Sequence[str] = ()) -> dict[str, Any]:
        """Sign a receipt of one acceptance, with what happened since. Raises NotFoundError."""
        for cameo in (cameo_of(account), *things):
            with desk.store.snapshot() as facts:  # as its person is shown it: a call for help must not be told from a receipt
                history, now = as_shown(facts, desk.store.read(cameo)), _time(facts.now_us())
            begun = next((one for one in _started(history) if one[1].enrolment == enrolment), None)
            if begun is not None:
                return self._signed(begun, history, now)
        raise NotFoundError("receipt.unknown", "you accepted nothing under that name", "list them: cameo receipt list")

    def _signed(self, begun: tuple[Envelope, EnrolmentStarted], history: Sequence[Envelope], now: str) -> dict[str, Any]:
        keys = self.keys()
        issuer = f"did:key:{data_integrity.multikey(keys.public)}"
        document = receipt.receipt(_accepted(*begun), _happened(history, *begun), self.controller, issuer, now)
        return data_integrity.signed(document, keys.current, created=now)


def _method(key: KnownKey) -> dict[str, Any]:
    name = f"did:key:{key.multikey}"
    ended = {"expires": key.retired_at} if key.retired_at else {}
    return {"id": f"{name}#{key.multikey}", "type": "Multikey", "controller": name, "publicKeyMultibase": key.multikey, **ended}


def _started(history: Sequence[Envelope]) -> Sequence[tuple[Envelope, EnrolmentStarted]]:
    read = ((one, event_of(one)) for one in history if one.type == "enrolment.started")
    return [(envelope, event) for envelope, event in read if isinstance(event, EnrolmentStarted)]


def _accepted(envelope: Envelope, event: EnrolmentStarted) -> Accepted:
    text = by_hash(event.consent_text_sha256)
    return Accepted(
        enrolment=event.enrolment, account=event.owner, stream=envelope.stream, version=event.consent_text_version,
        sha256=event.consent_text_sha256, language=text.language if text else "en", text=text.text if text else None,
    )  # fmt: skip


def _happened(history: Sequence[Envelope], begun: Envelope, started: EnrolmentStarted) -> list[Happened]:
    found, evidence = [Happened(receipt.GIVEN, _time(begun.time_us), begun.event_id, begun.position)], set[str]()
    for envelope in history:
        if envelope.revision <= begun.revision or envelope.type not in TOLD:
            continue
        event = event_of(envelope)
        if isinstance(event, RecordingReceived) and event.enrolment == started.enrolment:
            evidence.add(event.evidence)
        if _concerns(event, started.enrolment, evidence):
            kind = receipt.WITHDRAWN if isinstance(event, SubjectKeyDestroyed) else f"cameo:{envelope.type}"
            found.append(Happened(kind, _time(envelope.time_us), envelope.event_id, envelope.position))
    return found


def _concerns(event: Event, enrolment: str, evidence: set[str]) -> bool:
    if isinstance(event, EvidenceDestroyed):
        return event.evidence in evidence
    if isinstance(event, ConsentRevoked):
        return (event.account, event.purpose, event.facet) == (None, None, None)
    return isinstance(event, SubjectKeyDestroyed) or getattr(event, "enrolment", None) == enrolment


def _time(time_us: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)).isoformat(timespec="microseconds").replace("+00:00", "Z")
