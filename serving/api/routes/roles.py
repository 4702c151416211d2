"""Routes of roles: reviewers and operators are proposed, confirmed, and take their role themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from serving.api.context import AnyCaller, OperatorCaller, PartsHere
from serving.api.context import account_named as resolve
from serving.handlers import roles
from serving.handlers.roles import Appointment

router = APIRouter(prefix="/v1", tags=["operation"])
Role = Literal["reviewer", "operator"]


class NewRole(BaseModel):
    """A role for an account."""

    account: str = Field(max_length=80, examples=["@rea"])
    role: Role


class RoleSeen(BaseModel):
    """A role and who appointed; of a proposal who proposed and confirmed so far."""

    role: Role
    account: str
    operators: list[str]
    proposal: str | None = None
    until: datetime | None = None


class RoleStep(RoleSeen):
    """What was proposed or confirmed, and the codes to hand to the person oneself: shown once."""

    codes: list[str]


class Roles(BaseModel):
    """Who has which role, and what waits."""

    roles: list[RoleSeen]
    proposals: list[RoleSeen]


class Codes(BaseModel):
    """The two codes: one of each operator."""

    codes: list[Annotated[str, Field(max_length=60)]] = Field(min_length=2, max_length=2)


class RoleToken(BaseModel):
    """A token with the role's scope, shown once."""

    account: str
    scopes: list[str]
    token: str


@router.get("/roles")
def list_roles(parts: PartsHere, caller: OperatorCaller) -> Roles:
    """List reviewers and operators with who appointed them, and open proposals. The operator of the beginning is not among them."""
    del caller
    held, waiting = roles.listed(parts.desk)
    return Roles(roles=[RoleSeen(**_told(one)) for one in held], proposals=[RoleSeen(**_told(one)) for one in waiting])


@router.post("/roles", status_code=201)
def propose_role(parts: PartsHere, caller: OperatorCaller, body: NewRole) -> RoleStep:
    """Propose a role for an account; another operator confirms within a day. Hand the code to the person yourself."""
    account = resolve(parts.access, body.account)
    made = roles.propose(parts.desk, caller, account, body.role, operators=parts.operators)
    return RoleStep(**_told(made), codes=list(made.codes))


@router.post("/role-proposals/{proposal}/confirmation")
def confirm_role(parts: PartsHere, caller: OperatorCaller, proposal: str) -> RoleStep:
    """Confirm what another operator proposed. Hand the code to the person yourself, not to the other operator."""
    made = roles.confirm(parts.desk, caller, proposal)
    return RoleStep(**_told(made), codes=list(made.codes))


@router.post("/accounts/me/roles", status_code=201)
def redeem_role(parts: PartsHere, caller: AnyCaller, body: Codes) -> RoleToken:
    """Take the role that both codes give."""
    made = roles.redeem(parts.desk, parts.access, caller, tuple(body.codes), operators=parts.operators)
    return RoleToken(account=caller.account, scopes=sorted(made.token.scopes), token=made.secret)


@router.delete("/roles/{role}/{account}", status_code=204)
def end_role(
    parts: PartsHere, caller: OperatorCaller, role: Role, account: str, reason: Annotated[str, Query(min_length=1, max_length=120)]
) -> None:
    """End a role at once, with its tokens."""
    roles.end(parts.desk, parts.access, caller, resolve(parts.access, account), role, reason)


def _told(one: Appointment) -> dict[str, Any]:
    until = None if one.until_us is None else datetime.fromtimestamp(one.until_us / 1e6, UTC)
    return {"role": one.role, "account": one.account, "operators": list(one.operators), "proposal": one.proposal, "until": until}
