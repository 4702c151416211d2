"""Commands of the operator: switches, the bundle in force, apps."""

from __future__ import annotations

import re

from schemas.ids import POLICY_STREAM, SWITCH_STREAM, stream_id
from schemas.operation import AppRegistered, BundleActivated, SwitchThrown
from serving.errors import InvalidError
from serving.handlers.desk import Caller, Desk

_SWITCH = re.compile(r"^(render|sandbox_use|engine/[a-z0-9_]{1,40})$")
_SHA256 = re.compile(r"^[0-9a-f]{64}$")


def throw_switch(desk: Desk, caller: Caller, switch: str, reason: str, *, on: bool) -> None:
    """Throw an operator's switch: `render`, `sandbox_use` or `engine/<name>`."""
    if not _SWITCH.fullmatch(switch):
        raise InvalidError("switch.unknown", f"no switch {switch!r}", "render, sandbox_use or engine/<name>")
    desk.append(caller, [desk.event(SWITCH_STREAM, SwitchThrown(switch=switch, on=on, reason=reason))])


def activate_bundle(desk: Desk, caller: Caller, bundle_sha256: str, label: str) -> None:
    """Put a policy bundle in force: decisions by any other are refused from here on."""
    if not _SHA256.fullmatch(bundle_sha256):
        raise InvalidError("bundle.digest", "a bundle is named by its SHA-256", "python -m policy.bundle prints it")
    desk.append(caller, [desk.event(POLICY_STREAM, BundleActivated(bundle_sha256=bundle_sha256, label=label))])


def register_app(desk: Desk, caller: Caller, name: str, owner: str, contact: str) -> str:
    """Register an application and return its id."""
    app = stream_id("app", bytes.fromhex(desk.id_for(caller, "app")))
    event = desk.event(app, AppRegistered(name=name, owner=owner), sealed_for=owner, fields={"contact": contact})
    desk.append(caller, [event], expected={app: 0})
    return app
