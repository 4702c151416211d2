"""Owns running commands, digests and the line of progress of each part; does not own what is fetched."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from infra.bootstrap.errors import ChecksumError, CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MEGABYTE = 1_000_000
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(slots=True)
class Got:
    """What one step found or fetched; shown as its line of progress and kept in the stamp."""

    part: str
    version: str = ""
    source: str = ""
    fetched: bool = False
    size_bytes: int = 0
    files: dict[str, int] = field(default_factory=dict)
    tools: dict[str, str] = field(default_factory=dict)


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
    """Run a command to its end and return its output; raises CommandError with the last lines when it fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, env=env, cwd=cwd, text=True, capture_output=True, check=False)
    except OSError as error:
        message = f"cannot run {words[0]}: {error}"
        raise CommandError(message) from error
    if done.returncode != 0:
        tail = "\n  ".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        message = f"`{' '.join(words[:8])}` ended with {done.returncode}\n  {tail}"
        raise CommandError(message)
    return done.stdout + done.stderr


def child_environ(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this environment with the machine's certificates for the tools that would bring their own."""
    environ = dict(os.environ)
    if SYSTEM_CERTIFICATES.exists():
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT"):
            environ.setdefault(name, str(SYSTEM_CERTIFICATES))
    environ.update(extra or {})
    return environ


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def require_sha256(path: Path, expected: str, what: str) -> None:
    """Delete the file and raise ChecksumError unless it has the expected SHA-256."""
    found = sha256_of(path)
    if found != expected:
        path.unlink()
        raise ChecksumError(what, expected, found)


def tree_bytes(folder: Path) -> int:
    """Return the bytes of all files below a folder, links not followed."""
    return sum(entry.lstat().st_size for entry in folder.rglob("*") if not entry.is_symlink() and entry.is_file())


class Progress:
    """Prints one line a part: what, which version, from where, how large, how long."""

    def __init__(self, *, quiet: bool = False) -> None:
        """Print nothing but errors when quiet."""
        self._quiet = quiet

    def say(self, line: str) -> None:
        """Print one line now, even into a pipe."""
        if not self._quiet:
            print(line, flush=True)

    @contextmanager
    def part(self, announce: str) -> Iterator[Got]:
        """Time a part; the caller fills what it got, and the line is printed at the end."""
        got = Got(announce)
        self.say(f"  ..    {announce}")
        begun_s = time.monotonic()
        yield got
        took_s = time.monotonic() - begun_s
        size = f"{got.size_bytes / MEGABYTE:9.1f} MB" if got.size_bytes else " " * 12
        how = "fetched" if got.fetched else "present"
        self.say(f"  ok    {got.part:<10} {got.version:<26} {size} {took_s:7.1f} s  {how}  {got.source}")


def complain(error: Exception) -> None:
    """Print an error where a person looks for it."""
    print(f"\n  stop  {error}\n", file=sys.stderr, flush=True)
