"""Tells which start of which host this is: a monotonic clock of another one cannot be compared. Does not read clocks."""

from __future__ import annotations

import socket
from functools import cache
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@cache
def boot_id() -> str:
    """Name this start of this host; a system that cannot tell it is named by its host alone."""
    try:
        return BOOT_ID.read_text("ascii").strip()
    except OSError:
        return socket.gethostname()
