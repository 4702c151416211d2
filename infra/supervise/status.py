"""Owns what `cameo status` says of each part; does not own doing anything about it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.supervise.daemon import Daemon
from infra.supervise.table import PARTS, Part, is_present
from infra.supervise.up import is_ready

if TYPE_CHECKING:
    from infra.supervise.prepare import Installation

STATES = {"BACKOFF": "restarting", "FATAL": "failed", "STOPPING": "stopping"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One part: state is ready, starting, restarting, stopping, stopped, failed, outside, unreachable or absent."""

    part: str
    state: str
    pid: int | None
    since_s: int | None
    address: str | None
    log: str | None

    @property
    def ok(self) -> bool:
        """Whether it does its work."""
        return self.state in {"ready", "outside"}


def status(installation: Installation) -> list[Shown]:
    """Return one line a part, in table order."""
    settings = installation.settings
    rows = Daemon(settings.run, settings.logs).processes()
    return [_shown(installation, part, rows.get(part.name, {})) for part in PARTS]


def _shown(installation: Installation, part: Part, row: dict[str, Any]) -> Shown:
    settings = installation.settings
    addresses = {
        "postgres": settings.postgres, "kafka": settings.kafka, "opa": settings.opa_socket, "api": settings.api,
        "opa-keyholder": settings.keyholder_opa_socket, "keyholder": settings.keyholder_socket, "serve": settings.serve,
    }  # fmt: skip
    address = str(addresses[part.name]) if part.name in addresses else None
    if part.name in installation.outside:
        return Shown(part.name, "outside" if is_ready(installation, part) else "unreachable", None, None, address, None)
    log = str(settings.logs / f"{part.name}.log")
    if part.module is not None and not is_present(part.module):
        return Shown(part.name, "absent", None, None, address, log)
    name = row.get("statename", "STOPPED")
    if name in {"RUNNING", "STARTING"}:
        state = "ready" if is_ready(installation, part) else "starting"
        return Shown(part.name, state, row["pid"], int(time.time()) - row["start"], address, log)
    return Shown(part.name, STATES.get(name, "stopped"), None, None, address, log)
