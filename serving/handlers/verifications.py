"""Commands of re-verification, of who answers: take a challenge for somebody's question or for oneself, hand in its recording.

An answer to oneself is a fresh proof before consent is widened (`step_up`). Does not tell who asked: see `verification_asks`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from identity.core.challenge import Challenge, Movement, issue
from identity.core.checks.injection import kept_of
from identity.core.codes import message
from identity.core.codes.answers import AS_ANSWER
from identity.core.enrolment import Locked, standing
from identity.core.live_plan import plan
from identity.core.profiles import Profile
from identity.keys.wire import EvidenceSealed
from policy.ports import FactReader
from schemas.cameo import RecordingReceived
from schemas.codec import event_of
from schemas.envelope import Envelope
from schemas.ids import cameo_of
from schemas.verification import VerificationStarted
from serving.core.live_answer import LiveAnswer, telling
from serving.core.proof import OWN_AUDIENCE
from serving.errors import ConflictError, LockedError, NotFoundError
from serving.handlers.answerable import reaching, require_judged
from serving.handlers.desk import Caller, Desk, anew_where_moved
from serving.handlers.enrolments import Expect, Wish, possible
from serving.handlers.submitting import EvidenceStore, receive, require_size, sealed_of
from serving.verification_ports import Ask, VerificationBook
from streams.core.assured import answers_as
from streams.core.failing import verification_failures
from streams.core.seeming import as_shown, status_seen
from streams.core.telling import answered_as

WAITING: Final = 3
"""Challenges of one account that wait for their answer at once. A house rule: one is answered at a time."""
UNKNOWN: Final = ("verification.unknown", "there is no such question", "list them: cameo verification list")
ANSWERED: Final = ("verification.answered", "you answered this question, and it passed", "who asked can ask again")
CHECKING: Final = ("enrolment.checking", "your last recording is still being checked", "wait for its answer")


def begin(desk: Desk, book: VerificationBook, caller: Caller, ask_id: str | None, how: Wish, expect: Expect | None = None) -> Challenge:
    """Issue the challenge by which the caller answers an ask, or (None) proves themselves. Raises LockedError after failures.

    Of one step by step only a commitment is recorded, and shown; `expect` keeps it until its session. Sent again under an idempotency
    key it is the same challenge. What is appended beside it is no reason to refuse.
    """
    return anew_where_moved(lambda: _issued(desk, book, caller, ask_id, how, expect))


def _issued(desk: Desk, book: VerificationBook, caller: Caller, ask_id: str | None, how: Wish, expect: Expect | None) -> Challenge:
    wish = None if ask_id is None else mine(book, caller, ask_id)
    how = reaching(possible(how), wish)
    cameo, event_id = cameo_of(caller.account), desk.id_for(caller, "verification")
    with desk.store.snapshot() as facts:
        head, now_us = facts.head(cameo), facts.now_us()
        events = desk.store.read(cameo)
        if all(one.event_id != event_id for one in events):
            _require_may_begin(desk, facts, cameo, as_shown(facts, events), wish, how)
    challenge = issue(
        caller.account, now_us, desk.entropy(32), profile=Profile.BASIC, language=how.language, way=how.way, light=how.light,
        without=how.without,
    )  # fmt: skip
    salt = desk.entropy(16).hex()
    request = ["verification.start", ask_id, how.way, how.language, how.light, sorted(how.without)]
    event, expected = desk.event(cameo, _started(challenge, wish, salt), event_id=event_id), {cameo: 0 if head is None else head.revision}
    shown = _challenge_of(desk.append(caller, [event], expected=expected, request=request)[0])
    if wish is not None:
        book.begin(wish.ask, shown.challenge_id)
    if how.way == "stepwise" and expect is not None and shown.challenge_id == challenge.challenge_id:
        expect(challenge, salt, plan(challenge, desk.entropy(32)))
    return shown


def _require_may_begin(desk: Desk, facts: FactReader, cameo: str, shown: Sequence[Envelope], wish: Ask | None, how: Wish) -> None:
    """Raise where no challenge is issued now. `shown`: the cameo's events as its person is shown them."""
    status, now_us = status_seen(cameo, facts, desk.store.read), facts.now_us()
    if facts.head(cameo) is None or status is None or status["status"] != "active":
        raise ConflictError("cameo.inactive", "there is no active cameo to compare with", "enrol first: cameo enrol start")
    require_judged(how, answers_as(shown, facts))
    if wish is not None:
        if passed(shown, wish) is not None:
            raise ConflictError(*ANSWERED)
        if wish.expires_at <= datetime.now(UTC):
            raise ConflictError("verification.lapsed", "the question ran out", "who asked can ask again")
    if _checking(facts, cameo):
        raise ConflictError(*CHECKING, retry_after_s=5)
    if _waiting(facts, cameo, now_us) >= WAITING:
        raise ConflictError("verification.too_many_open", f"{WAITING} challenges wait for your answer", "answer one", retry_after_s=60)
    match standing(verification_failures(shown), now_us):
        case Locked(until_us):
            wait_s = (until_us - now_us) // 1_000_000 + 1
            raise LockedError("enrolment.locked", "too many answers failed", f"try again in {wait_s} s", retry_after_s=wait_s)
        case _:
            pass


