"""Commands of enrolment: take a challenge, hand in a recording. The checks run later, in the worker."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from identity.core.challenge import VOCABULARY, Challenge, Language, Movement, Way, Without, issue
from identity.core.checks.injection import kept_of
from identity.core.live_plan import Planned, plan
from identity.core.profiles import Profile as AssuranceProfile
from identity.keys.client import KeyholderRefusedError, KeyholderUnavailableError
from identity.keys.wire import EvidenceSealed
from policy.ports import Fact
from schemas.cameo import EnrolmentStarted, Profile, Purpose, RecordingReceived
from schemas.codec import event_of
from schemas.envelope import Envelope
from schemas.ids import cameo_of
from serving.consent_texts import acceptable, in_force
from serving.core.live_answer import LiveAnswer, telling
from serving.errors import ConflictError, InvalidError, LockedError, NotFoundError
from serving.handlers.desk import TRIES, Caller, Desk
from serving.handlers.guardians import beside

log = logging.getLogger(__name__)

CONSENT_TEXT_SHA256 = in_force().sha256
"""Of the English text in force; the same text in another language may be accepted as well."""

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


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants to be asked: all at once or step by step, in which language, lit by the screen, without what they cannot do."""

    way: Way = "upload"
    language: Language = "en"
    light: bool = False
    without: frozenset[Without] = frozenset()
    guardian: str | None = None
    """The account of who is beside a minor."""
    recovers: bool = False
    """Whether it ends a recovery."""


Expect = Callable[[Challenge, str, tuple[Planned, ...]], None]
"""Keeps a challenge (with its salt and its steps) that is handed out step by step, once it was recorded that there is one."""


def start(
    desk: Desk, caller: Caller, profile: Profile, consent_text_sha256: str, wish: Wish | None = None, expect: Expect | None = None
) -> Challenge:
    """Issue a challenge, bound to the caller, for two minutes. Of one step by step only a commitment is recorded, and shown.

    Raises LockedError after five failures, and ConflictError while a recording is being checked: answers that wait in a
    row would be checked although the first five of them lock.
    """
    accepted = acceptable(consent_text_sha256)
    if accepted is None:
        raise InvalidError(
            "consent_text.not_accepted",
            "the consent text in force was not accepted",
            "show the text of GET /v1/consent-text and send its sha256",
        )
    cameo = cameo_of(caller.account)
    with desk.store.snapshot() as facts:
        head = facts.head(cameo)
        lock = facts.get(cameo, "lock")
        before, status = facts.get(cameo, "enrolment"), facts.get(cameo, "status")
        now_us = facts.now_us()
        guardian = beside(facts, caller.account, None if wish is None else wish.guardian)
    if lock is not None and lock.value["until_us"] > now_us:
        wait_s = (lock.value["until_us"] - now_us) // 1_000_000 + 1
        raise LockedError(
            "enrolment.locked",
            f"{lock.value['failures']} recordings were refused",
            f"try again in {wait_s} s",
            retry_after_s=wait_s,
        )
    if before is not None and before.value["state"] == "received":
        raise ConflictError(
            "enrolment.checking",
            "your last recording is still being checked",
            "wait for its answer: cameo enrol status",
            retry_after_s=5,
        )
    wish = possible(wish or Wish())
    challenge = issue(
        caller.account, now_us, desk.entropy(32), profile=AssuranceProfile(profile), language=wish.language, way=wish.way,
        light=wish.light, without=wish.without,
    )  # fmt: skip
    stepwise, salt = wish.way == "stepwise", desk.entropy(16).hex()
    event = EnrolmentStarted(
        enrolment=challenge.challenge_id, owner=caller.account, profile=profile, phrase=() if stepwise else challenge.phrase,
        movements=() if stepwise else tuple(movement.value for movement in challenge.movements),
        expires_at_us=challenge.expires_at_us, consent_text_version=accepted.version, consent_text_sha256=consent_text_sha256,
        way=wish.way, language=wish.language, light=bool(challenge.light), without=challenge.without,
        commitment=challenge.commitment(salt) if stepwise else "", guardian=guardian, purpose=_purpose(status, wish),
    )  # fmt: skip
    request = ["enrolment.start", profile, consent_text_sha256, wish.way, wish.language, wish.light, sorted(wish.without), guardian]
    written = desk.append(caller, [desk.event(cameo, event)], expected={cameo: head.revision if head else 0}, request=request)
    shown = _challenge_of(written[0])
    if stepwise and expect is not None and shown.challenge_id == challenge.challenge_id:
        expect(challenge, salt, plan(challenge, desk.entropy(32)))
    return shown


def _purpose(status: Fact | None, wish: Wish) -> Purpose:
    if wish.recovers:
        return "recover"
    return "renew" if status is not None and status.value["status"] == "active" else "enrol"


def possible(wish: Wish) -> Wish:
    """Return a wish that can be asked for; raises InvalidError."""
    if wish.light and wish.way != "stepwise":
        raise InvalidError("light.needs_steps", "light is shown in a live challenge only", "ask for the way stepwise, or leave light out")
    if wish.language not in VOCABULARY:
        raise InvalidError("language.unknown", f"no phrase is drawn in {wish.language} here", "ask for en")
    return wish


