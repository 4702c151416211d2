"""Owns the watcher's process: wires one attempt and ends with it. Holds no likeness: that is the child's.

Started by a replica as `python -m serving.replica.watcher SITE PARENT_PID`. It starts its child at once and waits, both
without any likeness, for one line on standard input: the attempt. Lines on standard output: progress, then the signed
report. When standard input ends, or the parent dies, the child is killed and the watcher ends.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import msgspec

from identity.keys.client import ReplicaClient
from identity.keys.signing import load_private_key
from policy.adapters.opa import OpaEngine
from policy.adapters.view import ViewReader
from policy.errors import ViewError
from serving.core.attempt import AttemptRequest, Progress
from serving.replica.attempt import Attempt
from serving.replica.confine import die_with, leave_no_trace
from serving.replica.lookout import Lookout
from serving.replica.offspring import Offspring
from serving.replica.signing import sign_report
from serving.replica.site import Site
from serving.replica.wake import Wake

SIGN_OF_LIFE_S = 1.0
VIEW_PATIENCE_S = 1.0


def main(argv: list[str]) -> None:
    """Run one attempt. `argv`: the site as JSON, the replica's process id."""
    site, parent = msgspec.json.decode(argv[0], type=Site), int(argv[1])
    die_with(parent)
    leave_no_trace()
    child = Offspring(site.engine, site.media)
    key = load_private_key(Path(site.replica_key).read_bytes())
    line = sys.stdin.buffer.readline()
    if not line:
        _leave(child)
    request = msgspec.json.decode(line, type=AttemptRequest)
    threading.Thread(target=_leave_when_told, args=(child,), daemon=True).start()
    teller = _Teller()
    view = _view(site)
    wake = Wake(site.view)
    child.wake_on(wake)
    attempt = Attempt(
        request,
        site.replica,
        Lookout(view, request, wake.wait),
        OpaEngine(Path(site.opa_socket)),
        ReplicaClient(Path(site.keyholder_socket), key, site.replica),
        child,
        teller.progress,
    )
    teller.tell(sign_report(key, attempt.run()))
    os._exit(0)


class _Teller:
    """Writes lines: one a second while it runs, so that silence means that nobody is there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._permille = 0
        threading.Thread(target=self._live, daemon=True).start()

    def progress(self, permille: int) -> None:
        self._permille = permille

    def tell(self, message: msgspec.Struct) -> None:
        with self._lock:
            sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
            sys.stdout.buffer.flush()

    def _live(self) -> None:
        while True:
            self.tell(Progress(permille=self._permille))
            time.sleep(SIGN_OF_LIFE_S)


def _view(site: Site) -> ViewReader:
    """Open the view; a host that has just started may not have one for a moment."""
    until_s = time.monotonic() + VIEW_PATIENCE_S
    while True:
        try:
            return ViewReader(Path(site.view), site.max_staleness_ms * 1000)
        except ViewError:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.02)


def _leave_when_told(child: Offspring) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    _leave(child)


def _leave(child: Offspring) -> None:
    child.kill()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