def require_open(desk: Desk, caller: Caller, verification: str) -> int:
    """Return the stream's revision where this challenge waits for its recording; raises otherwise."""
    cameo = cameo_of(caller.account)
    with desk.store.snapshot() as facts:
        fact, head, now_us = facts.get(cameo, f"verification/{verification}"), facts.head(cameo), facts.now_us()
        checking = _checking(facts, cameo)
    if fact is None or head is None:
        raise NotFoundError("verification.unknown", "no such challenge is open for you", "begin anew: cameo verification answer")
    if fact.value["state"] not in {"started", "expired"}:
        raise ConflictError("challenge.used", "this challenge was answered already", "begin anew")
    if fact.value["state"] == "expired" or fact.value["expires_at_us"] <= now_us:
        raise ConflictError("challenge.expired", "this challenge ran out", "begin anew")
    if checking:
        raise ConflictError(*CHECKING, retry_after_s=5)
    return head.revision


def submit_live(desk: Desk, evidence: EvidenceStore, caller: Caller, answer: LiveAnswer) -> EvidenceSealed:
    """Seal the recording of a live challenge and tell what was asked; else as `submit`."""
    return submit(desk, evidence, caller, answer.challenge.challenge_id, answer.recording, answer.camera_label, told=answer)


def submit(
    desk: Desk,
    evidence: EvidenceStore,
    caller: Caller,
    verification: str,
    recording: bytes,
    camera_label: str,
    told: LiveAnswer | None = None,
) -> EvidenceSealed:  # fmt: skip
    """Seal the recording and hand it to the checks, once per challenge; what is not received is destroyed.

    What else happens to the cameo meanwhile (another challenge runs out, something is opened) loses no recording.
    """
    require_size(recording)
    require_open(desk, caller, verification)
    cameo = cameo_of(caller.account)
    if told is None and _way(desk.store.read(cameo), verification) == "stepwise":
        raise ConflictError(
            "challenge.stepwise", "this challenge is answered step by step", f"connect to /v1/enrolments/{verification}/live"
        )
    stored = evidence.put_evidence(caller.account, cameo, recording)
    event = RecordingReceived(
        enrolment=verification, evidence=stored.evidence, key_id=stored.key_id, sha256=stored.sha256, bytes=stored.bytes,
        camera_label=kept_of(camera_label), verifies=True,
    )  # fmt: skip
    event = event if told is None else telling(event, told)
    revision, request = partial(require_open, desk, caller, verification), ["verification.submit", verification, stored.sha256]
    return sealed_of(receive(desk, evidence, caller, cameo, event, revision, request))


