"""Owns the one process in which a likeness is in clear: opens the package, renders, seals the film. Decides nothing.

It serves one attempt and ends. Started by the watcher as `python -m serving.replica.child ENGINE MEDIA PARENT_PID`;
frames (serving.replica.frames) on standard input and output. It does not know the policy, the view or the ledger.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from identity.keys.package import open_likeness, seal_film, unpack
from identity.keys.sealing import keypair
from serving.core.plan import plan_from_bytes
from serving.replica.confine import die_with, leave_no_trace
from serving.replica.engines import engine_named
from serving.replica.frames import (
    WATCHDOG_S,
    Begin,
    Done,
    Failed,
    PipeClosedError,
    Ready,
    Step,
    receive,
    send,
)

if TYPE_CHECKING:
    from identity.keys.package import Package
    from serving.engines.port import Engine

NICE = 2
"""A little below the watcher, whose glances must not wait; not so low that a busy host starves the beat's reader."""
WATCHER_GONE = 70


def main(argv: list[str]) -> None:
    """Serve one attempt. `argv`: engine name, media folder, the watcher's process id."""
    engine_name, media, parent = argv[0], Path(argv[1]), int(argv[2])
    die_with(parent)
    leave_no_trace()
    os.nice(NICE)
    out = _private_output()
    engine = engine_named(engine_name)
    private, public = keypair()
    try:
        send(out, Ready(public.hex(), engine.name, engine.version, tuple(sorted(engine.honours))))
        begin = _wait_to_begin()
        threading.Thread(target=_heed, daemon=True).start()
        send(out, _attempt(engine, begin, private, media, out))
    except PipeClosedError:
        os._exit(WATCHER_GONE)
    os._exit(0)


def _private_output() -> int:
    """Keep standard output for frames alone: libraries that print must not write into them."""
    out = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return out


def _wait_to_begin() -> Begin:
    while True:
        frame = receive(sys.stdin.fileno())
        if isinstance(frame, Begin):
            return frame


def _heed() -> None:
    """Wind the kernel's timer at each beat. Its default action ends the process even when Python is stuck."""
    signal.setitimer(signal.ITIMER_REAL, WATCHDOG_S)
    try:
        while True:
            receive(sys.stdin.fileno())
            signal.setitimer(signal.ITIMER_REAL, WATCHDOG_S)
    except PipeClosedError:
        os._exit(WATCHER_GONE)


def _attempt(engine: Engine, begin: Begin, private: bytes, media: Path, out: int) -> Done | Failed:
    try:
        package = unpack(begin.package, private)
        sealed = seal_film(package, _render(engine, package, media, out))
        return _spool(sealed, media / "spool")
    except PipeClosedError:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever failed, the watcher is told, and told no words of anybody's
        return Failed("engine.failed", type(error).__name__)


def _render(engine: Engine, package: Package, media: Path, out: int) -> bytes:
    plan = msgspec.structs.replace(plan_from_bytes(package.plan), mark=package.mark)
    likenesses: dict[str, dict[str, bytes]] = {}
    for likeness in package.likenesses:
        opened = open_likeness(likeness, (media / likeness.path).read_bytes())
        likenesses.setdefault(likeness.cameo, {})[likeness.facet] = opened
    told = -1

    def progress(done: int, total: int) -> None:
        nonlocal told
        permille = done * 1000 // max(1, total)
        if permille // 10 != told:
            told = permille // 10
            send(out, Step(permille))

    # The policy refused what is not optional and not honoured; what is left over was optional.
    obligations = engine.honours.intersection(package.obligations)
    return b"".join(segment.data for segment in engine.render(plan, likenesses, obligations, progress))


def _spool(sealed: bytes, spool: Path) -> Done:
    """Write the sealed film under a random name: durable before it is offered, readable by the keyholder alone."""
    path = spool / secrets.token_hex(16)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return Done(str(path), hashlib.sha256(sealed).hexdigest())


if __name__ == "__main__":
    main(sys.argv[1:])
