"""Measures what checking a recording costs: seconds a recorded second, memory of the process and its decoding child, each check.

The recording is a fictional actor's at 640 px, as in the demonstration; models are loaded before the clock starts.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from bench.identity.costs import costs
from identity.adapters.models import Models
from identity.core.challenge import issue
from identity.core.context import Asked
from identity.core.enrolment import Submission
from identity.core.profiles import Profile
from identity.handlers import assess_recording
from infra.places import Places
from serving.demo.people import ACTOR, answer_of

RUNS: Final = 3
ACCOUNT: Final = "account-" + "b" * 32


def measured() -> dict[str, Any]:
    """Measure in a process of its own, so that nothing else is counted."""
    with tempfile.TemporaryDirectory(prefix="cm-bench-", dir="/tmp") as folder:
        now_us = time.time_ns() // 1000
        challenge = issue(ACCOUNT, now_us, os.urandom(32))
        take = Path(folder) / "take.webm"
        take.write_bytes(answer_of(ACTOR, challenge.phrase, [movement.value for movement in challenge.movements]).recording)
        told = subprocess.run(
            [sys.executable, "-m", "bench.identity.speed", str(take)], check=True, capture_output=True, text=True
        ).stdout  # fmt: skip
    return json.loads(told.splitlines()[-1])


def _measure(take: Path) -> dict[str, Any]:
    challenge = issue(ACCOUNT, time.time_ns() // 1000, os.urandom(32))
    asked = Asked(challenge, Submission(ACCOUNT, challenge.issued_at_us + 1), matches=())
    wall: list[float] = []
    spent: list[float] = []
    peaks: list[int] = []
    watched = threading.Event()
    threading.Thread(target=_watch_children, args=(peaks, watched), daemon=True).start()
    with closing(Models.load(Places.from_env(os.environ).models)) as models:
        assess_recording(take, asked, Profile.BASIC, models)
        for _ in range(RUNS):
            began_s, began_cpu_s = time.perf_counter(), _cpu_s()
            assess_recording(take, asked, Profile.BASIC, models)
            wall.append(time.perf_counter() - began_s)
            spent.append(_cpu_s() - began_cpu_s)
        media: Any = models.decoder.decode(take, lambda _frame: None, max_side_px=64, sample_rate_hz=16_000)
        recorded_s = media.facts.duration_us / 1e6
    watched.set()
    memory_mb = (_peak_kb("self") + max(peaks, default=0)) / 1024
    told = {"recorded_s": recorded_s, "wall_s": wall, "cpu_s": spent, "memory_mb": memory_mb, "load": os.getloadavg()[0]}
    return told | {"costs": costs(take, asked, recorded_s)}


def _peak_kb(process: str) -> int:
    """Most memory a process has held; getrusage would count what its parent held when it was started."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def _watch_children(peaks: list[int], over: threading.Event) -> None:
    own = os.getpid()
    while not over.wait(0.05):
        for task in Path(f"/proc/{own}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                peaks += [_peak_kb(child) for child in task.read_text(encoding="utf-8").split()]


def _cpu_s() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]))))
