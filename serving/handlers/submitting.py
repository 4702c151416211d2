"""Commands of handing a recording in: once per challenge, sealed before it is received. Issues no challenge: see enrolments."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Protocol, TypeVar

from identity.core.checks.injection import kept_of
from identity.core.clients import family_of
from identity.keys.client import KeyholderRefusedError, KeyholderUnavailableError
from identity.keys.wire import EvidenceSealed
from schemas.cameo import EnrolmentStarted, RecordingReceived
from schemas.codec import event_of
from schemas.evidence import EvidenceAdded
from schemas.ids import cameo_of
from serving.core.live_answer import LiveAnswer, telling
from serving.errors import ConflictError, InvalidError, NotFoundError
from serving.handlers.desk import Caller, Desk, anew_where_moved
from streams.errors import IdempotencyError

log = logging.getLogger(__name__)

Received = TypeVar("Received", RecordingReceived, EvidenceAdded)
MAX_RECORDING_BYTES = 64 * 1024 * 1024
"""About a minute of 720p video: several times what a challenge takes. A house rule, unmeasured."""


class EvidenceStore(Protocol):
    """Seals recordings (the keyholder)."""

    def put_evidence(self, account: str, cameo: str, recording: bytes) -> EvidenceSealed:
        """Seal a recording; durable when it returns."""
        ...

    def destroy_evidence(self, evidence: str, reason: str) -> str:
        """Destroy a recording's key and file."""
        ...


def require_open(desk: Desk, caller: Caller, enrolment: str) -> None:
    """Raise unless this challenge is the caller's and waits for its recording, or for one sent again; `submit` asks again."""
    try:
        open_revision(desk, cameo_of(caller.account), enrolment)
    except ConflictError as error:
        if error.code != "challenge.used" or caller.idempotency_key is None:
            raise


def open_until(desk: Desk, caller: Caller, enrolment: str) -> int:
    """Tell until when this challenge of the caller's waits for its recording: UTC microseconds. Raises as `require_open`."""
    cameo = cameo_of(caller.account)
    open_revision(desk, cameo, enrolment)
    fact = desk.snapshot_fact(cameo, "enrolment")
    assert fact is not None
    return fact.value["expires_at_us"]


def submit_live(desk: Desk, evidence: EvidenceStore, caller: Caller, answer: LiveAnswer) -> EvidenceSealed:
    """Seal the recording of a live challenge and tell what was asked; else as `submit`."""
    return submit(desk, evidence, caller, answer.challenge.challenge_id, answer.recording, answer.camera_label, told=answer)


def submit(
    desk: Desk, evidence: EvidenceStore, caller: Caller, enrolment: str, recording: bytes, camera_label: str,
    *, client: str = "", told: LiveAnswer | None = None,
) -> EvidenceSealed:  # fmt: skip
    """Seal a recording as evidence and hand it to the checks; durable when it returns, once per challenge.

    Of two at once one is accepted; the other is told so (`challenge.used`), and its recording destroyed. The same recording
    sent again under an idempotency key has the same answer. What else happens to the cameo meanwhile loses no recording.
    `client`: what it says that it records with, of which the family alone is kept.
    """
    cameo = cameo_of(caller.account)
    require_size(recording)
    if (before := _sent_before(desk, caller, cameo, enrolment, recording)) is not None:
        return before
    open_revision(desk, cameo, enrolment)
    if told is None and _started(desk, cameo, enrolment).way == "stepwise":
        raise ConflictError("challenge.stepwise", "this challenge is answered step by step", f"connect to /v1/enrolments/{enrolment}/live")
    stored = evidence.put_evidence(caller.account, cameo, recording)
    event = RecordingReceived(
        enrolment=enrolment, evidence=stored.evidence, key_id=stored.key_id, sha256=stored.sha256,
        bytes=stored.bytes, camera_label=kept_of(camera_label), client=family_of(client),
    )  # fmt: skip
    event = event if told is None else telling(event, told)
    request = ["enrolment.submit", enrolment, stored.sha256]
    try:
        received = receive(desk, evidence, caller, cameo, event, lambda: open_revision(desk, cameo, enrolment), request)
    except ConflictError:
        if (before := _sent_before(desk, caller, cameo, enrolment, recording)) is not None:
            return before
        raise
    return sealed_of(received)


