"""Commands of recovery: whoever lost every token shows the face that their cameo was made with, and gets new ones.

An operator begins it, after making sure of the person by other means, and cannot end it: the token that they hand over only begins,
answers and ends, and the recording must show the sealed face, step by step or before a reviewer. That it was begun, and by whom, is an
event of the person's account. A cameo of the sandbox recovers nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.account import RecoveryBegun, StepUpSet
from schemas.envelope import Envelope
from schemas.ids import cameo_of
from serving.errors import ConflictError, ForbiddenError
from serving.handlers import step_up
from serving.handlers.desk import Caller, Desk
from serving.handlers.tokens import NewToken, hash_of, make_token, secret_of
from serving.ports import PERSON, RECOVER, AccessStore, ProofStore
from serving.verification_ports import RecoveryBook
from streams.core.assured import SANDBOX, is_worth_more
from streams.core.seeming import as_shown

LABEL: Final = "recovery"
ENDED: Final = "recovered"
LIVES_S: Final = 24 * 3600


def begin(desk: Desk, access: AccessStore, book: RecoveryBook, caller: Caller, account: str) -> NewToken:
    """Make the token of a recovery: a day, for what a recovery needs. Older tokens go on until it has ended.

    On record, under the operator's account, before there is a token; the person is told of it. Again under one idempotency key: the
    same token.
    """
    status = desk.snapshot_fact(cameo_of(account), "status")
    if not is_worth_more(None if status is None else status.value):
        raise ConflictError("recovery.no_face", "no active cameo keeps a face to know them by", "register the person anew")
    now = datetime.now(UTC)
    event = RecoveryBegun(until_us=int((now + timedelta(seconds=LIVES_S)).timestamp() * 1e6))
    (written,) = desk.append(caller, [desk.event(account, event)], request=["recovery.begin", account])
    until = datetime.fromtimestamp(written.data["until_us"] / 1e6, UTC)
    made = _made(access, _drawn(desk, caller, account), account, {RECOVER}, LABEL, until)
    book.begin_recovery(made.token.token_id, account, now)
    return made


def under_way(book: RecoveryBook, caller: Caller) -> bool:
    """Tell whether what the caller begins is of a recovery. Raises ForbiddenError where that recovery has ended."""
    recovery = book.recovery_of(caller.token_id)
    if RECOVER in caller.scopes and (recovery is None or recovery.ended_under is not None):
        raise _ended()
    return recovery is not None


def end(desk: Desk, access: AccessStore, proofs: ProofStore, book: RecoveryBook, caller: Caller) -> NewToken:
    """Give a person's token in place of every other one, once a recording of this recovery was accepted; step-up is off then.

    Once. With an idempotency key the recovery's own token stays until its day is over, to ask again under that key where the answer
    was lost, and for nothing else.
    """
    recovery = book.recovery_of(caller.token_id)
    if recovery is None:
        raise ForbiddenError("recovery.not_begun", "this token is of no recovery", "ask the operator: cameo recovery begin")
    drawn = _drawn(desk, caller, ENDED)
    under = desk.request_digest(["recovery.end", drawn.hex()])
    if recovery.ended_under not in {None, under}:
        raise _ended()
    history = desk.store.read(cameo_of(caller.account))
    with desk.store.snapshot() as facts:
        told = as_shown(facts, history)
    if not _accepted(told, recovery.begun):
        raise ConflictError("recovery.not_shown", "no recording of this recovery was accepted yet", "enrol with this token, then ask again")
    if not book.end_recovery(caller.token_id, under):
        raise _ended()
    kept = set[str]() if caller.idempotency_key is None else {caller.token_id}
    if not _accepted(history, recovery.begun):  # a call for help: a token that only enrols, and every other stays
        made = _made(access, drawn, caller.account, {"enrol"}, ENDED, datetime.now(UTC) + timedelta(seconds=LIVES_S))
        _remove(access, caller.account, {caller.token_id} - kept)
        return made
    made = _made(access, drawn, caller.account, PERSON, ENDED, None)
    _remove(access, caller.account, {token.token_id for token in access.tokens_of(caller.account)} - kept - {made.token.token_id})
    if desk.snapshot_fact(caller.account, step_up.FACT) is not None:
        desk.append(caller, [desk.event(caller.account, StepUpSet(on=False))])
        proofs.remove(caller.account)
    return made


def _drawn(desk: Desk, caller: Caller, what: str) -> bytes:
    """Draw a token's 32 bytes; the same for a retry under the same idempotency key, and told by that key to nobody."""
    if caller.idempotency_key is None:
        return desk.entropy(32)
    return bytes.fromhex(desk.request_digest(["cameo/token/1", what, caller.account, caller.token_id, caller.idempotency_key]))


def _made(access: AccessStore, drawn: bytes, account: str, scopes: Iterable[str], label: str, until: datetime | None) -> NewToken:
    """Make a token, or find the one that an earlier try made."""
    before = access.token_by_hash(hash_of(secret_of(drawn)))
    if before is not None:
        return NewToken(before, secret_of(drawn))
    return make_token(access, drawn, account, frozenset(scopes), label=label, now=datetime.now(UTC), until=until)


def _remove(access: AccessStore, account: str, tokens: Iterable[str]) -> None:
    for token in tokens:
        access.remove_token(account, token)


def _ended() -> ForbiddenError:
    return ForbiddenError(
        "recovery.ended", "this recovery was ended, and its new token given", "if you did not get it, ask the operator for another recovery"
    )


def _accepted(history: Sequence[Envelope], begun: datetime) -> bool:
    since_us = int(begun.timestamp() * 1e6)
    started = {
        past.data["enrolment"]
        for past in history
        if past.type == "enrolment.started" and past.time_us >= since_us and past.data.get("purpose") == "recover"
    }
    return any(
        past.type == "enrolment.activated" and past.data["enrolment"] in started and past.data["assurance"] != SANDBOX
        for past in history
    )  # fmt: skip
