"""Owns the frames between a watcher and its child: four bytes of length, then msgpack; does not open what they carry."""

from __future__ import annotations

import os

import msgspec

BEAT_EVERY_S = 0.1
WATCHDOG_S = 0.5
"""A child whose watcher has been silent for this long is ended by the kernel's timer, whatever it is doing."""


class Beat(msgspec.Struct, frozen=True, tag="beat"):
    """Watcher to child: still watching."""


class Begin(msgspec.Struct, frozen=True, tag="begin"):
    """Watcher to child: the keyholder's package, sealed to this child's one-time key."""

    package: bytes


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """Child to watcher: the one-time public key (hex) and what the engine is."""

    public_key: str
    engine: str
    version: str
    honours: tuple[str, ...]


class Step(msgspec.Struct, frozen=True, tag="step"):
    """Child to watcher: how much of the film is there."""

    permille: int


class Done(msgspec.Struct, frozen=True, tag="done"):
    """Child to watcher: the sealed film lies in the spool."""

    path: str
    sealed_sha256: str


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """Child to watcher: no film. `kind` is the error's class name; its message may hold somebody's words and stays."""

    code: str
    kind: str


ToChild = Beat | Begin
ToWatcher = Ready | Step | Done | Failed
_HEADER_BYTES = 4


class PipeClosedError(Exception):
    """The other side is gone."""


def pack(message: ToChild | ToWatcher) -> bytes:
    """Encode one frame."""
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(_HEADER_BYTES) + body


def send(fd: int, message: ToChild | ToWatcher) -> None:
    """Write one frame whole. Raises PipeClosedError."""
    data = memoryview(pack(message))
    try:
        while data:
            data = data[os.write(fd, data) :]
    except BrokenPipeError as error:
        raise PipeClosedError from error


def receive(fd: int) -> ToChild:
    """Read one frame, waiting for it: the child's side. Raises PipeClosedError."""
    length = int.from_bytes(_exactly(fd, _HEADER_BYTES))
    return msgspec.msgpack.decode(_exactly(fd, length), type=ToChild)


class Inbox:
    """Collects frames from a pipe without waiting: the watcher's side."""

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._buffer = b""
        self.closed = False

    def take(self) -> list[ToWatcher]:
        """Return the frames that have arrived whole; sets `closed` at the end of the pipe."""
        self._fill()
        found: list[ToWatcher] = []
        while len(self._buffer) >= _HEADER_BYTES:
            end = _HEADER_BYTES + int.from_bytes(self._buffer[:_HEADER_BYTES])
            if len(self._buffer) < end:
                break
            found.append(msgspec.msgpack.decode(self._buffer[_HEADER_BYTES:end], type=ToWatcher))
            self._buffer = self._buffer[end:]
        return found

    def _fill(self) -> None:
        try:
            while data := os.read(self._fd, 65536):
                self._buffer += data
            self.closed = True
        except BlockingIOError:
            return


def _exactly(fd: int, count: int) -> bytes:
    parts = b""
    while len(parts) < count:
        data = os.read(fd, count - len(parts))
        if not data:
            raise PipeClosedError
        parts += data
    return parts
