"""Owns the orderly end of an installation, in less than 15 s, after which nothing of it runs.

Does not own finding processes that nobody watches (infra.supervise.leftovers), but calls it at the end, always.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.supervise import leftovers
from infra.supervise.daemon import Daemon, DaemonError
from infra.supervise.table import FOREIGN, PARTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

POLL_S = 0.05
OURS_S = 7.0  # supervisord kills after stop_s (6 s); the rest of 15 s belongs to the databases and the sweep
FOREIGN_S = 5.0
RUNNING = {"STARTING", "RUNNING", "BACKOFF", "STOPPING"}


@dataclass(frozen=True, slots=True)
class Ended:
    """What `down` found: parts it stopped, processes it had to kill because nobody watched them, seconds it took."""

    stopped: tuple[str, ...]
    killed: tuple[int, ...]
    took_s: float


def down(run: Path, logs: Path, say: Callable[[str], None]) -> Ended:
    """End every process of the installation; may be called when nothing runs."""
    begun_s = time.monotonic()
    daemon = Daemon(run, logs)
    stopped: list[str] = []
    if daemon.is_up():
        ours = [part.name for part in PARTS if part.name not in FOREIGN]
        for names, patience_s in ((ours, OURS_S), (list(FOREIGN), FOREIGN_S)):
            stopped += _stop(daemon, names, patience_s, say)
        _end_daemon(daemon)
    killed = leftovers.end(run, grace_s=0.5 if stopped else 6.0)
    return Ended(tuple(stopped), tuple(killed), time.monotonic() - begun_s)


def _stop(daemon: Daemon, names: list[str], patience_s: float, say: Callable[[str], None]) -> list[str]:
    begun_s = time.monotonic()
    running = {name for name, row in daemon.processes().items() if name in names and row["statename"] in RUNNING}
    for name in running:
        try:
            daemon.stop(name)
        except DaemonError as error:  # it ended between the question and the order: the sweep looks again
            say(f"  ..    {name}: {error}")
    left = set(running)
    while left and time.monotonic() - begun_s < patience_s:
        rows = daemon.processes()
        gone = {name for name in left if rows.get(name, {}).get("statename") not in RUNNING}
        for name in sorted(gone):
            say(f"  ok    {name:<14} stopped  {time.monotonic() - begun_s:6.1f} s")
        left -= gone
        time.sleep(POLL_S)
    return sorted(running)


def _end_daemon(daemon: Daemon) -> None:
    try:
        daemon.shutdown()
    except DaemonError:  # it may be gone before it answers; the sweep decides
        return
    end_s = time.monotonic() + 1.5
    while daemon.is_up() and time.monotonic() < end_s:
        time.sleep(POLL_S)
