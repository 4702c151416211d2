"""Commands of plans: the operator sets one, the account sees what is left, and a monthly one is renewed when it is asked for.

What a plan has left is counted with the start of a film, by the keyholder; asked for only while the switch `plans` is on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from policy.ports import Fact, FactReader
from schemas.account import PlanSet
from schemas.ids import SWITCH_STREAM
from schemas.registry import Event
from serving.core.periods import month_of
from serving.errors import InvalidError, NotFoundError
from serving.handlers.desk import Caller, Desk, anew_where_moved

NOBODYS = "generation-" + "0" * 32
"""A generation that holds nothing: what it could still take is what is left."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a plan gives in a period: a number of films and a length in all; None: no limit."""

    films: int | None
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """An account's plan and what is left of it. `asked_for`: whether the switch `plans` is on."""

    plan: str
    given: Allowance
    left: Allowance
    from_us: int
    until_us: int | None
    monthly: bool
    asked_for: bool


def put(
    desk: Desk, caller: Caller, account: str, plan: str, given: Allowance, *, from_us: int | None, until_us: int | None, monthly: bool
) -> None:
    """Set an account's plan (operator), with a counter of its own from here on. A monthly one lasts to the end of the month."""
    if monthly and until_us is not None:
        raise InvalidError("plan.window", "a monthly plan has no end of its own", "leave the end out, or monthly")
    with desk.store.snapshot() as facts:
        desk.existing(facts, account, "account")
        now_us = facts.now_us()
    begins_us = now_us if from_us is None else from_us
    ends_us = month_of(max(begins_us, now_us))[1] if monthly else until_us
    if ends_us is not None and ends_us <= max(begins_us, now_us):
        raise InvalidError("plan.window", "the plan would have ended already", "choose a later end")
    event = PlanSet(
        plan=plan, quota=f"quota-{desk.id_for(caller, 'quota')}", uses=given.films, duration_ms=given.duration_ms,
        from_us=begins_us, until_us=ends_us, renews="monthly" if monthly else None,
    )  # fmt: skip
    request = ["plan.set", account, plan, given.films, given.duration_ms, from_us, until_us, monthly]
    desk.append(caller, [desk.event(account, event)], request=request)


def end(desk: Desk, caller: Caller, account: str) -> None:
    """End an account's plan now (operator). What was reserved stays reserved; nothing to do where there is none."""
    with desk.store.snapshot() as facts:
        fact, now_us = facts.get(account, "plan"), facts.now_us()
    if fact is None:
        raise NotFoundError("plan.none", "this account has no plan", "set one: cameo plan set")
    kept = fact.value
    if kept["until_us"] is not None and kept["until_us"] <= now_us and kept.get("renews") is None:
        return
    ended = _plan_set(kept | {"until_us": max(now_us, kept["from_us"] + 1), "renews": None})
    desk.append(caller, [desk.event(account, ended)], request=["plan.end", account, kept["quota"]])


def renew(desk: Desk, caller: Caller, account: str) -> None:
    """Begin the month that is, where the account's plan is a monthly one whose month is over. May be called at any time, by many.

    The month's counter has a name that follows from account and month: two who renew at once open the same one.
    """
    renewing = Caller(caller.account, caller.scopes, caller.app)  # not the caller's key: it names what they came for

    def attempt() -> None:
        with desk.store.snapshot() as facts:
            head, next_one = facts.head(account), renewal(facts, account)
        if head is not None and next_one is not None:
            desk.append(renewing, [desk.event(account, next_one)], expected={account: head.revision})

    anew_where_moved(attempt)


def renewal(facts: FactReader, account: str) -> PlanSet | None:
    """Tell the event that would begin the month that is; None where the account's plan is no monthly one, or its month is not over."""
    fact, now_us = facts.get(account, "plan"), facts.now_us()
    if fact is None or fact.value.get("renews") != "monthly" or now_us < fact.value["until_us"]:
        return None
    begins_us, ends_us = month_of(now_us)
    return _plan_set(fact.value | {"quota": _quota(account, fact, begins_us), "from_us": begins_us, "until_us": ends_us})


def before_a_request(facts: FactReader, account: str) -> list[tuple[str, Event]]:
    """List what a request of this account's would write before itself: a question about one supposes it."""
    due = renewal(facts, account)
    return [] if due is None else [(account, due)]


def show(desk: Desk, caller: Caller, account: str) -> Plan:
    """Tell an account's plan and what is left of it, renewed where that is due. Raises NotFoundError (plan.none)."""
    renew(desk, caller, account)
    with desk.store.snapshot() as facts:
        fact, asked_for = facts.get(account, "plan"), facts.get(SWITCH_STREAM, "switch/plans")
        used = None if fact is None else facts.used(account, fact.value["quota"], NOBODYS)
    if fact is None or used is None:
        raise NotFoundError("plan.none", "this account has no plan", "ask the operator for one")
    kept = fact.value
    left = Allowance(_left(kept["uses"], used.others), _left(kept["duration_ms"], used.others_ms))
    return Plan(
        kept["plan"], Allowance(kept["uses"], kept["duration_ms"]), left, kept["from_us"], kept["until_us"],
        monthly=kept.get("renews") == "monthly", asked_for=asked_for is not None and asked_for.value["on"],
    )  # fmt: skip


def _left(limit: int | None, used: int) -> int | None:
    return None if limit is None else max(0, limit - used)


def _quota(account: str, fact: Fact, begins_us: int) -> str:
    seed = f"cameo/quota/1\x1f{account}\x1f{fact.value['quota']}\x1f{begins_us}"
    return f"quota-{hashlib.sha256(seed.encode()).hexdigest()[:32]}"


def _plan_set(kept: dict[str, Any]) -> PlanSet:
    return PlanSet(
        plan=kept["plan"], quota=kept["quota"], uses=kept["uses"], duration_ms=kept["duration_ms"],
        from_us=kept["from_us"], until_us=kept["until_us"], renews=kept.get("renews"),
    )  # fmt: skip