def receive(
    desk: Desk, evidence: EvidenceStore, caller: Caller, cameo: str, event: Received, revision: Callable[[], int], request: object
) -> Received:  # fmt: skip
    """Append that something sealed was received, once; gives the event that counts, by this try or an earlier one.

    `revision` tells where the stream stands, and raises where nothing is awaited any more: it is asked at each try, for what else happens
    meanwhile (a grant, an opening) moves the stream and is no reason to lose a recording. It is sealed once; where it is not what
    was received, it is destroyed. Only where the ledger did not answer it stays: it may have been received.
    """

    def appended() -> Received:
        written = event_of(desk.append(caller, [desk.event(cameo, event)], expected={cameo: revision()}, request=request)[0])
        assert isinstance(written, type(event))
        return written

    try:
        counts = anew_where_moved(appended)
    except (ConflictError, NotFoundError, IdempotencyError):
        forget(evidence, event.evidence)
        raise
    if counts.evidence != event.evidence:
        forget(evidence, event.evidence)
    return counts


def _started(desk: Desk, cameo: str, enrolment: str) -> EnrolmentStarted:
    for envelope in reversed(desk.store.read(cameo)):
        event = event_of(envelope) if envelope.type == "enrolment.started" else None
        if isinstance(event, EnrolmentStarted) and event.enrolment == enrolment:
            return event
    raise NotFoundError("enrolment.unknown", "no such challenge is open for you", "start a new enrolment: cameo enrol start")


def require_size(recording: bytes) -> None:
    """Raise InvalidError for a recording that is empty or larger than 64 MiB."""
    if not 1 <= len(recording) <= MAX_RECORDING_BYTES:
        raise InvalidError(
            "media.too_large" if recording else "media.empty",
            f"a recording has 1 to {MAX_RECORDING_BYTES} bytes, this one {len(recording)}",
            "record for about ten seconds",
        )


def _sent_before(desk: Desk, caller: Caller, cameo: str, enrolment: str, recording: bytes) -> EvidenceSealed | None:
    """Find this very recording as the answer to this challenge, for a command that says that it may be sent twice."""
    if caller.idempotency_key is None:
        return None
    sha256 = hashlib.sha256(recording).hexdigest()
    for envelope in desk.store.read(cameo):
        event = event_of(envelope) if envelope.type == "enrolment.recording_received" else None
        if isinstance(event, RecordingReceived) and (event.enrolment, event.sha256) == (enrolment, sha256):
            return sealed_of(event)
    return None


def sealed_of(event: RecordingReceived) -> EvidenceSealed:
    """Tell what was sealed and received."""
    return EvidenceSealed(evidence=event.evidence, key_id=event.key_id, sha256=event.sha256, bytes=event.bytes)


def forget(evidence: EvidenceStore, name: str) -> None:
    """Destroy what was sealed and not received."""
    try:
        evidence.destroy_evidence(name, "not_received")
    except (KeyholderRefusedError, KeyholderUnavailableError) as error:
        log.warning("evidence %s was not received and is not destroyed: %s", name, error)


def open_revision(desk: Desk, cameo: str, enrolment: str) -> int:
    """Return the stream's revision where this challenge waits for its recording; raises NotFoundError, ConflictError."""
    with desk.store.snapshot() as facts:
        fact = facts.get(cameo, "enrolment")
        head = facts.head(cameo)
        now_us = facts.now_us()
    if fact is None or head is None or fact.value["enrolment"] != enrolment:
        raise NotFoundError("enrolment.unknown", "no such challenge is open for you", "start a new enrolment: cameo enrol start")
    state = fact.value["state"]
    if state not in {"started", "expired"}:
        raise ConflictError("challenge.used", "this challenge was answered already", "start a new enrolment")
    if state == "expired" or fact.value["expires_at_us"] <= now_us:
        raise ConflictError("challenge.expired", "this challenge ran out", "start a new enrolment")
    return head.revision
