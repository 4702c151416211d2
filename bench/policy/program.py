"""Runs a program for a block and ends it with it; tells how much memory it holds. Does not know what it runs."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served(
    command: list[str], ready: Callable[[], bool], log: Path, *, patience_s: float = 60, environ: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends. Raises RuntimeError with its last words when it does not get ready."""
    setpriv = shutil.which("setpriv")
    words = [*([setpriv, "--pdeathsig=KILL", "--"] if setpriv else []), *command]
    with log.open("ab") as out:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environ)
    try:
        until_s = time.monotonic() + patience_s
        while not ready():
            if process.poll() is not None or time.monotonic() > until_s:
                said = log.read_text(errors="replace")[-2000:]
                message = f"{command[0]} was not ready after {patience_s:.0f} s, or ended: {said}"
                raise RuntimeError(message)
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def memory_mb(process: subprocess.Popen[bytes]) -> float:
    """Tell what a process holds in memory, in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1000
