"""Events of operation: apps, the policy bundle in force, the operator's switches."""

from __future__ import annotations

from schemas.registry import Event, event


@event("app.registered", 1, stream="app", consent=True, sealed=("contact",))
class AppRegistered(Event, frozen=True):
    """An application may act for its users."""

    name: str
    owner: str


@event("policy.bundle_activated", 1, stream="policy", consent=True)
class BundleActivated(Event, frozen=True):
    """From here on decisions are made by this bundle and no other."""

    bundle_sha256: str
    label: str


@event("switch.thrown", 1, stream="switch", consent=True)
class SwitchThrown(Event, frozen=True):
    """An operator's switch: `render`, `engine/<name>` or `sandbox_use`, on or off."""

    switch: str
    on: bool
    reason: str
