"""Routes of step-up: a fresh proof before consent is widened."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.api.context import AccountCaller, OperatorCaller, PartsHere
from serving.api.routes.accounts import resolve
from serving.handlers import step_up

router = APIRouter(prefix="/v1/accounts", tags=["step-up"])


class StepUp(BaseModel):
    """Whether widening consent needs a fresh proof."""

    on: bool
    recovery_codes_left: int


class Secret(BaseModel):
    """What an authenticator needs, shown once."""

    secret: str = Field(description="base32, to be typed in")
    uri: str = Field(description="otpauth:// address, to be shown as a QR code")


class Codes(BaseModel):
    """Recovery codes, shown once; each opens once."""

    recovery_codes: list[str]


@router.get("/me/step-up")
def show_step_up(parts: PartsHere, caller: AccountCaller) -> StepUp:
    """Tell whether widening asks for a fresh proof."""
    on, left = step_up.state(parts.desk, parts.proofs, caller)
    return StepUp(on=on, recovery_codes_left=left)


@router.post("/me/step-up", status_code=201)
def begin_step_up(parts: PartsHere, caller: AccountCaller) -> Secret:
    """Draw a secret for an authenticator. Nothing is asked for until a first code confirms it."""
    made = step_up.begin(parts.desk, parts.proofs, caller, parts.access.handle_of(caller.account) or caller.account)
    return Secret(secret=made.secret, uri=made.uri)


@router.put("/me/step-up")
def confirm_step_up(parts: PartsHere, caller: AccountCaller) -> Codes:
    """Switch it on: the first code of the authenticator comes in the header Cameo-Step-Up."""
    return Codes(recovery_codes=list(step_up.confirm(parts.desk, parts.proofs, caller)))


@router.delete("/me/step-up", status_code=204)
def end_step_up(parts: PartsHere, caller: AccountCaller) -> None:
    """Switch it off, with a fresh proof."""
    step_up.switch_off(parts.desk, parts.proofs, caller)


@router.post("/me/step-up/recovery-codes", status_code=201)
def renew_recovery_codes(parts: PartsHere, caller: AccountCaller) -> Codes:
    """Draw new recovery codes in place of the old ones, with a fresh proof."""
    return Codes(recovery_codes=list(step_up.renew_codes(parts.desk, parts.proofs, caller)))


@router.delete("/{account}/step-up", status_code=204)
def reset_step_up(parts: PartsHere, caller: OperatorCaller, account: str) -> None:
    """Switch it off for somebody who lost authenticator and recovery codes. The record names the operator."""
    step_up.reset(parts.desk, parts.proofs, caller, resolve(parts.access, account))
