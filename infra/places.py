"""Owns where an installation keeps its files: the one cache folder, `var/`, the short run folder, the virtual environment.

Does not own what is written there, nor the settings of running processes (infra.settings). Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
SOCKET_PATH_LIMIT_BYTES = 107  # sun_path of unix(7), less its closing zero


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one installation.

    cache: downloads shared by every checkout (CAMEO_CACHE, default ~/.cache/cameo)
    var: everything durable of this installation (CAMEO_VAR, default <checkout>/var)
    run: sockets and process ids, a short path (CAMEO_RUN, default /tmp/cameo-<uid>-<digest of var>)
    venv: the virtual environment that `uv sync` fills (UV_PROJECT_ENVIRONMENT, else an existing .venv, else var/venv)
    """

    cache: Path
    var: Path
    run: Path
    venv: Path

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Places:
        """Resolve every folder to an absolute path; creates nothing."""
        home = Path(environ.get("HOME") or Path.home())
        var = _absolute(environ.get("CAMEO_VAR"), ROOT / "var")
        return cls(
            cache=_absolute(environ.get("CAMEO_CACHE"), home / ".cache" / "cameo"),
            var=var,
            run=_absolute(environ.get("CAMEO_RUN"), default_run(var)),
            venv=_absolute(environ.get("UV_PROJECT_ENVIRONMENT"), _default_venv()),
        )

    @property
    def models(self) -> Path:
        """The folder that holds every file named in infra/models.toml."""
        return self.cache / "models"

    @property
    def kafka_libs(self) -> Path:
        """The folder that holds every jar named in infra/kafka/jars.lock."""
        return self.cache / "kafka" / "libs"

    @property
    def stamp(self) -> Path:
        """What the last complete bootstrap of this checkout found and where; read by `up`, `doctor` and the tests."""
        return ROOT / "var" / "bootstrap.json"


def default_run(var: Path) -> Path:
    """Name the run folder of an installation: short, the same at every start, another for another `var`."""
    digest = hashlib.sha256(str(var).encode()).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"cameo-{os.getuid()}-{digest}"


def _absolute(value: str | None, default: Path) -> Path:
    return Path(os.path.abspath(value)) if value else default  # noqa: PTH100 -- resolve() would follow a linked var


def _default_venv() -> Path:
    developer = ROOT / ".venv"
    return developer if (developer / "bin" / "python").exists() else ROOT / "var" / "venv"