def state(desk: Desk, caller: Caller, verification: str) -> dict[str, Any]:
    """Tell the person how their answer stands, with each reason and what to do."""
    cameo = cameo_of(caller.account)
    with desk.store.snapshot() as facts:
        fact, history = facts.get(cameo, f"verification/{verification}"), as_shown(facts, desk.store.read(cameo))
    if fact is None:
        raise NotFoundError("verification.unknown", "you began no such answer", "begin: cameo verification prove")
    answer = answered(history, verification)
    codes = () if answer is None else answered_as(answer.data["codes"])
    told_state = {"received": "checking"}.get(fact.value["state"], fact.value["state"]) if answer is None else answer.data["outcome"]
    told = [(code, message(AS_ANSWER.get(code, code))) for code in codes]
    reasons = [{"code": code, "message": words.en, "ko": words.ko} for code, words in told]
    return {"challenge": verification, "state": told_state, "level": fact.value["level"], "reasons": reasons}


def answered(history: Sequence[Envelope], verification: str) -> Envelope | None:
    """Find how a re-verification was answered."""
    found = [one for one in history if one.type == "verification.answered" and one.data["verification"] == verification]
    return found[-1] if found else None


def _started(challenge: Challenge, wish: Ask | None, salt: str) -> VerificationStarted:
    stepwise = challenge.way == "stepwise"
    return VerificationStarted(
        verification=challenge.challenge_id, owner=challenge.account, party=challenge.account if wish is None else wish.party,
        audience=OWN_AUDIENCE if wish is None else wish.audience,
        nonce_sha256=hashlib.sha256(b"" if wish is None else wish.nonce.encode()).hexdigest(),
        level="stepwise" if wish is None else wish.level, expires_at_us=challenge.expires_at_us, way=challenge.way,
        language=challenge.language, phrase=() if stepwise else challenge.phrase,
        movements=() if stepwise else tuple(movement.value for movement in challenge.movements),
        light=bool(challenge.light), commitment=challenge.commitment(salt) if stepwise else "", without=challenge.without,
    )  # fmt: skip


def _challenge_of(envelope: Envelope) -> Challenge:
    event = event_of(envelope)
    assert isinstance(event, VerificationStarted)
    return Challenge(
        challenge_id=event.verification, account=event.owner, phrase=event.phrase,
        movements=tuple(Movement(movement) for movement in event.movements), issued_at_us=envelope.time_us,
        expires_at_us=event.expires_at_us, language=event.language, way=event.way, without=event.without,
    )  # fmt: skip


def passed(history: Sequence[Envelope], wish: Ask) -> Envelope | None:
    """Find the answer to an ask that passed, whichever of its challenges it answers: a person may have taken two."""
    if wish.verification is None:
        return None
    since_us, digest = int(wish.asked_at.timestamp() * 1e6), hashlib.sha256(wish.nonce.encode()).hexdigest()
    asked = (wish.party, wish.audience, digest, wish.level)
    begun = {
        past.data["verification"]
        for past in history
        if past.type == "verification.started" and past.time_us >= since_us
        and (past.data["party"], past.data["audience"], past.data["nonce_sha256"], past.data["level"]) == asked
    }  # fmt: skip
    answers = (past for past in history if past.type == "verification.answered" and past.data["outcome"] == "passed")
    return next((past for past in answers if past.data["verification"] in begun), None)


def mine(book: VerificationBook, caller: Caller, ask_id: str) -> Ask:
    """Find what the caller was asked, also when it has run out. Raises NotFoundError."""
    found = book.ask_of(ask_id)
    if found is None or found.owner != caller.account or found.declined:
        raise NotFoundError(*UNKNOWN)
    return found


def _checking(facts: FactReader, cameo: str) -> bool:
    """Tell whether a recording of this cameo is being checked: many in a row would be judged although the first of them lock."""
    enrolment = facts.get(cameo, "enrolment")
    answers = (fact.value["state"] for _, fact in facts.scan(cameo, "verification/"))
    return (enrolment is not None and enrolment.value["state"] == "received") or "received" in answers


def _waiting(facts: FactReader, cameo: str, now_us: int) -> int:
    """Count the challenges that wait for their recording."""
    found = (fact.value for _, fact in facts.scan(cameo, "verification/"))
    return sum(one["state"] == "started" and one["expires_at_us"] > now_us for one in found)


def _way(history: Sequence[Envelope], verification: str) -> str:
    return next(one.data["way"] for one in history if one.type == "verification.started" and one.data["verification"] == verification)
