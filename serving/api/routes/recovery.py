"""Routes of recovery: an operator begins it, the person's face ends it."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from serving.api.context import OperatorCaller, PartsHere, RecoveringCaller
from serving.api.routes.accounts import resolve
from serving.handlers import recovery

router = APIRouter(prefix="/v1/accounts", tags=["recovery"])


class Given(BaseModel):
    """A token, shown once."""

    account: str
    token: str


@router.post("/me/recovery", status_code=201)
def end(parts: PartsHere, caller: RecoveringCaller) -> Given:
    """Get a person's token in place of every other one, once a recording made with the recovery's token was accepted."""
    made = recovery.end(parts.desk, parts.access, parts.proofs, parts.recoveries, caller)
    return Given(account=caller.account, token=made.secret)


@router.post("/{account}/recovery", status_code=201)
def begin(parts: PartsHere, caller: OperatorCaller, account: str) -> Given:
    """Make a token for what a recovery needs, for somebody who lost all others (operator); it lives a day. On record, and told to them."""
    subject = resolve(parts.access, account)
    return Given(account=subject, token=recovery.begin(parts.desk, parts.access, parts.recoveries, caller, subject).secret)
