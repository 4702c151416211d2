"""Owns bringing an installation up in order of need: prepare, start, wait until it answers, take the steps that follow.

Does not own keeping parts running afterwards (supervisord does) nor ending them (infra.supervise.down).
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.errors import InstallationError
from infra.places import ROOT
from infra.supervise import leftovers
from infra.supervise.daemon import Daemon
from infra.supervise.table import Part, chosen, is_present

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.supervise.prepare import Installation

POLL_S = 0.05
PART_START_S = 120.0  # a cold Ray on two busy cores; a part that ends earlier is reported at once by its restarts
OUTSIDE_PATIENCE_S = 10.0  # for a part that somebody else runs


class UpError(InstallationError):
    """A part did not come up; the message holds the last lines of its log and where the rest is."""


@dataclass(slots=True)
class Up:
    """One run of `up`."""

    installation: Installation
    say: Callable[[str], None]
    ready: dict[str, float] = field(default_factory=dict)
    begun: dict[str, float] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)

    def run(self, only: tuple[str, ...] = ()) -> dict[str, float]:
        """Bring the parts up and return seconds to ready by name; running ones are left alone; raises UpError."""
        wanted = [part for part in chosen(only) if self._startable(part, named=part.name in only)]
        daemon = self._daemon
        if not daemon.is_up():
            killed = leftovers.end(self.installation.settings.run, grace_s=5.0)
            if killed:
                self.say(f"  ..    ended {len(killed)} processes left by an earlier run")
            parts = [(part, self._command(part)) for part in chosen(()) if part.name not in self.installation.outside]
            daemon.start(parts, self.installation.environ)
        pending = list(wanted)
        begun_s = time.monotonic()
        while pending:
            for part in list(pending):
                if self._advance(part, pending, begun_s):
                    pending.remove(part)
            time.sleep(POLL_S)
        return self.ready

    @property
    def _daemon(self) -> Daemon:
        return Daemon(self.installation.settings.run, self.installation.settings.logs)

    def _startable(self, part: Part, *, named: bool) -> bool:
        if part.module is None or part.name in self.installation.outside or is_present(part.module):
            return True
        if named:
            raise UpError(f"{part.name}: this checkout has no module {part.module}")
        self.say(f"  skip  {part.name:<14} this checkout has no module {part.module}")
        return False

    def _command(self, part: Part) -> list[str]:
        if part.module is None:
            foreign = self.installation.foreign
            foreign.prepare(part.name)
            return foreign.command(part.name)
        return [sys.executable, "-m", part.module, *part.arguments]

    def _advance(self, part: Part, pending: list[Part], begun_s: float) -> bool:
        waiting = {other.name for other in pending}
        if any(need in waiting for need in part.needs):
            return False
        if part.name not in self.begun:
            self.begun[part.name] = time.monotonic()
            self._begin(part)
        if not self._answers(part):
            self._watch(part)
            return False
        self._complete(part)
        took_s = time.monotonic() - self.begun[part.name]
        self.ready[part.name] = took_s
        where = "outside" if part.name in self.installation.outside else "ready"
        self.say(f"  ok    {part.name:<14} {where:<8} {took_s:6.1f} s   at {time.monotonic() - begun_s:5.1f} s")
        return True

    def _begin(self, part: Part) -> None:
        if part.name in self.installation.outside:
            return
        state = self._daemon.processes().get(part.name, {}).get("statename")
        if state in {"RUNNING", "STARTING"}:
            return
        for step in part.before:
            self._step(step)
        if part.module is None:
            self.installation.foreign.prepare(part.name)
        self._daemon.begin(part.name)

    def _answers(self, part: Part) -> bool:
        if part.module is not None:
            return is_ready(self.installation, part)
        foreign = self.installation.foreign
        outside = part.name in self.installation.outside
        return foreign.is_ready(part.name) if outside else foreign.started(part.name)

    def _complete(self, part: Part) -> None:
        if part.module is None and part.name not in self.installation.outside:
            self.installation.foreign.complete(part.name)
        for step in part.after:
            self._step(step)

    def _watch(self, part: Part) -> None:
        waited_s = time.monotonic() - self.begun[part.name]
        if part.name in self.installation.outside:
            if waited_s > OUTSIDE_PATIENCE_S:
                raise UpError(f"{part.name} is said to be outside ({part.outside}) but does not answer there")
            return
        row = self._daemon.processes().get(part.name, {})
        if row.get("statename") == "BACKOFF" and "Exited too quickly" in row.get("spawnerr", "") and waited_s > PART_START_S / 10:
            raise UpError(self._last_words(part, "keeps ending"))
        if row.get("statename") == "FATAL" or waited_s > PART_START_S:
            raise UpError(self._last_words(part, f"was not ready after {waited_s:.0f} s"))

    def _last_words(self, part: Part, what: str) -> str:
        log = self.installation.settings.logs / f"{part.name}.log"
        lines = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else []
        return "\n    ".join([f"{part.name} {what}; the end of {log}:", *lines])

    def _step(self, step: str) -> None:
        settings = self.installation.settings
        module, *arguments = (word.format(bundles=settings.bundles, secrets=settings.secrets) for word in step.split())
        if not is_present(module):
            self.say(f"  skip  {module:<14} this checkout has no such module")
            return
        begun_s = time.monotonic()
        words = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(words, env=self.installation.environ, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            tail = "\n    ".join((done.stdout + done.stderr).splitlines()[-15:])
            raise UpError(f"step {module} ended with {done.returncode}:\n    {tail}")
        self.say(f"  ok    {module:<14} done     {time.monotonic() - begun_s:6.1f} s")


def is_ready(installation: Installation, part: Part) -> bool:
    """Say whether a part is ready now: a foreign one answers, ours has touched its ready file since it started."""
    if part.module is None:
        return installation.foreign.is_ready(part.name)
    if part.name in installation.outside:
        return True
    return (installation.settings.run / f"{part.name}.ready").exists()
