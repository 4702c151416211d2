"""Owns what events of powers and deaths change in the projections. Does not apply it."""

from __future__ import annotations

from schemas import account
from streams.core.changes import Change, Put, Row, Seen, Update, project, row_of


@project.register
def _(event: account.PowerGiven, at: Seen) -> tuple[Change, ...]:
    row: Row = {
        "holder": event.holder,
        "kind": event.kind,
        "may": list(event.may),
        "from_us": event.from_us,
        "until_us": event.until_us,
        "given_us": at.time_us,
    }
    return (Put("powers", {"account": at.stream, "power": event.power}, row),)


@project.register
def _(event: account.PowerEnded, at: Seen) -> tuple[Change, ...]:
    return (Update("powers", {"account": at.stream, "power": event.power}, {"ended_us": at.time_us}),)


@project.register
def _(event: account.AccountDied, at: Seen) -> tuple[Change, ...]:
    del event
    return row_of("accounts", "account", at, died_us=at.time_us)
