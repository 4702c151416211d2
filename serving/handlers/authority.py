"""Owns who may give a command of consent: the subject, or somebody within a written power, held until the commit.

Does not decide what a command means, nor what consent permits: policy does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from policy.ports import FactReader
from schemas.account import PowerGiven
from schemas.consent import AudienceSet
from schemas.envelope import Envelope
from schemas.ids import cameo_of
from schemas.registry import Event, by_class
from serving.core.commands import COMMANDS, Command, counting_kinds
from serving.errors import ConflictError, ForbiddenError, UnavailableError
from serving.handlers import step_up
from serving.handlers.desk import TRIES, Caller, Desk
from streams.core.seeming import status_seen
from streams.ports import NewEvent

HELD_TRIES = 50
"""Of narrowing by a holder of a power: it must be held, and is tried until it is in. A house rule, unmeasured."""
NOT_WIDENED = ("minor.not_widenable", "a minor's cameo is for nobody else", "others may use it when its owner is of age")


@dataclass(frozen=True, slots=True)
class Authority:
    """For whom a command is given, and what it rests on."""

    subject: str
    holding: Mapping[str, int] = field(default_factory=dict[str, int])
    not_after_us: int | None = None

    @property
    def cameo(self) -> str:
        """The subject's cameo."""
        return cameo_of(self.subject)


Make = Callable[[Authority], Sequence[NewEvent]]
Check = Callable[[FactReader, Authority], None]


def carry_out(
    desk: Desk, caller: Caller, name: str, make: Make, *, check: Check | None = None, request: object = None, opens: bool = True
) -> tuple[Envelope, ...]:
    """Append what a command makes, by whoever may give it; again while what it rests on moves. Empty events append nothing.

    `check` looks at the facts that the command rests on, in the same snapshot. `opens`: a widening that lets somebody
    else use the likeness, which needs an active cameo of a person of age. Raises CommandError.
    """
    command, proven = COMMANDS[name], False
    rests = command.widens or caller.acting_as is not None or check is not None
    for _ in range(HELD_TRIES if command.direction == "narrows" else TRIES):
        authority = _authority(desk, caller, command, check, opens=opens) if rests else Authority(caller.subject)
        events = make(authority)
        if not events:
            return ()
        if command.widens and not proven:
            if not _widen(desk, caller, [name, caller.subject, *_said(events)], events) and not _is_held(desk, caller, events):
                return ()
            proven = True
        try:
            return desk.append(
                caller, events, request=request, holding=authority.holding, not_after_us=authority.not_after_us
            )  # fmt: skip
        except ConflictError as moved:
            if moved.code != "stream.moved":
                raise
    raise ConflictError("stream.moved", "what this rests on kept moving", "try again")


def require(desk: Desk, caller: Caller, name: str) -> str:
    """Return for whom the caller may give a command now, for what only reads. Raises ForbiddenError."""
    with desk.store.snapshot() as facts:
        return _power(facts, caller, COMMANDS[name]).subject


def _said(events: Sequence[NewEvent]) -> list[object]:
    """Write down what a command does, without what is sealed: the same for the same command sent again under its key."""
    return [[one.stream, by_class(type(one.event)).name, msgspec.to_builtins(one.event)] for one in events]


def _is_held(desk: Desk, caller: Caller, events: Sequence[NewEvent]) -> bool:
    """Tell whether a command of somebody who called for help lets nobody do anything: it is about their own cameo, which is held.

    What is about anything else (another's cameo, their account) is not written, and answers as if it were.
    """
    cameo = cameo_of(caller.account)
    with desk.store.snapshot() as facts:
        idle = facts.get(cameo, "held") is not None or facts.get(cameo, "status") is None  # it may only look active
    return idle and all(one.stream == cameo for one in events)


def _widen(desk: Desk, caller: Caller, command: step_up.Command, events: Sequence[NewEvent]) -> bool:
    """Ask who widens consent for a fresh proof of who they are, where that is on, and before a real face is opened to everyone.

    The one place where it is asked. False: it calls for help (`step_up.require`).
    """
    always = any(_to_everyone(one.event) for one in events) and step_up.has_face(desk, caller.subject)
    if desk.proofs is not None:
        return step_up.require(desk, desk.proofs, caller, command, caller.subject, always=always)
    if always or any(desk.snapshot_fact(account, step_up.FACT) is not None for account in {caller.account, caller.subject}):
        raise UnavailableError("step_up.unavailable", "a fresh proof is asked for, and none can be judged here", "ask the operator")
    return True


def _to_everyone(event: Event) -> bool:
    """Tell whether an event opens a cameo to everyone, or lets somebody else do so, who would prove no more than who they are."""
    match event:
        case AudienceSet(audience="everyone"):
            return True
        case PowerGiven(may=may):
            return "audience" in may
        case _:
            return False


def _authority(desk: Desk, caller: Caller, command: Command, check: Check | None, *, opens: bool) -> Authority:
    with desk.store.snapshot() as facts:
        authority = _power(facts, caller, command)
        if command.widens:
            _require_open(desk, facts, caller, opens=opens)
        if command.direction != "narrows":  # what was taken back meanwhile is not brought back by a command that looked before
            held = _held(facts, caller.account, authority.subject, authority.cameo)
            authority = Authority(authority.subject, held, authority.not_after_us)
        if check is not None:
            check(facts, authority)
    return authority


def _power(facts: FactReader, caller: Caller, command: Command) -> Authority:
    """Find by what right the caller acts: for themselves, or by a power that covers the command now."""
    subject, now_us = caller.subject, facts.now_us()
    if caller.acting_as is None:
        return Authority(subject)
    kinds = counting_kinds(died=facts.get(subject, "died") is not None)
    powers = [fact.value for _, fact in facts.scan(subject, f"power/{caller.account}/")]
    counting = [one for one in powers if one["kind"] in kinds and command.powers & set(one["may"]) and _runs(one, now_us)]
    standing = facts.get(caller.account, "standing")
    if not counting or standing is None or standing.value["standing"] != "good":
        raise ForbiddenError("power.missing", "you have no power to do this for them", "they can give you one: cameo power give")
    ends = [one["until_us"] for one in counting]
    return Authority(subject, _held(facts, subject, caller.account), None if None in ends else max(ends))


def _runs(power: Mapping[str, Any], now_us: int) -> bool:
    return (power["from_us"] or 0) <= now_us and (power["until_us"] is None or now_us < power["until_us"])


def _held(facts: FactReader, *streams: str) -> dict[str, int]:
    heads = {stream: facts.head(stream) for stream in streams}
    return {stream: 0 if head is None else head.consent_revision for stream, head in heads.items()}


def _require_open(desk: Desk, facts: FactReader, caller: Caller, *, opens: bool) -> None:
    if caller.acting_as is None and facts.get(caller.subject, "died") is not None:
        raise ForbiddenError("account.died", "this account's person has died", "their executor acts for them")
    if not opens:
        return
    account, status = facts.get(caller.subject, "account"), status_seen(cameo_of(caller.subject), facts, desk.store.read)
    if status is None or status["status"] != "active":
        raise ConflictError("cameo.inactive", "there is no active cameo", "enrol first: cameo enrol start")
    if account is not None and account.value["minor"]:
        raise ForbiddenError(*NOT_WIDENED)
