"""Owns fetching the locked Kafka jars with maven-artifact; does not own starting a broker.

Runs inside the environment that the bootstrap made: `python -m infra.bootstrap.jars FOLDER`. CAMEO_MAVEN names a mirror.
"""

from __future__ import annotations

import contextlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from infra.bootstrap.errors import BootstrapError
from infra.bootstrap.shell import complain, require_sha256
from infra.places import ROOT

LOCK = ROOT / "infra" / "kafka" / "jars.lock"


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked jar: `group:artifact:version`, its SHA-256 and its size."""

    coordinates: str
    sha256: str
    size_bytes: int

    @property
    def file(self) -> str:
        """The name under which it lies in the libs folder."""
        _, artifact, version = self.coordinates.split(":")
        return f"{artifact}-{version}.jar"


def read_lock(path: Path = LOCK) -> tuple[Jar, ...]:
    """Read the locked jars."""
    rows = (line.split() for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return tuple(Jar(coordinates, sha256, int(size)) for coordinates, sha256, size in rows)


def missing(jars: tuple[Jar, ...], folder: Path) -> list[Jar]:
    """Return the jars that are absent or of another size."""
    return [jar for jar in jars if not _has_size(folder / jar.file, jar.size_bytes)]


def fetch(jars: list[Jar], folder: Path) -> None:
    """Fetch each jar; a jar appears under its name only when its digest is right; raises BootstrapError otherwise."""
    from maven_artifact import Artifact, Downloader, RequestException  # noqa: PLC0415 -- in the new environment only

    mirror = os.environ.get("CAMEO_MAVEN")
    folder.mkdir(parents=True, exist_ok=True)

    def one(jar: Jar) -> None:
        downloader = Downloader(mirror) if mirror else Downloader()
        part = folder / f"{jar.file}.part"
        try:
            downloader.download(Artifact.parse(jar.coordinates), str(part))
        except (RequestException, OSError) as error:
            message = f"{jar.coordinates} could not be fetched: {error}"
            raise BootstrapError(message) from error
        require_sha256(part, jar.sha256, jar.coordinates)
        part.replace(folder / jar.file)

    with ThreadPoolExecutor(4) as pool, contextlib.redirect_stdout(sys.stderr):
        list(pool.map(one, jars))


def _has_size(path: Path, size_bytes: int) -> bool:
    return path.is_file() and path.stat().st_size == size_bytes


if __name__ == "__main__":
    try:
        fetch(missing(read_lock(), Path(sys.argv[1])), Path(sys.argv[1]))
    except BootstrapError as stopped:
        complain(stopped)
        sys.exit(1)
