"""Commands of recovery: whoever lost every token shows the face that their cameo was made with, and gets new ones.

An operator begins it, after making sure of the person by other means, and cannot end it: the token that they hand over may only
enrol, and the recording must show the sealed face, step by step or before a reviewer. A cameo of the sandbox recovers nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from schemas.account import StepUpSet
from schemas.envelope import Envelope
from schemas.ids import cameo_of
from serving.errors import ConflictError, ForbiddenError
from serving.handlers import step_up
from serving.handlers.desk import Caller, Desk
from serving.handlers.tokens import NewToken, make_token
from serving.ports import PERSON, AccessStore, ProofStore
from serving.verification_ports import RecoveryBook
from streams.core.seeming import as_shown

LABEL: Final = "recovery"
ENDED: Final = "recovered"
LIVES_S: Final = 24 * 3600


def begin(desk: Desk, access: AccessStore, book: RecoveryBook, account: str) -> NewToken:
    """Make the token of a recovery: a day, to enrol with and nothing else. Older tokens go on until it has ended."""
    if _active(desk, account) is None:
        raise ConflictError("recovery.no_face", "no active cameo keeps a face to know them by", "register the person anew")
    now = datetime.now(UTC)
    made = make_token(access, desk.entropy(32), account, frozenset({"enrol"}), label=LABEL, now=now, lives_s=LIVES_S)
    book.begin_recovery(made.token.token_id, account, now)
    return made


def end(desk: Desk, access: AccessStore, proofs: ProofStore, book: RecoveryBook, caller: Caller) -> NewToken:
    """Give a person's token in place of every other one, once a recording of this recovery was accepted; step-up is off then."""
    begun = book.recovery_of(caller.token_id)
    if begun is None:
        raise ForbiddenError("recovery.not_begun", "this token is of no recovery", "ask the operator: cameo recovery begin")
    history = desk.store.read(cameo_of(caller.account))
    with desk.store.snapshot() as facts:
        told = as_shown(facts, history)
    if not _accepted(told, begun):
        raise ConflictError("recovery.not_shown", "no recording of this recovery was accepted yet", "enrol with this token, then ask again")
    if not _accepted(history, begun):  # a call for help: a token that opens no more than this one, and every other stays
        narrow, now = frozenset({"enrol"}), datetime.now(UTC)
        return make_token(access, desk.entropy(32), caller.account, narrow, label=ENDED, now=now, lives_s=LIVES_S)
    made = make_token(access, desk.entropy(32), caller.account, frozenset(PERSON), label=ENDED, now=datetime.now(UTC))
    for token in access.tokens_of(caller.account):
        if token.token_id != made.token.token_id:
            access.remove_token(caller.account, token.token_id)
    if desk.snapshot_fact(caller.account, step_up.FACT) is not None:
        desk.append(caller, [desk.event(caller.account, StepUpSet(on=False))])
        proofs.remove(caller.account)
    return made


def _accepted(history: Sequence[Envelope], begun: datetime) -> bool:
    since_us = int(begun.timestamp() * 1e6)
    started = {
        past.data["enrolment"]
        for past in history
        if past.type == "enrolment.started" and past.time_us >= since_us and past.data.get("purpose") == "recover"
    }
    return any(
        past.type == "enrolment.activated" and past.data["enrolment"] in started and past.data["assurance"] != "sandbox"
        for past in history
    )  # fmt: skip


def _active(desk: Desk, account: str) -> str | None:
    status = desk.snapshot_fact(cameo_of(account), "status")
    counts = status is not None and status.value["status"] == "active" and status.value["assurance"] != "sandbox"
    return status.value["assurance"] if status is not None and counts else None
