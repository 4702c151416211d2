"""Owns the first moment of every supervised process: it records its id and start time, then becomes the part itself.

Does not own restarting it. The record lets `down` find it again when the supervisor itself was killed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

START_TIME_FIELD = 19  # of /proc/PID/stat after the command's closing parenthesis: starttime, proc(5)


def start_time(pid: int) -> str | None:
    """Return when a process started, in clock ticks since boot; with the pid it names one process for ever; None when gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields[START_TIME_FIELD]


def main(arguments: list[str]) -> None:
    """Record this process under run/<name>.pid, forget that an earlier one was ready, and become the command."""
    run, name, signal, *command = arguments
    folder = Path(run)
    (folder / f"{name}.ready").unlink(missing_ok=True)
    record = folder / f"{name}.pid"
    part = record.with_suffix(".pid-part")
    part.write_text(f"{os.getpid()} {start_time(os.getpid())} {signal}\n")
    part.replace(record)
    os.execvp(command[0], command)  # noqa: S606 -- becoming the part is the purpose


if __name__ == "__main__":
    main(sys.argv[1:])
