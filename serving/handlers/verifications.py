"""Commands of re-verification: a party asks whether this is still the person of a cameo; the person answers, or does not.

The party learns `waiting`, `passed` (with an assertion) or `lapsed`: never that an answer failed or was declined. The same
answer, asked for by the person themselves, is a fresh proof before consent is widened (`step_up`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from identity.core.challenge import Challenge, issue
from identity.core.checks.injection import kept_of
from identity.core.codes import message
from identity.core.enrolment import Locked, standing
from identity.core.live_plan import plan
from identity.core.profiles import Profile
from identity.keys.wire import EvidenceSealed
from policy.ports import FactReader
from schemas.cameo import Level, RecordingReceived
from schemas.envelope import Envelope
from schemas.ids import cameo_of
from schemas.verification import VerificationStarted
from serving.core.assertion import Passed, sign
from serving.core.live_answer import LiveAnswer, telling
from serving.core.proof import OWN_AUDIENCE
from serving.errors import ConflictError, InvalidError, LockedError, NotFoundError
from serving.handlers.desk import Caller, Desk
from serving.handlers.enrolments import Expect, Wish, possible
from serving.handlers.submitting import EvidenceStore, forget, require_size
from serving.verification_ports import Ask, VerificationBook
from streams.core.failing import verification_failures
from streams.core.seeming import as_shown, status_seen

OPEN: Final = 3
"""Open asks of one party to one owner. A house rule."""
WAITING: Final = 3
"""Challenges of one account that wait for their answer at once. A house rule: one is answered at a time."""
LIVES: Final = timedelta(hours=24)
UNKNOWN: Final = ("verification.unknown", "there is no such question", "list them: cameo verification list")
CHECKING: Final = ("enrolment.checking", "your last recording is still being checked", "wait for its answer")
State = Literal["waiting", "passed", "lapsed"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a party is told of its ask."""

    state: State
    assertion: str | None = None


def ask(desk: Desk, book: VerificationBook, caller: Caller, owner: str, audience: str, nonce: str, level: Level) -> Ask:
    """Ask an owner; whether they have a cameo, or block who asks, changes nothing of the answer."""
    if owner == caller.account:
        raise InvalidError("verification.self", "you need not ask yourself", "prove yourself: cameo verification prove")
    now = datetime.now(UTC)
    wish = Ask(desk.id_for(caller, "ask"), caller.account, caller.app, owner, audience, nonce, level, now, now + LIVES)
    kept = book.add_ask(wish, OPEN)
    if kept is None:
        raise ConflictError("verification.too_many", f"{OPEN} of your questions to them are open", "wait for an answer")
    return kept


def asked(desk: Desk, book: VerificationBook, caller: Caller, limit: int) -> list[Ask]:
    """List what the caller is asked, newest first, without those of people they block."""
    found = book.asks_to(caller.account, limit)
    with desk.store.snapshot() as facts:
        return [one for one in found if facts.get(caller.account, f"blocks/{one.party}") is None]


def decline(book: VerificationBook, caller: Caller, ask_id: str) -> None:
    """Do not answer; who asked is not told."""
    book.decline(_mine(book, caller, ask_id).ask)


