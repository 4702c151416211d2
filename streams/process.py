"""Process: the life of one of our processes: ready once, stopped by SIGTERM or SIGINT. Does not start or supervise any."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Self


class Told:
    """Logs what goes on for a while once, and again when it is another thing. One thread."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._last = ""

    def warn(self, words: str, error: Exception) -> None:
        """Log a warning, unless it was the last thing told."""
        told = f"{words}: {error}"
        if told != self._last:
            self._log.warning("%s", told)
        self._last = told

    def over(self) -> None:
        """Forget it: should it come again, it is news."""
        self._last = ""


class Process:
    """Logs to stderr, says `ready` on stdout and by run/<name>.ready, sets `stopping` on SIGTERM and SIGINT."""

    def __init__(self, name: str, run: Path) -> None:
        self.stopping = threading.Event()
        self._file = run / f"{name}.ready"
        self._said = False

    def __enter__(self) -> Self:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it tells of each lost connection many times; so do we, once
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        self._file.unlink(missing_ok=True)

    def ready(self) -> None:
        """Tell that the process does its work; only the first call counts."""
        if self._said:
            return
        self._said = True
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        self._file.touch()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.stopping.set()
