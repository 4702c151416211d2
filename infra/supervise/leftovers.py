"""Owns ending whatever an installation started and nobody watches any more; does not own the orderly stop (infra.supervise.down).

Found by recorded ids with their start times, and by CAMEO_SUPERVISED=<run folder> in the environment, which every descendant
inherits, also those that left their process group.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from infra.supervise.launch import MARK, marked, start_time

if TYPE_CHECKING:
    from pathlib import Path

POLL_S = 0.05


def recorded(run: Path) -> dict[int, signal.Signals]:
    """Return the living processes recorded in the run folder, each with the signal that stops it cleanly."""
    found: dict[int, signal.Signals] = {}
    for record in run.glob("*.pid"):
        words = record.read_text().split()
        if len(words) == 3 and words[0].isdecimal() and start_time(int(words[0])) == words[1]:
            found[int(words[0])] = signal.Signals[f"SIG{words[2]}"]
    return found


def living(run: Path) -> set[int]:
    """Return every living process of this installation."""
    return marked(f"{MARK}={run}") | set(recorded(run))


def end(run: Path, grace_s: float) -> list[int]:
    """End every process of this installation, politely for `grace_s`, then hard; return the ids that had to be killed.

    May be called when nothing runs. The supervisor must be gone or ending, or it would start them again.
    """
    polite = recorded(run)
    for pid in living(run):
        _send(pid, polite.get(pid, signal.SIGTERM))
    _wait(run, grace_s)
    killed = sorted(living(run))
    deadline = time.monotonic() + 2.0
    while (left := living(run)) and time.monotonic() < deadline:
        for pid in left:
            _send(pid, signal.SIGKILL)
        time.sleep(POLL_S)
    for record in (*run.glob("*.pid"), *run.glob("*.ready")):
        record.unlink(missing_ok=True)
    return killed


def _wait(run: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while living(run) and time.monotonic() < deadline:
        time.sleep(POLL_S)


def _send(pid: int, how: signal.Signals) -> None:
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return