def begin(desk: Desk, book: VerificationBook, caller: Caller, ask_id: str | None, how: Wish, expect: Expect | None = None) -> Challenge:
    """Issue the challenge by which the caller answers an ask, or (None) proves themselves. Raises LockedError after failures.

    Of one step by step only a commitment is recorded; `expect` keeps it until its session.
    """
    how = possible(how)
    if ask_id is None and how.way != "stepwise":
        raise InvalidError("verification.needs_steps", "a proof of oneself is given step by step", "ask for the way stepwise")
    wish = None if ask_id is None else _mine(book, caller, ask_id)
    cameo = cameo_of(caller.account)
    with desk.store.snapshot() as facts:
        head, now_us, checking = facts.head(cameo), facts.now_us(), _checking(facts, cameo)
        status, waiting = status_seen(cameo, facts, desk.store.read), _waiting(facts, cameo, now_us)
        history = as_shown(facts, desk.store.read(cameo))
    if head is None or status is None or status["status"] != "active":
        raise ConflictError("cameo.inactive", "there is no active cameo to compare with", "enrol first: cameo enrol start")
    if checking:
        raise ConflictError(*CHECKING, retry_after_s=5)
    if waiting >= WAITING:
        raise ConflictError("verification.too_many_open", f"{WAITING} challenges wait for your answer", "answer one", retry_after_s=60)
    match standing(verification_failures(history), now_us):
        case Locked(until_us):
            wait_s = (until_us - now_us) // 1_000_000 + 1
            raise LockedError("enrolment.locked", "too many answers failed", f"try again in {wait_s} s", retry_after_s=wait_s)
        case _:
            pass
    challenge = issue(
        caller.account, now_us, desk.entropy(32), profile=Profile.BASIC, language=how.language, way=how.way, light=how.light,
        without=how.without,
    )  # fmt: skip
    stepwise, salt = how.way == "stepwise", desk.entropy(16).hex()
    event = VerificationStarted(
        verification=challenge.challenge_id, owner=caller.account, party=caller.account if wish is None else wish.party,
        audience=OWN_AUDIENCE if wish is None else wish.audience,
        nonce_sha256=hashlib.sha256(b"" if wish is None else wish.nonce.encode()).hexdigest(),
        level="stepwise" if wish is None else wish.level, expires_at_us=challenge.expires_at_us, way=challenge.way, language=how.language,
        phrase=() if stepwise else challenge.phrase,
        movements=() if stepwise else tuple(movement.value for movement in challenge.movements),
        light=bool(challenge.light), commitment=challenge.commitment(salt) if stepwise else "", without=challenge.without,
    )  # fmt: skip
    desk.append(caller, [desk.event(cameo, event)], expected={cameo: head.revision})
    if wish is not None:
        book.begin(wish.ask, challenge.challenge_id)
    if stepwise and expect is not None:
        expect(challenge, salt, plan(challenge, desk.entropy(32)))
    return challenge


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
    """Seal the recording and hand it to the checks, once per challenge; what is not received is destroyed."""
    require_size(recording)
    revision = require_open(desk, caller, verification)
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
    try:
        desk.append(caller, [desk.event(cameo, event)], expected={cameo: revision}, request=["verification.submit", verification])
    except ConflictError:
        forget(evidence, stored.evidence)
        raise
    return stored


def told(desk: Desk, book: VerificationBook, caller: Caller, ask_id: str, seed: bytes, tenant: str) -> Told:
    """Tell a party what came of its ask."""
    wish = book.ask_of(ask_id)
    if wish is None or wish.party != caller.account or wish.app != caller.app:
        raise NotFoundError(*UNKNOWN)
    cameo = cameo_of(wish.owner)
    answer = None if wish.verification is None else answered(desk.store.read(cameo), wish.verification)
    if answer is not None and answer.data["outcome"] == "passed":
        passed = Passed(
            answer.data["verification"], cameo, wish.audience, wish.nonce, answer.data["level"], answer.time_us // 1_000_000
        )  # fmt: skip
        return Told("passed", sign(seed, tenant, passed))
    return Told("waiting" if datetime.now(UTC) < wish.expires_at else "lapsed")


def state(desk: Desk, caller: Caller, verification: str) -> dict[str, Any]:
    """Tell the person how their answer stands, with each reason and what to do."""
    cameo = cameo_of(caller.account)
    with desk.store.snapshot() as facts:
        fact, history = facts.get(cameo, f"verification/{verification}"), as_shown(facts, desk.store.read(cameo))
    if fact is None:
        raise NotFoundError("verification.unknown", "you began no such answer", "begin: cameo verification prove")
    answer = answered(history, verification)
    codes = () if answer is None else tuple(answer.data["codes"])
    told_state = {"received": "checking"}.get(fact.value["state"], fact.value["state"]) if answer is None else answer.data["outcome"]
    reasons = [{"code": code, "message": message(code).en, "ko": message(code).ko} for code in codes]
    return {"challenge": verification, "state": told_state, "level": fact.value["level"], "reasons": reasons}


def answered(history: Sequence[Envelope], verification: str) -> Envelope | None:
    """Find how a re-verification was answered."""
    found = [one for one in history if one.type == "verification.answered" and one.data["verification"] == verification]
    return found[-1] if found else None


def _mine(book: VerificationBook, caller: Caller, ask_id: str) -> Ask:
    found = book.ask_of(ask_id)
    if found is None or found.owner != caller.account or found.declined:
        raise NotFoundError(*UNKNOWN)
    if found.expires_at <= datetime.now(UTC):
        raise ConflictError("verification.lapsed", "the question ran out", "who asked can ask again")
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
