"""Owns the rules of an agent beside a stream: what to do with an event, and when to try a parked one again.

Does not store anything: streams.agents.parking and streams.adapters.projections do.
"""

from __future__ import annotations

import re
from typing import Literal

Step = Literal["apply", "done", "gap", "parked"]

FIRST_RETRY_US = 1_000_000
LONGEST_RETRY_US = 60_000_000
MAX_ERROR_CHARS = 500
_SECRETS = re.compile(r"(password|token|secret|key)=\S+", re.IGNORECASE)


def next_step(applied: int, revision: int, *, parked: bool) -> Step:
    """Tell what to do with revision `revision` of a stream whose last applied revision is `applied`.

    `done`: applied before. `parked`: the stream waits behind a failed event. `gap`: what lies between must be read from
    the ledger first. `apply`: it is the next one.
    """
    if revision <= applied:
        return "done"
    if parked:
        return "parked"
    return "apply" if revision == applied + 1 else "gap"


def retry_after_us(attempts: int) -> int:
    """Tell how long to wait after `attempts` failures: 1 s, doubled each time, at most 60 s."""
    return min(LONGEST_RETRY_US, FIRST_RETRY_US << min(max(attempts, 1) - 1, 10))


def describe(error: BaseException) -> str:
    """Write an error down for an operator: class and first line, at most 500 characters, no credentials."""
    first = str(error).strip().split("\n", 1)[0]
    return _SECRETS.sub(r"\1=…", f"{type(error).__name__}: {first}")[:MAX_ERROR_CHARS]