def require_open(desk: Desk, caller: Caller, enrolment: str) -> None:
    """Raise unless this challenge is the caller's and waits for its recording, or for one sent again; `submit` asks again."""
    try:
        _open_challenge(desk, cameo_of(caller.account), enrolment)
    except ConflictError as error:
        if error.code != "challenge.used" or caller.idempotency_key is None:
            raise


def open_until(desk: Desk, caller: Caller, enrolment: str) -> int:
    """Tell until when this challenge of the caller's waits for its recording: UTC microseconds. Raises as `require_open`."""
    cameo = cameo_of(caller.account)
    _open_challenge(desk, cameo, enrolment)
    fact = desk.snapshot_fact(cameo, "enrolment")
    assert fact is not None
    return fact.value["expires_at_us"]


def submit_live(desk: Desk, evidence: EvidenceStore, caller: Caller, answer: LiveAnswer) -> EvidenceSealed:
    """Seal the recording of a live challenge and tell what was asked; else as `submit`."""
    return submit(desk, evidence, caller, answer.challenge.challenge_id, answer.recording, answer.camera_label, answer)


def submit(
    desk: Desk, evidence: EvidenceStore, caller: Caller, enrolment: str, recording: bytes, camera_label: str, told: LiveAnswer | None = None
) -> EvidenceSealed:
    """Seal a recording as evidence and hand it to the checks; durable when it returns, once per challenge.

    Of two at once one is accepted; the other is told so (`challenge.used`), and its recording destroyed. The same recording
    sent again under an idempotency key has the same answer. What else happens to the cameo meanwhile loses no recording.
    """
    cameo = cameo_of(caller.account)
    require_size(recording)
    if (before := _sent_before(desk, caller, cameo, enrolment, recording)) is not None:
        return before
    _open_challenge(desk, cameo, enrolment)
    if told is None and _started(desk, cameo, enrolment).way == "stepwise":
        raise ConflictError("challenge.stepwise", "this challenge is answered step by step", f"connect to /v1/enrolments/{enrolment}/live")
    stored = evidence.put_evidence(caller.account, cameo, recording)
    event = RecordingReceived(
        enrolment=enrolment, evidence=stored.evidence, key_id=stored.key_id, sha256=stored.sha256,
        bytes=stored.bytes, camera_label=kept_of(camera_label),
    )  # fmt: skip
    event = event if told is None else telling(event, told)
    try:
        received = _receive(desk, caller, cameo, event)
    except ConflictError:
        forget(evidence, stored.evidence)
        if (before := _sent_before(desk, caller, cameo, enrolment, recording)) is not None:
            return before
        raise
    if received.evidence != stored.evidence:
        forget(evidence, stored.evidence)
    return _sealed(received)


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


def _receive(desk: Desk, caller: Caller, cameo: str, event: RecordingReceived) -> RecordingReceived:
    """Append once per challenge; a grant given meanwhile moves the stream and is no reason to lose a recording."""
    request = ["enrolment.submit", event.enrolment, event.sha256]
    for left in range(TRIES - 1, -1, -1):
        expected = {cameo: _open_challenge(desk, cameo, event.enrolment)}
        try:
            written = event_of(desk.append(caller, [desk.event(cameo, event)], expected=expected, request=request)[0])
        except ConflictError as error:
            if error.code != "stream.moved" or not left:
                raise
        else:
            assert isinstance(written, RecordingReceived)
            return written
    raise AssertionError("the last try returns or raises")


def _sent_before(desk: Desk, caller: Caller, cameo: str, enrolment: str, recording: bytes) -> EvidenceSealed | None:
    """Find this very recording as the answer to this challenge, for a command that says that it may be sent twice."""
    if caller.idempotency_key is None:
        return None
    sha256 = hashlib.sha256(recording).hexdigest()
    for envelope in desk.store.read(cameo):
        event = event_of(envelope) if envelope.type == "enrolment.recording_received" else None
        if isinstance(event, RecordingReceived) and (event.enrolment, event.sha256) == (enrolment, sha256):
            return _sealed(event)
    return None


def _sealed(event: RecordingReceived) -> EvidenceSealed:
    return EvidenceSealed(evidence=event.evidence, key_id=event.key_id, sha256=event.sha256, bytes=event.bytes)


def forget(evidence: EvidenceStore, name: str) -> None:
    """Destroy what was sealed and not received."""
    try:
        evidence.destroy_evidence(name, "not_received")
    except (KeyholderRefusedError, KeyholderUnavailableError) as error:
        log.warning("evidence %s was not received and is not destroyed: %s", name, error)


def _challenge_of(envelope: Envelope) -> Challenge:
    event = event_of(envelope)
    assert isinstance(event, EnrolmentStarted)
    return Challenge(
        challenge_id=event.enrolment, account=event.owner, phrase=event.phrase,
        movements=tuple(Movement(movement) for movement in event.movements),
        issued_at_us=envelope.time_us, expires_at_us=event.expires_at_us, language=event.language, way=event.way,
        without=event.without,
    )  # fmt: skip


def _open_challenge(desk: Desk, cameo: str, enrolment: str) -> int:
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
