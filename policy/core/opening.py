"""Opening: the operator's first events, without which everything refuses. Does not append them."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.ids import POLICY_STREAM, SWITCH_STREAM
from schemas.operation import BundleActivated, SwitchThrown
from schemas.registry import Event


def opening_events(
    bundle_sha256: str, engines: Sequence[str], *, sandbox_use: bool = False, label: str = "installation"
) -> tuple[tuple[str, Event], ...]:
    """List (stream, event) that open an installation: the bundle in force, rendering on, each engine on."""
    switches = {"render": True} | {f"engine/{name}": True for name in engines} | {"sandbox_use": sandbox_use}
    return (
        (POLICY_STREAM, BundleActivated(bundle_sha256=bundle_sha256, label=label)),
        *((SWITCH_STREAM, SwitchThrown(switch=switch, on=on, reason="installation")) for switch, on in switches.items()),
    )
