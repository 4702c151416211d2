"""Events of an account: who somebody is to the platform, whom they follow and block."""

from __future__ import annotations

from typing import Literal

from schemas.registry import Event, event

Standing = Literal["good", "limited", "suspended"]
PowerKind = Literal["guardian", "agent", "executor"]
Renewal = Literal["monthly"]
"""By calendar month in UTC."""
Power = Literal["audience", "grants", "revoke", "rules", "review", "requests"]
"""What somebody may do for a subject: set audiences; give grants; narrow; set rules and preferences; answer drafts; answer requests."""


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


@event("account.power_given", 1, stream="account", consent=True)
class PowerGiven(Event, frozen=True):
    """Somebody may act for this account within written powers; the subject sees each of their acts."""

    power: str
    holder: str
    kind: PowerKind
    may: tuple[Power, ...]
    from_us: int | None
    until_us: int | None


@event("account.power_ended", 1, stream="account", consent=True)
class PowerEnded(Event, frozen=True):
    """A power is taken back or laid down."""

    power: str
    holder: str


@event("account.died", 1, stream="account", consent=True)
class AccountDied(Event, frozen=True):
    """The person died: the account asks for nothing any more. Its cameo's consents are revoked beside this event."""


@event("account.step_up_set", 1, stream="account")
class StepUpSet(Event, frozen=True):
    """Whether widening consent needs a fresh proof of who asks."""

    on: bool


@event("account.plan_set", 1, stream="account", consent=True)
class PlanSet(Event, frozen=True):
    """What the account may ask for in a period: a number of films and a length in all; None: no limit."""

    plan: str
    quota: str
    """Names the period's counter; a new period is a new quota."""
    uses: int | None
    duration_ms: int | None
    from_us: int
    until_us: int | None
    renews: Renewal | None = None
    """How the next period follows; None: not by itself."""


@event("account.invited", 1, stream="account", consent=True)
class AccountInvited(Event, frozen=True):
    """The account was invited to make films; `by` is an account or the operator."""

    invitation: str
    by: str


@event("account.cases_listed", 1, stream="account")
class CasesListed(Event, frozen=True):
    """This account listed cases at the review desk. `kind` and `state` are what it asked for, `shown` how many it was shown."""

    kind: str | None
    state: str
    shown: int


@event("account.recovery_begun", 1, stream="account")
class RecoveryBegun(Event, frozen=True):
    """An operator, who is the event's actor, made a token by which this account's person may recover it. Written before there is one."""

    until_us: int
    """When that token ends."""


@event("account.distress_set", 1, stream="account", sealed=("word",))
class DistressSet(Event, frozen=True):
    """A word that, said in a recording, asks for help. Absent from the sealed fields: taken back."""
