"""Routes of plans and invitations."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from serving.api.context import AccountCaller, AnyCaller, OperatorCaller, PartsHere
from serving.api.routes.accounts import resolve
from serving.handlers import invitations, plans
from serving.handlers.plans import Allowance
from serving.overview_ports import Invitation

router = APIRouter(prefix="/v1", tags=["plans"])
MOST_MINUTES = 10_000_000


class NewPlan(BaseModel):
    """What an account may ask for in a period; what is left out has no limit."""

    plan: str = Field(min_length=1, max_length=40, pattern="^[a-z0-9_-]+$", examples=["basic"])
    films: int | None = Field(None, ge=0, le=1_000_000)
    minutes: float | None = Field(None, ge=0, le=MOST_MINUTES)
    from_: AwareDatetime | None = Field(None, alias="from")
    until: AwareDatetime | None = None
    monthly: bool = Field(default=False, description="renewed by calendar month, in UTC")


class Plan(BaseModel):
    """An account's plan and what is left of it."""

    plan: str
    films: int | None
    films_left: int | None
    minutes: float | None
    minutes_left: float | None
    since: datetime
    until: datetime | None
    monthly: bool
    asked_for: bool = Field(description="whether a plan is asked for at present: the switch `plans`")


class InvitationSeen(BaseModel):
    """An invitation without its code."""

    invitation: str
    made_at: datetime
    expires_at: datetime
    redeemed: bool


class InvitationMade(InvitationSeen):
    """An invitation with its code, shown once."""

    code: str


class Code(BaseModel):
    """An invitation's code."""

    code: str = Field(min_length=1, max_length=60)


@router.put("/accounts/{account}/plan", status_code=204)
def set_plan(parts: PartsHere, caller: OperatorCaller, account: str, body: NewPlan) -> None:
    """Set an account's plan; what was used of an earlier one does not count."""
    given = Allowance(body.films, None if body.minutes is None else round(body.minutes * 60_000))
    plans.put(
        parts.desk, caller, resolve(parts.access, account), body.plan, given,
        from_us=_us(body.from_), until_us=_us(body.until), monthly=body.monthly,
    )  # fmt: skip


@router.delete("/accounts/{account}/plan", status_code=204)
def end_plan(parts: PartsHere, caller: OperatorCaller, account: str) -> None:
    """End an account's plan now."""
    plans.end(parts.desk, caller, resolve(parts.access, account))


@router.get("/accounts/me/plan")
def show_my_plan(parts: PartsHere, caller: AnyCaller) -> Plan:
    """Show the caller's plan and what is left of it."""
    return _shown(plans.show(parts.desk, caller, caller.account))


@router.get("/accounts/{account}/plan")
def show_plan(parts: PartsHere, caller: OperatorCaller, account: str) -> Plan:
    """Show an account's plan and what is left of it."""
    return _shown(plans.show(parts.desk, caller, resolve(parts.access, account)))


@router.post("/invitations", status_code=201)
def make_invitation(parts: PartsHere, caller: AccountCaller) -> InvitationMade:
    """Make an invitation's code, shown once: an invited account four in all."""
    made = invitations.make(parts.desk, parts.invitations, caller)
    return InvitationMade(**_seen(made.invitation).model_dump(), code=made.code)


@router.get("/invitations")
def list_invitations(parts: PartsHere, caller: AccountCaller) -> list[InvitationSeen]:
    """List the invitations that the caller made."""
    return [_seen(one) for one in invitations.listed(parts.invitations, caller)]


@router.put("/accounts/me/invitation", status_code=204)
def redeem_invitation(parts: PartsHere, caller: AccountCaller, body: Code) -> None:
    """Redeem an invitation's code."""
    invitations.redeem(parts.desk, parts.invitations, caller, body.code)


@router.put("/accounts/{account}/invitation", status_code=204)
def invite(parts: PartsHere, caller: OperatorCaller, account: str) -> None:
    """Invite an account without a code."""
    invitations.invite(parts.desk, caller, resolve(parts.access, account))


def _seen(one: Invitation) -> InvitationSeen:
    return InvitationSeen(invitation=one.invitation, made_at=one.made_at, expires_at=one.expires_at, redeemed=one.redeemed)


def _shown(one: plans.Plan) -> Plan:
    return Plan(
        plan=one.plan, films=one.given.films, films_left=one.left.films, minutes=_minutes(one.given.duration_ms),
        minutes_left=_minutes(one.left.duration_ms), since=_time(one.from_us),
        until=None if one.until_us is None else _time(one.until_us), monthly=one.monthly, asked_for=one.asked_for,
    )  # fmt: skip


def _minutes(duration_ms: int | None) -> float | None:
    return None if duration_ms is None else duration_ms / 60_000


def _time(time_us: int) -> datetime:
    return datetime.fromtimestamp(time_us / 1e6, UTC)


def _us(time: datetime | None) -> int | None:
    return None if time is None else round(time.timestamp() * 1_000_000)
