"""Commands of the operator's switches: throw, confirm, list.

The narrowing way one operator throws at once, expecting nothing, never told to wait. The widening way one operator proposes
and another one confirms, within a day and while nobody threw the switch in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from policy.ports import Fact, FactReader
from schemas.ids import SWITCH_STREAM
from schemas.operation import SwitchProposed, SwitchThrown
from serving.core.switches import LAPSES_US, NAMES, is_switch, widens, without_a_throw
from serving.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from serving.handlers.desk import Caller, Desk, anew_where_moved


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

    def attempt() -> Position:
        with desk.store.snapshot() as facts:
            head, now_us = facts.head(SWITCH_STREAM), facts.now_us()
            standing = _standing(facts, proposal)
        found = _dated(desk, standing, now_us)
        if found.operator == caller.account:
            raise ForbiddenError("proposal.own", "you proposed this yourself", "another operator confirms it")
        thrown = SwitchThrown(switch=found.switch, on=found.on, reason=reason, proposal=proposal)
        expected = {SWITCH_STREAM: 0 if head is None else head.revision}
        desk.append(caller, [desk.event(SWITCH_STREAM, thrown)], expected=expected)
        return Position(found.switch, found.on)

    return anew_where_moved(attempt)


def positions(desk: Desk) -> tuple[list[Position], list[Position]]:
    """List where switches stand, and the proposals that may still be confirmed."""
    waiting: list[Position] = []
    with desk.store.snapshot() as facts:
        thrown = [Position(key.partition("/")[2], fact.value["on"]) for key, fact in facts.scan(SWITCH_STREAM, "switch/")]
        proposed = [key.partition("/")[2] for key, _ in facts.scan(SWITCH_STREAM, "proposal/")]
        standing = [_standing(facts, one) for one in proposed]
        now_us = facts.now_us()
    for one in standing:
        try:
            waiting.append(_dated(desk, one, now_us))
        except (ConflictError, NotFoundError):
            continue
    return thrown, waiting


def is_on(facts: FactReader, switch: str) -> bool:
    """Tell where a switch stands."""
    fact = facts.get(SWITCH_STREAM, f"switch/{switch}")
    return without_a_throw(switch) if fact is None else fact.value["on"]


class _Standing(NamedTuple):
    """A proposal as a snapshot has it, and the revision of the switch's last throw (0: none)."""

    proposal: str
    fact: Fact | None
    thrown: int


def _standing(facts: FactReader, proposal: str) -> _Standing:
    return _Standing(proposal, facts.get(SWITCH_STREAM, f"proposal/{proposal}"), _thrown(facts, proposal))


def _thrown(facts: FactReader, proposal: str) -> int:
    fact = facts.get(SWITCH_STREAM, f"proposal/{proposal}")
    thrown = None if fact is None else facts.get(SWITCH_STREAM, f"switch/{fact.value['switch']}")
    return 0 if thrown is None else thrown.revision


def _dated(desk: Desk, one: _Standing, now_us: int) -> Position:
    """Tell a proposal that may be confirmed; raises NotFoundError, ConflictError (proposal.stale, proposal.lapsed).

    Never inside a snapshot: it reads the proposal's event on a connection of its own.
    """
    if one.fact is None:
        raise NotFoundError("proposal.unknown", "there is no such proposal, or it was confirmed", "cameo switch list")
    switch = one.fact.value["switch"]
    if one.thrown > one.fact.revision:
        raise ConflictError("proposal.stale", f"{switch} was thrown after this was proposed", "propose it anew")
    until_us = desk.store.read(SWITCH_STREAM, one.fact.revision - 1)[0].time_us + LAPSES_US
    if now_us >= until_us:
        raise ConflictError("proposal.lapsed", "nobody confirmed this within a day", "propose it anew")
    return Position(switch, one.fact.value["on"], one.proposal, one.fact.value["operator"], until_us)
