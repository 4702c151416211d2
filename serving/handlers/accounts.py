"""Commands of an account: register, follow, block, standing."""

from __future__ import annotations

import re
import unicodedata

from policy.ports import FactReader
from schemas.account import (
    AccountBlocked,
    AccountFollowed,
    AccountRegistered,
    AccountStandingChanged,
    AccountUnblocked,
    AccountUnfollowed,
    Standing,
)
from schemas.ids import stream_id
from schemas.registry import Event
from serving.errors import InvalidError
from serving.handlers.authority import Authority, Check, carry_out
from serving.handlers.desk import Caller, Desk

_HANDLE = re.compile(r"^[\w][\w.\-]{1,29}$")
"""2 to 30 letters of any script, digits, dot, dash or underscore; unmeasured, a house rule."""


def normal_handle(handle: str) -> str:
    """Normalise a handle for comparison (NFKC, case folded); raises InvalidError for one that cannot be."""
    normal = unicodedata.normalize("NFKC", handle).casefold().removeprefix("@")
    if not _HANDLE.fullmatch(normal):
        raise InvalidError(
            "handle.invalid",
            "a handle has 2 to 30 letters, digits, dots, dashes or underscores",
            "choose another handle",
        )
    return normal


def register(desk: Desk, caller: Caller, *, handle: str, region: str, locale: str, minor: bool) -> str:
    """Register an account and return its id; durable when it returns, idempotent under the caller's key."""
    shown = unicodedata.normalize("NFC", handle).removeprefix("@")
    account = _drawn(desk, caller)
    event = AccountRegistered(region=region, locale=locale, minor=minor)
    prepared = desk.event(account, event, sealed_for=account, fields={"handle": shown})
    desk.append(caller, [prepared], expected={account: 0})
    return account


def id_under_key(desk: Desk, caller: Caller) -> str | None:
    """Tell the id of the account that the caller's idempotency key registers, also again; None without a key."""
    return None if caller.idempotency_key is None else _drawn(desk, caller)


def _drawn(desk: Desk, caller: Caller) -> str:
    return stream_id("account", bytes.fromhex(desk.id_for(caller, "account")))


def follow(desk: Desk, caller: Caller, account: str) -> None:
    """Follow another account: widening, where mutuals are let in."""
    _towards(desk, caller, "account/follow", account, AccountFollowed(account=account))


def unfollow(desk: Desk, caller: Caller, account: str) -> None:
    """Stop following: narrowing, so it expects nothing and always succeeds."""
    _record(desk, caller, "account/unfollow", AccountUnfollowed(account=account))


def block(desk: Desk, caller: Caller, account: str) -> None:
    """Block another account: narrowing, so it expects nothing of the stream."""
    _towards(desk, caller, "account/block", account, AccountBlocked(account=account))


def unblock(desk: Desk, caller: Caller, account: str) -> None:
    """Lift a block: widening."""
    _record(desk, caller, "account/unblock", AccountUnblocked(account=account))


def change_standing(desk: Desk, caller: Caller, account: str, standing: Standing, reason: str) -> None:
    """Change an account's standing (operator)."""
    with desk.store.snapshot() as facts:
        desk.existing(facts, account, "account")
    desk.append(caller, [desk.event(account, AccountStandingChanged(standing=standing, reason=reason))])


def _towards(desk: Desk, caller: Caller, command: str, account: str, event: Event) -> None:
    if account == caller.account:
        raise InvalidError("account.self", "that is your own account", "name another account")

    def there(facts: FactReader, _: Authority) -> None:
        desk.existing(facts, account, "account")

    _record(desk, caller, command, event, there)


def _record(desk: Desk, caller: Caller, command: str, event: Event, check: Check | None = None) -> None:
    carry_out(desk, caller, command, lambda a: [desk.event(a.subject, event)], check=check, opens=False)
