"""Owns the first moment of a supervised process: ends what the part's earlier process left, records its id, becomes the part.

Does not own restarting it. The record lets `down` find it again when the supervisor itself was killed.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

MARK = "CAMEO_SUPERVISED"  # = the run folder, in the environment of everything an installation starts
PART = "CAMEO_PART"  # = the part, in the environment of the part and its descendants
START_TIME_FIELD = 19  # of /proc/PID/stat after the command's closing parenthesis: starttime, proc(5)


def start_time(pid: int) -> str | None:
    """Return when a process started, in clock ticks since boot; with the pid it names one process for ever; None when gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields[START_TIME_FIELD]


def marked(*marks: str) -> set[int]:
    """Return every living process but this one whose environment holds each of the `NAME=value` marks."""
    wanted = {mark.encode() for mark in marks}
    own = os.getpid()
    candidates = (int(name) for name in os.listdir("/proc") if name.isdecimal())  # noqa: PTH208 -- names, not paths
    return {pid for pid in candidates if pid != own and wanted <= _environment(pid) and start_time(pid) is not None}


def _environment(pid: int) -> set[bytes]:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123 -- thousands a second while waiting
            return set(file.read().split(b"\0"))
    except OSError:  # gone, or somebody else's
        return set()


def main(arguments: list[str]) -> None:
    """End descendants of the part's earlier process, record this one under run/<name>.pid, and become the command."""
    run, name, stop_signal, *command = arguments
    folder = Path(run)
    for pid in marked(f"{MARK}={run}", f"{PART}={name}"):
        _kill(pid)
    (folder / f"{name}.ready").unlink(missing_ok=True)
    record = folder / f"{name}.pid"
    part = record.with_suffix(".pid-part")
    part.write_text(f"{os.getpid()} {start_time(os.getpid())} {stop_signal}\n")
    part.replace(record)
    os.environ[PART] = name
    os.execvp(command[0], command)  # noqa: S606 -- becoming the part is the purpose


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    main(sys.argv[1:])
