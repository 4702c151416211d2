"""Folds events of accounts: standing, follows, blocks, powers, plans. Does not judge them."""

from __future__ import annotations

import msgspec

from policy.core.folding.base import FactWrite, drop, fold, put
from schemas import account


@fold.register
def _(event: account.AccountRegistered) -> tuple[FactWrite, ...]:
    return put("account", {"region": event.region, "minor": event.minor}) + put("standing", {"standing": "good"})


@fold.register
def _(event: account.AccountStandingChanged) -> tuple[FactWrite, ...]:
    return put("standing", {"standing": event.standing})


@fold.register
def _(event: account.AccountFollowed) -> tuple[FactWrite, ...]:
    return put(f"follows/{event.account}")


@fold.register
def _(event: account.AccountUnfollowed) -> tuple[FactWrite, ...]:
    return drop(f"follows/{event.account}")


@fold.register
def _(event: account.AccountBlocked) -> tuple[FactWrite, ...]:
    return put(f"blocks/{event.account}")


@fold.register
def _(event: account.AccountUnblocked) -> tuple[FactWrite, ...]:
    return drop(f"blocks/{event.account}")


@fold.register
def _(event: account.PowerGiven) -> tuple[FactWrite, ...]:
    value = {"kind": event.kind, "may": list(event.may), "from_us": event.from_us, "until_us": event.until_us}
    return put(f"power/{event.holder}/{event.power}", value)


@fold.register
def _(event: account.PowerEnded) -> tuple[FactWrite, ...]:
    return drop(f"power/{event.holder}/{event.power}")


@fold.register
def _(event: account.AccountDied) -> tuple[FactWrite, ...]:
    del event
    return put("died")


@fold.register
def _(event: account.StepUpSet) -> tuple[FactWrite, ...]:
    return put("step_up") if event.on else drop("step_up")


@fold.register
def _(event: account.PlanSet) -> tuple[FactWrite, ...]:
    return put("plan", msgspec.to_builtins(event))


@fold.register
def _(event: account.AccountInvited) -> tuple[FactWrite, ...]:
    return put("invited", {"by": event.by})
