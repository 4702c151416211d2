"""Owns decoding many files by forked children, and what became of each. The children are the real one but for their start.

A process that has the decoder's libraries loaded forks a child a file; the child binds itself by the same limits and calls as
in production and runs the same code. Only the start of an interpreter (.3 s) is saved.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from identity.adapters import limits, media
from identity.ports import Frame, MediaRefused

WALL_S = 600.0
"""So long because other work may hold the machine; what a file costs is told in seconds of CPU, which the child's own limit bounds."""


def load() -> Any:
    """Load the child's script as a module, with its libraries."""
    folder = str(Path(media.__file__).parent)
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module("decoding_child")


class Forked:
    """A forked child, as the decoder needs it."""

    def __init__(self, script: Any, source: IO[bytes], max_side_px: int, rate_hz: int) -> None:
        reading, writing = os.pipe()
        self.returncode = 0
        self.peak_kib = 0
        self.cpu_s = 0.0
        self._reaped = False
        self.pid = os.fork()
        if self.pid == 0:
            self._become(script, source.fileno(), writing, max_side_px, rate_hz)
        os.close(writing)
        self.stdout: IO[bytes] | None = os.fdopen(reading, "rb")

    @staticmethod
    def _become(script: Any, source: int, writing: int, max_side_px: int, rate_hz: int) -> None:
        code = 70
        with contextlib.suppress(BaseException):
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(source, 0)
            os.dup2(writing, 1)
            os.dup2(silent, 2)
            os.closerange(3, 256)
            code = script.main(max_side_px, rate_hz)
        os._exit(code)

    def kill(self) -> None:
        if not self._reaped and os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            time.sleep(0.002)  # it said its last word and is about to end by itself
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        if not self._reaped:
            _, status, usage = os.wait4(self.pid, 0)
            self.returncode, self._reaped = os.waitstatus_to_exitcode(status), True
            self.peak_kib, self.cpu_s = usage.ru_maxrss, usage.ru_utime + usage.ru_stime
            if self.stdout is not None:
                self.stdout.close()
        return self.returncode


@dataclass
class Told:
    """What became of the files."""

    outcomes: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    """How children ended that gave no answer, and what else must not be."""
    worst_s: float = 0.0
    """Of CPU, by one child."""
    worst_kib: int = 0
    numbers: list[tuple[int, str]] = field(default_factory=list)
    """Files that a person should look at: number, and why."""

    def add(self, other: Told) -> None:
        self.outcomes += other.outcomes
        self.ends += other.ends
        self.worst_s, self.worst_kib = max(self.worst_s, other.worst_s), max(self.worst_kib, other.worst_kib)
        self.numbers += other.numbers


class Herd:
    """Decodes files one after the other."""

    def __init__(self, folder: Path) -> None:
        self._script = load()
        self._path = folder / f"fuzz-{os.getpid()}"
        self._last: Forked | None = None
        self._decoder = media.SubprocessMediaDecoder(WALL_S, self._start)

    @contextlib.contextmanager
    def _start(self, source: IO[bytes], max_side_px: int, rate_hz: int) -> Iterator[Forked]:
        self._last = Forked(self._script, source, max_side_px, rate_hz)
        yield self._last

    def decode(self, number: int, data: bytes, told: Told) -> None:
        """Decode one file and note what became of it; raises where the decoder itself raises, which no file may bring about."""
        self._path.write_bytes(data)
        seen: list[Frame] = []
        answer = self._decoder.decode(self._path, lambda frame: _look(frame, seen), max_side_px=320, sample_rate_hz=16_000)
        assert self._last is not None
        told.worst_s, told.worst_kib = max(told.worst_s, self._last.cpu_s), max(told.worst_kib, self._last.peak_kib)
        code = answer.code if isinstance(answer, MediaRefused) else "read"
        assert code == "read" or code in limits.CODES, code
        told.outcomes[code] += 1
        if self._last.returncode not in (0, -signal.SIGKILL):
            why = f"ended with {self._last.returncode}"
            told.ends[why] += 1
            told.numbers.append((number, why))

    def close(self) -> None:
        self._path.unlink(missing_ok=True)


def _look(frame: Frame, seen: list[Frame]) -> None:
    height, width, _ = frame.picture.shape
    assert max(height, width) <= 320
    assert not seen or (frame.index == seen[-1].index + 1 and frame.time_us > seen[-1].time_us)
    seen[:] = [frame]
