"""Routes of recovery: an operator begins it, the person's face ends it."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from serving.api.context import EnrolCaller, OperatorCaller, PartsHere
from serving.api.routes.accounts import resolve
from serving.handlers import recovery

router = APIRouter(prefix="/v1/accounts", tags=["recovery"])


class Given(BaseModel):
    """A token, shown once."""

    account: str
    token: str


@router.post("/me/recovery", status_code=201)
def end(parts: PartsHere, caller: EnrolCaller) -> Given:
    """Get a person's token in place of every other one, once a recording made with the recovery's token was accepted."""
    made = recovery.end(parts.desk, parts.access, parts.proofs, parts.recoveries, caller)
    return Given(account=caller.account, token=made.secret)


@router.post("/{account}/recovery", status_code=201)
def begin(parts: PartsHere, caller: OperatorCaller, account: str) -> Given:
    """Make a token that may only enrol, for somebody who lost all others (operator); it lives a day."""
    del caller
    subject = resolve(parts.access, account)
    return Given(account=subject, token=recovery.begin(parts.desk, parts.access, parts.recoveries, subject).secret)
