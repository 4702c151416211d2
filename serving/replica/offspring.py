"""Owns the child process as its watcher holds it: started, spoken to, killed and reaped. Does not decide when."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time

from serving.replica.frames import BEAT_EVERY_S, Beat, Begin, Inbox, PipeClosedError, Ready, ToWatcher, send
from serving.replica.wake import Wake


class ChildFailedError(Exception):
    """The child died, or could not start; `kind` names its error's class."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Offspring:
    """One child, for one attempt."""

    def __init__(self, engine: str, media: str) -> None:
        """Start the child. It has no standard error: a traceback could hold somebody's words."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "serving.replica.child", engine, media, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise ChildFailedError("NoPipe")
        self._to_child = self._process.stdin.fileno()
        self._out = self._process.stdout.fileno()
        self._inbox = Inbox(self._out)
        self._wake: Wake | None = None
        self._beat_at_s = 0.0
        self._gone_at_us = 0
        self.pid = self._process.pid

    def ready(self, timeout_s: float) -> Ready:
        """Wait until the child has drawn its key. Raises ChildFailedError."""
        until_s = time.monotonic() + timeout_s
        while time.monotonic() < until_s:
            for frame in self.take(0.05):
                if isinstance(frame, Ready):
                    return frame
        raise ChildFailedError("NotReady")

    def begin(self, package: bytes) -> None:
        """Hand over the sealed package. Raises ChildFailedError."""
        self._send(Begin(package))
        self.beat()

    def beat(self) -> None:
        """Say that somebody is watching, when it is time to. Raises ChildFailedError."""
        now_s = time.monotonic()
        if now_s - self._beat_at_s >= BEAT_EVERY_S:
            self._beat_at_s = now_s
            self._send(Beat())

    def wake_on(self, wake: Wake) -> None:
        """Let a write of the view end every further wait for the child."""
        self._wake = wake

    def take(self, wait_s: float) -> list[ToWatcher]:
        """Return what the child said, waiting a little for it. Raises ChildFailedError when it has died."""
        if self._wake is None:
            select.select([self._out], [], [], wait_s)
        else:
            self._wake.wait(wait_s, self._out)
        frames = self._inbox.take()
        if not frames and self._inbox.closed:
            raise ChildFailedError(f"Exit{self._process.wait()}")
        return frames

    def kill(self) -> int:
        """Kill and reap; may be called again. Returns when the process was first seen gone, in UTC microseconds."""
        if not self._gone_at_us:
            self._process.kill()
            self._process.wait()
            self._gone_at_us = time.time_ns() // 1000
        return self._gone_at_us

    def _send(self, frame: Beat | Begin) -> None:
        try:
            send(self._to_child, frame)
        except PipeClosedError as error:
            raise ChildFailedError(f"Exit{self._process.wait()}") from error
