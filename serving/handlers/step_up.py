"""Commands of step-up: a person asks that widening their consent needs a fresh proof. `require` is what widening calls.

Switching it on narrows; switching it off widens, and is asked for a proof itself. Narrowing is never asked.
Whether it is on is a fact of the account's stream; what proves is kept apart from the record.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.account import StepUpSet
from schemas.envelope import Envelope
from schemas.ids import cameo_of
from serving.core.proof import (
    BY_FACE,
    FRESH_US,
    OWN_AUDIENCE,
    PROOF_BYTES,
    RECOVERY_BYTES,
    RECOVERY_CODES,
    SECRET_BYTES,
    provisioning_uri,
    recovery_code,
    recovery_hash,
    shown_secret,
    step_of,
)
from serving.errors import ConflictError, ForbiddenError, LockedError
from serving.handlers.apps import require_in_person
from serving.handlers.desk import Caller, Desk
from serving.ports import Proof, ProofStore
from streams.core.assured import SANDBOX, answers_alone, assurance_of, is_worth_more
from streams.core.seeming import as_shown, status_seen

TRIES = 5
STRONG = frozenset({"stepwise", "light"})
"""Levels of a re-verification that prove somebody: one upload can be an animated photograph."""
LOCK_S = 15 * 60
"""House rules: at ±1 step a guesser who never tires has one chance in 900 a day; unmeasured."""
FACT = "step_up"
_HOW = (
    "send a code of your authenticator, a recovery code, or the proof that cameo verification prove gave: --code, or the header"
    " Cameo-Step-Up"
)
_FACE = "send the proof that cameo verification prove gave: --code, or the header Cameo-Step-Up"
Command = Sequence[object]
"""What a proof is asked for, as canonical JSON can write it: a proof that was used for one command is none for another."""


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret as it is shown once."""

    secret: str
    uri: str


def require(desk: Desk, proofs: ProofStore, caller: Caller, command: Command, subject: str | None = None, *, always: bool = False) -> bool:
    """Ask for a fresh proof of who asks, where the caller or the subject whose consent widens has that switched on, or `always`.

    Call it last, right before the append: the proof is used up by this command, and counts again for this very command sent
    again under its idempotency key. It is always the caller's own.

    False: the proof is a call for help. Consent of a cameo may then be widened, for the cameo is held and nobody can use it; of
    everything else the command does nothing, and answers as if it had. Raises ForbiddenError (step_up.required, step_up.wrong),
    LockedError (step_up.locked).
    """
    if not always and not any(_is_on(desk, account) for account in {caller.account, subject or caller.account}):
        return True
    if caller.step_up and not _by_face(caller) and not _is_on(desk, caller.account):  # a secret that nobody confirmed proves nothing
        raise ForbiddenError("step_up.required", "a proof is asked for, and you have no authenticator set up", _HOW)
    return _prove(desk, proofs, caller, command)


def has_face(desk: Desk, account: str) -> bool:
    """Tell whether an account's own cameo is active, or looks so, by a real face: not the sandbox's."""
    with desk.store.snapshot() as facts:
        return is_worth_more(status_seen(cameo_of(account), facts, desk.store.read))


def expect(desk: Desk, proofs: ProofStore, caller: Caller, verification: str) -> str:
    """Note that the caller takes this challenge to prove themselves; returns what to send once it passed, told to nobody else.

    It counts for this account, session and device alone: the same token on another device is not enough, nor is another token. Where the
    command is sent again, for its answer was lost, it is the same: keyed, so that nobody but this installation can tell it.
    """
    keyed = desk.request_digest(["proof", verification, caller.account, caller.token_id, caller.device])
    secret = base64.urlsafe_b64encode(bytes.fromhex(keyed)[:PROOF_BYTES]).decode().rstrip("=")
    proofs.expect(_proof(caller, verification, secret))
    return f"{BY_FACE}{verification}.{secret}"


def begin(desk: Desk, proofs: ProofStore, caller: Caller, handle: str) -> NewSecret:
    """Draw a secret for the caller's authenticator. Nothing is asked for until `confirm`.

    Who has enrolled a face proves it first, else whoever stole a session would set up a proof of their own. Who enrolled in a way
    that only a reviewer can judge is not asked: an authenticator is the only proof that they can give.
    """
    require_in_person(caller)
    if _is_on(desk, caller.account):
        raise ConflictError("step_up.on", "step-up is on already", "switch it off first: cameo step-up off")
    if has_face(desk, caller.account) and answers_alone(desk.store.read(cameo_of(caller.account))):
        if not _by_face(caller):
            raise ForbiddenError("step_up.required", "an authenticator beside an enrolled face asks for that face", _FACE)
        _prove(desk, proofs, caller, ["step_up.begin"])  # also where it calls for help: a later code has to look right
    secret = desk.entropy(SECRET_BYTES)
    proofs.put_secret(caller.account, secret)
    return NewSecret(shown_secret(secret), provisioning_uri(secret, handle))


def confirm(desk: Desk, proofs: ProofStore, caller: Caller) -> tuple[str, ...]:
    """Switch step-up on, once a first code shows that the authenticator has the secret. Gives the recovery codes, shown once.

    With a re-verification instead of a code there is no authenticator, and there are no recovery codes: the face is the proof.
    """
    require_in_person(caller)
    if _is_on(desk, caller.account):
        raise ConflictError("step_up.on", "step-up is on already", "new recovery codes: cameo step-up codes")
    _prove(desk, proofs, caller, ["step_up.on"])  # narrows: done also where it calls for help
    codes = () if _by_face(caller) else _new_codes(desk, proofs, caller.account)
    desk.append(caller, [desk.event(caller.account, StepUpSet(on=True))])
    return codes


