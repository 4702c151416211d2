"""Routes of powers: who may act for whom, what they did, and recording a death."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from schemas.account import Power
from serving.api.context import AccountCaller, OperatorCaller, PartsHere
from serving.api.routes.accounts import resolve
from serving.api.routes.terms import us
from serving.handlers import powers

router = APIRouter(prefix="/v1/accounts", tags=["powers"])
PowerId = Annotated[str, Field(max_length=64)]


class WrittenPower(BaseModel):
    """What somebody may do for somebody, and when."""

    holder: str = Field(max_length=80, examples=["@theo"])
    may: list[Power] = Field(min_length=1, max_length=6, examples=[["grants", "review"]])
    from_: AwareDatetime | None = Field(None, alias="from")
    until: AwareDatetime | None = None


class NewPower(WrittenPower):
    """A power that the caller gives."""

    kind: Literal["agent", "executor"] = "agent"


class RecordedPower(WrittenPower):
    """A power that the operator records."""

    kind: Literal["guardian", "executor"]


class PowerGiven(BaseModel):
    """A power that was written down."""

    power: str


@router.post("/me/powers", status_code=201)
def give_power(parts: PartsHere, caller: AccountCaller, body: NewPower) -> PowerGiven:
    """Let somebody act for the caller: an agent now, an executor after the caller's death."""
    return PowerGiven(power=powers.give_power(parts.desk, caller, _written(parts, body, body.kind)))


@router.get("/me/powers")
def list_powers(parts: PartsHere, caller: AccountCaller) -> dict[str, Any]:
    """List who may act for the caller, and for whom the caller may act."""
    return parts.reader.powers(caller.account)


@router.delete("/me/powers/{power}", status_code=204)
def end_power(
    parts: PartsHere,
    caller: AccountCaller,
    power: PowerId,
    subject: Annotated[str | None, Query(max_length=80, description="over whom; left out: over oneself")] = None,
) -> None:
    """End a power over oneself, or lay one down that one holds over somebody."""
    whose = caller.account if subject is None else resolve(parts.access, subject)
    powers.end_power(parts.desk, caller, whose, power)


@router.get("/me/acts")
def list_acts(parts: PartsHere, caller: AccountCaller) -> list[dict[str, Any]]:
    """List what others did for the caller, newest first."""
    return parts.reader.acts(caller.account, parts.access.handle_of)


@router.post("/{account}/powers", status_code=201)
def record_power(parts: PartsHere, caller: OperatorCaller, account: str, body: RecordedPower) -> PowerGiven:
    """Record a guardian of a minor, or an executor of somebody who died."""
    subject = resolve(parts.access, account)
    return PowerGiven(power=powers.record_power(parts.desk, caller, subject, _written(parts, body, body.kind)))


@router.delete("/{account}/powers/{power}", status_code=204)
def end_recorded_power(parts: PartsHere, caller: OperatorCaller, account: str, power: PowerId) -> None:
    """End a power over somebody."""
    powers.end_power(parts.desk, caller, resolve(parts.access, account), power, operator=True)


@router.put("/{account}/death", status_code=204)
def record_death(parts: PartsHere, caller: OperatorCaller, account: str) -> None:
    """Record that a person died: what they permitted ends, their tokens too; an executor acts for them."""
    powers.record_death(parts.desk, parts.access, caller, resolve(parts.access, account))


def _written(parts: Any, body: WrittenPower, kind: Literal["guardian", "agent", "executor"]) -> powers.Written:
    holder = resolve(parts.access, body.holder)
    return powers.Written(holder=holder, kind=kind, may=tuple(body.may), from_us=us(body.from_), until_us=us(body.until))
