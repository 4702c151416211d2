"""Commands of the operator's switches: throw, confirm, list.

The narrowing way one operator throws at once, expecting nothing, never told to wait. The widening way one operator proposes
and another one confirms, within a day and while nobody threw the switch in between.
"""

from __future__ import annotations

from dataclasses import dataclass

from policy.ports import FactReader
from schemas.ids import SWITCH_STREAM
from schemas.operation import SwitchProposed, SwitchThrown
from serving.core.switches import LAPSES_US, NAMES, is_switch, widens, without_a_throw
from serving.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from serving.handlers.desk import TRIES, Caller, Desk


@dataclass(frozen=True, slots=True)
class Position:
    """Where a switch stands, or would stand once a proposal is confirmed."""

    switch: str
    on: bool
    proposal: str | None = None
    operator: str | None = None
    """Who proposed it."""
    until_us: int | None = None
    """When the proposal lapses."""


def throw(desk: Desk, caller: Caller, switch: str, reason: str, *, on: bool, operators: int = 2) -> Position:
    """Throw a switch the narrowing way, or propose to throw it the widening way. `operators`: how many widening needs, 1 or 2."""
    if not is_switch(switch):
        raise InvalidError("switch.unknown", f"no switch {switch!r}", NAMES)
    if operators < 2 or not widens(switch, on=on):
        desk.append(caller, [desk.event(SWITCH_STREAM, SwitchThrown(switch=switch, on=on, reason=reason))])
        return Position(switch, on)
    proposal = desk.id_for(caller, "proposal")
    event = SwitchProposed(proposal=proposal, switch=switch, on=on, reason=reason, operator=caller.account)
    (written,) = desk.append(caller, [desk.event(SWITCH_STREAM, event)])
    return Position(switch, on, proposal, caller.account, written.time_us + LAPSES_US)


def confirm(desk: Desk, caller: Caller, proposal: str, reason: str) -> Position:
    """Throw a switch as another operator proposed. Raises CommandError; asked again after it was done: proposal.unknown."""
    for _ in range(TRIES):
        with desk.store.snapshot() as facts:
            head = facts.head(SWITCH_STREAM)
            found = _open(desk, facts, proposal)
        if found.operator == caller.account:
            raise ForbiddenError("proposal.own", "you proposed this yourself", "another operator confirms it")
        thrown = SwitchThrown(switch=found.switch, on=found.on, reason=reason, proposal=proposal)
        expected = {SWITCH_STREAM: 0 if head is None else head.revision}
        try:
            desk.append(caller, [desk.event(SWITCH_STREAM, thrown)], expected=expected)
        except ConflictError:  # somebody threw or proposed: look again at what that was
            continue
        return Position(found.switch, found.on)
    raise ConflictError("stream.moved", "the switches kept moving", "try again")


def positions(desk: Desk) -> tuple[list[Position], list[Position]]:
    """List where switches stand, and the proposals that may still be confirmed."""
    with desk.store.snapshot() as facts:
        thrown = [Position(key.partition("/")[2], fact.value["on"]) for key, fact in facts.scan(SWITCH_STREAM, "switch/")]
        proposed = [key.partition("/")[2] for key, _ in facts.scan(SWITCH_STREAM, "proposal/")]
        waiting: list[Position] = []
        for one in proposed:
            try:
                waiting.append(_open(desk, facts, one))
            except ConflictError:
                continue
    return thrown, waiting


def is_on(facts: FactReader, switch: str) -> bool:
    """Tell where a switch stands."""
    fact = facts.get(SWITCH_STREAM, f"switch/{switch}")
    return without_a_throw(switch) if fact is None else fact.value["on"]


def _open(desk: Desk, facts: FactReader, proposal: str) -> Position:
    """Read a proposal that may be confirmed; raises NotFoundError, ConflictError (proposal.stale, proposal.lapsed)."""
    fact = facts.get(SWITCH_STREAM, f"proposal/{proposal}")
    if fact is None:
        raise NotFoundError("proposal.unknown", "there is no such proposal, or it was confirmed", "cameo switch list")
    switch = fact.value["switch"]
    thrown = facts.get(SWITCH_STREAM, f"switch/{switch}")
    if thrown is not None and thrown.revision > fact.revision:
        raise ConflictError("proposal.stale", f"{switch} was thrown after this was proposed", "propose it anew")
    until_us = desk.store.read(SWITCH_STREAM, fact.revision - 1)[0].time_us + LAPSES_US
    if facts.now_us() >= until_us:
        raise ConflictError("proposal.lapsed", "nobody confirmed this within a day", "propose it anew")
    return Position(switch, fact.value["on"], proposal, fact.value["operator"], until_us)
