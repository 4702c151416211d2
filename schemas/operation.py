"""Events of operation: apps, the policy bundle in force, the operator's switches."""

from __future__ import annotations

from typing import Literal

from schemas.account import Standing
from schemas.registry import Event, event

Role = Literal["reviewer", "operator"]


@event("app.registered", 1, stream="app", consent=True, sealed=("contact",))
class AppRegistered(Event, frozen=True):
    """An application may act for its users."""

    name: str
    owner: str


@event("app.standing_changed", 1, stream="app", consent=True)
class AppStandingChanged(Event, frozen=True):
    """The operator changed an app's standing."""

    standing: Standing
    reason: str


@event("policy.bundle_activated", 1, stream="policy", consent=True)
class BundleActivated(Event, frozen=True):
    """From here on decisions are made by this bundle and no other."""

    bundle_sha256: str
    label: str


@event("switch.proposed", 1, stream="switch")
class SwitchProposed(Event, frozen=True):
    """An operator proposes to undo a switch; another one confirms by throwing it."""

    proposal: str
    switch: str
    on: bool
    reason: str
    operator: str


@event("switch.thrown", 1, stream="switch", consent=True)
class SwitchThrownV1(Event, frozen=True):
    """An operator's switch: `render`, `engine/<name>` or `sandbox_use`, on or off."""

    switch: str
    on: bool
    reason: str


@event("switch.thrown", 2, stream="switch", consent=True)
class SwitchThrown(Event, frozen=True):
    """An operator's switch, on or off: `render`, `engine/<name>`, `region/<code>`, `sandbox_use`, `plans`, `invitations`."""

    switch: str
    on: bool
    reason: str
    proposal: str | None = None
    """What was confirmed, where two people are needed."""


@event("face.protected", 1, stream="switch", sealed=("template", "name"))
class FaceProtected(Event, frozen=True):
    """Nobody enrols this face without a reviewer. Sealed under the key of `subject`, a pseudonymous account of the entry alone."""

    entry: str
    subject: str
    reason: str
    operator: str


@event("face.unprotected", 1, stream="switch")
class FaceUnprotected(Event, frozen=True):
    """An entry left the list; its key is destroyed beside this event."""

    entry: str
    operator: str


@event("role.proposed", 1, stream="switch")
class RoleProposed(Event, frozen=True):
    """An operator proposes that an account looks at recordings, or operates."""

    proposal: str
    role: Role
    account: str
    operator: str


@event("role.confirmed", 1, stream="switch")
class RoleConfirmed(Event, frozen=True):
    """Another operator agrees; `operators`: both."""

    proposal: str
    role: Role
    account: str
    operators: tuple[str, ...]


@event("role.given", 1, stream="switch")
class RoleGiven(Event, frozen=True):
    """The person took the role, by a code of each of these operators; one: where one was enough."""

    proposal: str
    role: Role
    account: str
    operators: tuple[str, ...]


@event("role.ended", 1, stream="switch")
class RoleEnded(Event, frozen=True):
    """An operator ended somebody's role."""

    role: Role
    account: str
    reason: str
