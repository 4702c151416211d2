"""Owns decoding through a bounded child process. Does not decode in this process, ever."""

import contextlib
import json
import logging
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np

from identity.adapters import limits
from identity.core.features import MediaFacts
from identity.errors import DecoderFailedError
from identity.ports import Frame, Media, MediaRefused

log = logging.getLogger(__name__)

_CHILD = Path(__file__).with_name("decoding_child.py")
_MAX_BODY = max(limits.MAX_PIXELS * 3, limits.MAX_SECONDS * limits.MAX_SAMPLES_HZ * 2)


class Child(Protocol):
    """A decoding child as the decoder needs it; `subprocess.Popen` is one."""

    stdout: IO[bytes] | None
    returncode: int

    def kill(self) -> None:
        """End it."""
        ...

    def wait(self) -> int:
        """Reap it."""
        ...


Start = Callable[[IO[bytes], int, int], AbstractContextManager[Child]]
"""Starts a child on an open file, with the longest side in pixels and the sample rate in Hz."""


class SubprocessMediaDecoder:
    """A MediaDecoder that starts one child a recording.

    The child may use 90 s of CPU, 2 GiB of address space, no file but the one it is handed, and writes only to
    its pipe; on x86-64 the kernel refuses it every call that opens, connects or starts anything. Where the kernel has no such
    filter the limits stand alone, which is logged once; where it has one and did not take it nothing is read. The child is
    killed after 120 s or when this process stops reading. Its death, however it comes, is the file's fault and gives a code:
    `media.timeout` after a limit of time, else `media.unreadable`.
    """

    def __init__(self, wall_s: float = limits.CHILD_WALL_S, start: Start | None = None) -> None:
        """`start`: how a child is started, where a test starts many; left out, a process of its own a recording."""
        self._wall_s = wall_s
        self._start: Start = start or _child

    def decode(self, path: Path, on_frame: Callable[[Frame], None], *, max_side_px: int, sample_rate_hz: int) -> Media | MediaRefused:
        """See `identity.ports.MediaDecoder`. Raises OSError when the file cannot be opened, DecoderFailedError."""
        if path.stat().st_size > limits.MAX_FILE_BYTES:
            return MediaRefused("media.too_large")
        with path.open("rb") as source, self._start(source, max_side_px, sample_rate_hz) as child:
            overdue = threading.Event()
            timer = threading.Timer(self._wall_s, lambda: (overdue.set(), child.kill()))
            timer.start()
            try:
                answer = _read(child, on_frame)
            finally:
                timer.cancel()
                timer.join()
                child.kill()
                child.wait()
        if answer is not None:
            return answer
        out_of_time = overdue.is_set() or child.returncode in (-24, -9)
        return MediaRefused("media.timeout" if out_of_time else "media.unreadable")


@contextlib.contextmanager
def _child(source: IO[bytes], max_side_px: int, sample_rate_hz: int) -> Iterator[Child]:
    command = [sys.executable, "-I", "-B", str(_CHILD), str(max_side_px), str(sample_rate_hz)]
    environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": os.defpath, "LANG": "C.UTF-8"}
    try:
        child = subprocess.Popen(
            command,
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            close_fds=True,
            start_new_session=True,
        )
    except OSError as error:
        raise DecoderFailedError("the decoding process did not start") from error
    with child:
        yield child


def _read(child: Child, on_frame: Callable[[Frame], None]) -> Media | MediaRefused | None:
    """Read messages until the last; None when the child died before it."""
    assert child.stdout is not None
    samples, rate, clock = np.zeros(0, np.int16), 0, np.zeros((0, 2), np.int64)
    while True:
        message = _message(child.stdout)
        if message is None:
            return None
        head, body = message
        match head["kind"]:
            case "frame":
                shape = (int(head["height"]), int(head["width"]), 3)
                picture = np.frombuffer(body, np.uint8).reshape(shape)
                place = head["byte_offset"]
                on_frame(Frame(int(head["index"]), int(head["time_us"]), picture, None if place is None else int(place)))
            case "sound":
                samples, rate = np.frombuffer(body, "<i2").astype(np.int16), int(head["rate"])
                clock = np.asarray(head["clock"], np.int64).reshape(-1, 2)
            case "bound":
                if not head["filtered"]:
                    _warn_unfiltered()
            case "unconfined":
                raise DecoderFailedError(str(head["why"]))
            case "refused":
                code = str(head["code"])
                return MediaRefused(code if code in limits.CODES else "media.unreadable")
            case "end":
                facts: dict[str, Any] = head["facts"]
                facts["encoder_tags"] = tuple(facts["encoder_tags"])
                return Media(MediaFacts(**facts), samples, rate, clock)
            case other:
                raise DecoderFailedError(f"the decoding process said {other!r}")


@cache
def _warn_unfiltered() -> None:
    log.warning(
        "recordings are decoded under limits alone: this machine's kernel has no filter of calls (seccomp) for the child that does it"
    )


def _message(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    prefix = pipe.read(4)
    if len(prefix) < 4:
        return None
    length = struct.unpack(">I", prefix)[0]
    if length > 1 << 20:
        raise DecoderFailedError("the decoding process spoke nonsense")
    text = pipe.read(length)
    size_bytes = pipe.read(8)
    if len(text) < length or len(size_bytes) < 8:
        return None
    size = struct.unpack(">Q", size_bytes)[0]
    if size > _MAX_BODY:
        raise DecoderFailedError("the decoding process spoke nonsense")
    body = pipe.read(size)
    return (json.loads(text), body) if len(body) == size else None
