"""Routes of the operator's switches."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.api.context import OperatorCaller, PartsHere
from serving.handlers import switches
from serving.handlers.switches import Position

router = APIRouter(prefix="/v1", tags=["operation"])


class NewPosition(BaseModel):
    """Where a switch is to stand."""

    on: bool
    reason: str = Field(min_length=1, max_length=120)


class Reason(BaseModel):
    """Why."""

    reason: str = Field("confirmed", min_length=1, max_length=120)


class Switch(BaseModel):
    """Where a switch stands; with a proposal: where it will stand once another operator confirms."""

    switch: str
    on: bool
    proposal: str | None = None
    operator: str | None = None
    until: datetime | None = None


class Switches(BaseModel):
    """Where every switch stands that was ever thrown, and what waits for a second operator."""

    switches: list[Switch]
    proposals: list[Switch]


@router.get("/switches")
def list_switches(parts: PartsHere, caller: OperatorCaller) -> Switches:
    """List the switches and the open proposals."""
    del caller
    thrown, waiting = switches.positions(parts.desk)
    return Switches(switches=[_shown(one) for one in thrown], proposals=[_shown(one) for one in waiting])


@router.put("/switches/{switch:path}")
def throw_switch(parts: PartsHere, caller: OperatorCaller, switch: str, body: NewPosition) -> Switch:
    """Throw a switch the narrowing way, at once; the widening way it is proposed, and another operator confirms.

    `render`, `engine/<name>`, `region/<XX>` and `sandbox_use` permit more when they are on, `plans` and `invitations` less.
    """
    return _shown(switches.throw(parts.desk, caller, switch, body.reason, on=body.on, operators=parts.operators))


@router.post("/switch-proposals/{proposal}/confirmation")
def confirm_switch(parts: PartsHere, caller: OperatorCaller, proposal: str, body: Reason) -> Switch:
    """Confirm what another operator proposed, within a day and while nobody threw that switch in between."""
    return _shown(switches.confirm(parts.desk, caller, proposal, body.reason))


def _shown(one: Position) -> Switch:
    until = None if one.until_us is None else datetime.fromtimestamp(one.until_us / 1e6, UTC)
    return Switch(switch=one.switch, on=one.on, proposal=one.proposal, operator=one.operator, until=until)
