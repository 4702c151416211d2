"""Events of an account: who somebody is to the platform, whom they follow and block."""

from __future__ import annotations

from typing import Literal

from schemas.registry import Event, event

Standing = Literal["good", "limited", "suspended"]


@event("account.registered", 1, stream="account", consent=True, sealed=("handle",))
class AccountRegistered(Event, frozen=True):
    """An account exists. Its handle is sealed."""

    region: str
    locale: str
    minor: bool


@event("account.followed", 1, stream="account", consent=True)
class AccountFollowed(Event, frozen=True):
    """This account follows another one."""

    account: str


@event("account.unfollowed", 1, stream="account", consent=True)
class AccountUnfollowed(Event, frozen=True):
    """This account no longer follows another one."""

    account: str


@event("account.blocked", 1, stream="account", consent=True)
class AccountBlocked(Event, frozen=True):
    """This account blocks another one: neither may use the other's likeness."""

    account: str


@event("account.unblocked", 1, stream="account", consent=True)
class AccountUnblocked(Event, frozen=True):
    """The block is lifted."""

    account: str


@event("account.standing_changed", 1, stream="account", consent=True)
class AccountStandingChanged(Event, frozen=True):
    """The operator changed the account's standing."""

    standing: Standing
    reason: str
