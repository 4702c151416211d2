"""Owns the record of the last complete bootstrap: the digest of its lock files, its programs, its files and their sizes.

Does not own the digests of the files' contents: `cameo doctor` reads every byte, a second bootstrap only sizes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infra.bootstrap.programs import JAVA_LEAST, OPA_VERSION
from infra.places import ROOT

if TYPE_CHECKING:
    from infra.places import Places

INPUTS = (
    "pyproject.toml",
    "uv.lock",
    "infra/bootstrap/uv.txt",
    "infra/kafka/jars.lock",
    "infra/models.toml",
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What was set up: `tools` by name (uv python java opa postgres_bin), `parts` as they were shown, `files` with sizes."""

    digest: str
    tools: dict[str, str]
    parts: list[dict[str, str | int]]
    files: dict[str, int]

    def holds(self, places: Places) -> bool:
        """Say whether the lock files are the same and every file is still there with its size."""
        same = self.digest == digest(places)
        return same and all(_size(path) == size for path, size in self.files.items())


def digest(places: Places) -> str:
    """Return one digest of everything that decides what a bootstrap makes."""
    wanted = (sys.version_info[:2], OPA_VERSION, JAVA_LEAST, str(places.cache), str(places.venv))
    sums = hashlib.sha256(repr(wanted).encode())
    for name in INPUTS:
        sums.update(hashlib.sha256((ROOT / name).read_bytes()).digest())
    return sums.hexdigest()


def read(places: Places) -> Stamp | None:
    """Return the last stamp, or None when there is none that this version can read."""
    try:
        return Stamp(**json.loads(places.stamp.read_text()))
    except (FileNotFoundError, TypeError, ValueError):
        return None


def write(places: Places, stamp: Stamp) -> None:
    """Keep the stamp; durable enough that a lost one only costs a slower set-up."""
    places.stamp.parent.mkdir(exist_ok=True)
    part = places.stamp.with_suffix(".part")
    part.write_text(json.dumps(asdict(stamp), indent=1) + "\n")
    part.replace(places.stamp)


def _size(path: str) -> int | None:
    try:
        return Path(path).stat().st_size
    except OSError:
        return None