def renew_codes(desk: Desk, proofs: ProofStore, caller: Caller) -> tuple[str, ...]:
    """Draw new recovery codes in place of the old ones, shown once."""
    require_in_person(caller)
    if not _is_on(desk, caller.account):
        raise ConflictError("step_up.off", "step-up is off", "switch it on first: cameo step-up on")
    true = _prove(desk, proofs, caller, ["step_up.codes"])
    return _new_codes(desk, proofs, caller.account, kept=true)


def switch_off(desk: Desk, proofs: ProofStore, caller: Caller) -> None:
    """Switch step-up off: widening, so it is asked for a proof. Nothing to do where it is off."""
    require_in_person(caller)
    if _is_on(desk, caller.account) and _prove(desk, proofs, caller, ["step_up.off"]):
        _end(desk, proofs, caller, caller.account)


def reset(desk: Desk, proofs: ProofStore, caller: Caller, account: str) -> None:
    """Switch step-up off for somebody who lost authenticator and codes (operator); the record names the operator."""
    if _is_on(desk, account):
        _end(desk, proofs, caller, account)


def state(desk: Desk, proofs: ProofStore, caller: Caller) -> tuple[bool, int]:
    """Tell whether step-up is on, and how many recovery codes are left."""
    on = _is_on(desk, caller.account)
    return on, proofs.codes_left(caller.account) if on else 0


def _is_on(desk: Desk, account: str) -> bool:
    return desk.snapshot_fact(account, FACT) is not None


def _end(desk: Desk, proofs: ProofStore, caller: Caller, account: str) -> None:
    desk.append(caller, [desk.event(account, StepUpSet(on=False))])
    proofs.remove(account)


def _new_codes(desk: Desk, proofs: ProofStore, account: str, *, kept: bool = True) -> tuple[str, ...]:
    """Draw recovery codes; those that are not kept open nothing."""
    codes = tuple(recovery_code(desk.entropy(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))
    if kept:
        proofs.put_codes(account, [recovery_hash(code) for code in codes])
    return codes


def _prove(desk: Desk, proofs: ProofStore, caller: Caller, command: Command) -> bool:
    """Judge the caller's proof; False: it calls for help. A try is counted before it is judged: many at once give no more of them."""
    code = (caller.step_up or "").strip()
    if not code:
        raise ForbiddenError("step_up.required", "this widens consent, and a fresh proof of you is asked for", _HOW)
    once = "" if caller.idempotency_key is None else desk.request_digest(["step_up", caller.idempotency_key, *command])
    if _by_face(caller):
        return _prove_by_face(desk, proofs, caller, code.removeprefix(BY_FACE), once)
    one = proofs.take_try(caller.account, TRIES, LOCK_S)
    if isinstance(one, datetime):
        left_s = max(1, round((one - datetime.now(UTC)).total_seconds()))
        raise LockedError("step_up.locked", f"{TRIES} proofs were wrong", f"try again in {left_s // 60 + 1} minutes", retry_after_s=left_s)
    if one is None:
        raise ForbiddenError("step_up.required", "a proof is asked for, and you have no authenticator set up", "cameo step-up begin")
    with desk.store.snapshot() as facts:
        step = step_of(one.secret, code, facts.now_us())
    if step is None:
        right = proofs.take_code(caller.account, recovery_hash(code))
    elif once and (step, once) == (one.last_step, one.last_key):  # the same command, sent again
        proofs.forgive(caller.account)
        right = True
    else:
        right = proofs.take_step(caller.account, step, once)
    if not right:
        raise ForbiddenError("step_up.wrong", "that code is wrong, or was used already", "wait for the next code of your authenticator")
    return True


def _by_face(caller: Caller) -> bool:
    return (caller.step_up or "").strip().startswith(BY_FACE)


def _proof(caller: Caller, verification: str, secret: str) -> Proof:
    return Proof(verification, caller.account, caller.token_id, caller.device, hashlib.sha256(secret.encode()).digest())


def _prove_by_face(desk: Desk, proofs: ProofStore, caller: Caller, sent: str, once: str) -> bool:
    """Judge a re-verification that the caller made to prove themselves: passed, for this alone, just now, here, for one command.

    One that calls for help looks passed; False tells it. A face of the sandbox is no proof where there is an authenticator: the checks
    of the sandbox let synthetic media pass.
    """
    verification, _, secret = sent.partition(".")
    cameo = cameo_of(caller.account)
    history = desk.store.read(cameo)
    with desk.store.snapshot() as facts:
        now_us, shown = facts.now_us(), as_shown(facts, history)
    begun = any(
        past.type == "verification.started" and past.data["verification"] == verification
        and past.data["audience"] == OWN_AUDIENCE and past.data["party"] == caller.account
        for past in history
    )  # fmt: skip
    if assurance_of(shown) == SANDBOX and proofs.has_secret(caller.account):
        raise ForbiddenError("step_up.wrong", "a face of the sandbox does not stand in for your authenticator", "send its code: --code")
    if not begun or not _passed(shown, verification, now_us) or not proofs.use(_proof(caller, verification, secret), once):
        why = "that proof did not pass, is older than five minutes, was asked for elsewhere, or was used already"
        raise ForbiddenError("step_up.wrong", why, _HOW)
    return _passed(history, verification, now_us)


def _passed(events: Sequence[Envelope], verification: str, now_us: int) -> bool:
    return any(
        past.type == "verification.answered" and past.data["verification"] == verification
        and past.data["outcome"] == "passed" and past.data["level"] in STRONG and now_us - past.time_us <= FRESH_US
        for past in events
    )  # fmt: skip
