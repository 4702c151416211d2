"""Commands of enrolment: take a challenge, hand in a recording. The checks run later, in the worker."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from identity.core.challenge import VOCABULARY, Challenge, Language, Movement, Way, Without, issue
from identity.core.enrolment import Locked, standing
from identity.core.live_plan import Planned, plan
from identity.core.profiles import Profile as AssuranceProfile
from schemas.cameo import EnrolmentStarted, Profile, Purpose
from schemas.codec import event_of
from schemas.envelope import Envelope
from schemas.ids import cameo_of
from serving.consent_texts import acceptable, in_force
from serving.errors import ConflictError, InvalidError, LockedError
from serving.handlers.desk import Caller, Desk, anew_where_moved
from serving.handlers.guardians import beside
from streams.core.assured import SANDBOX, is_worth_more
from streams.core.failing import enrolment_failures
from streams.core.seeming import as_shown, status_seen

log = logging.getLogger(__name__)

CONSENT_TEXT_SHA256 = in_force().sha256
"""Of the English text in force; the same text in another language may be accepted as well."""


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


_STEPS = frozenset({f"enrolment.{step}" for step in ("started", "recording_received", "held", "activated", "refused")})

Expect = Callable[[Challenge, str, tuple[Planned, ...]], None]
"""Keeps a challenge (with its salt and its steps) that is handed out step by step, once it was recorded that there is one."""


def start(
    desk: Desk, caller: Caller, profile: Profile, consent_text_sha256: str, wish: Wish | None = None, expect: Expect | None = None
) -> Challenge:
    """Issue a challenge, bound to the caller, for two minutes. Of one step by step only a commitment is recorded, and shown.

    Raises LockedError after five failures, and ConflictError while a recording is being checked: answers that wait in a
    row would be checked although the first five of them lock. What is appended beside it, as an opening or a grant, is no reason
    to refuse: the challenge is drawn again on the stream as it stands.
    """
    return anew_where_moved(lambda: _issued(desk, caller, profile, consent_text_sha256, wish, expect))


def _issued(desk: Desk, caller: Caller, profile: Profile, consent_text_sha256: str, wish: Wish | None, expect: Expect | None) -> Challenge:
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
        before, status = facts.get(cameo, "enrolment"), status_seen(cameo, facts, desk.store.read)
        now_us = facts.now_us()
        until_us = 0 if lock is None else lock.value["until_us"]
        failures = enrolment_failures(desk.store.read(cameo)) if head is not None else []
        guardian = beside(facts, caller.account, None if wish is None else wish.guardian)
    match standing(failures, now_us):
        case Locked(until_us=until):
            until_us = max(until_us, until)
        case _:
            pass
    if until_us > now_us:
        wait_s = (until_us - now_us) // 1_000_000 + 1
        raise LockedError(
            "enrolment.locked",
            "too many recordings were refused, or live sessions failed",
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
    if wish is not None and wish.recovers:
        _require_none_waits(desk, cameo)
    if profile == SANDBOX and is_worth_more(status):
        raise ConflictError(
            "enrolment.weaker", "your cameo is worth more than the sandbox gives", "enrol under basic or verified, or from another account"
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


def _require_none_waits(desk: Desk, cameo: str) -> None:
    """Refuse a recovery that would withdraw a recording that waits for reviewers: its person's other tokens alone may."""
    history = desk.store.read(cameo)
    with desk.store.snapshot() as facts:
        told = as_shown(facts, history)  # of a call for help as it looks
    last = next((one for one in reversed(told) if one.type in _STEPS), None)
    if last is not None and last.type == "enrolment.held":
        raise ConflictError("recovery.waits", "a recording of this account waits for a reviewer", "wait until it was looked at, then begin")


def _purpose(status: Mapping[str, str] | None, wish: Wish) -> Purpose:
    if wish.recovers:
        return "recover"
    return "renew" if status is not None and status["status"] == "active" else "enrol"


def possible(wish: Wish) -> Wish:
    """Return a wish that can be asked for; raises InvalidError."""
    if wish.light and wish.way != "stepwise":
        raise InvalidError("light.needs_steps", "light is shown in a live challenge only", "ask for the way stepwise, or leave light out")
    if wish.language not in VOCABULARY:
        raise InvalidError("language.unknown", f"no phrase is drawn in {wish.language} here", "ask for en")
    return wish


def _challenge_of(envelope: Envelope) -> Challenge:
    event = event_of(envelope)
    assert isinstance(event, EnrolmentStarted)
    return Challenge(
        challenge_id=event.enrolment, account=event.owner, phrase=event.phrase,
        movements=tuple(Movement(movement) for movement in event.movements),
        issued_at_us=envelope.time_us, expires_at_us=event.expires_at_us, language=event.language, way=event.way,
        without=event.without,
    )  # fmt: skip
