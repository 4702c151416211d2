"""Owns fetching packages with pip without installing them; does not own what is taken out of them.

pip is the machine's, else the copy that ships with `ensurepip`, else the one Debian keeps for virtual environments.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

from infra.bootstrap.errors import BootstrapError, CommandError
from infra.bootstrap.shell import child_environ, run

DEBIAN_WHEELS = Path("/usr/share/python-wheels")


def pip_command() -> list[str]:
    """Return a command that runs pip on this Python; raises BootstrapError with the line to type when there is none."""
    for command in _candidates():
        try:
            run([*command, "--version"], env=child_environ())
        except CommandError:
            continue
        return command
    if os.geteuid() == 0 and Path("/usr/bin/apt-get").exists():
        run(["apt-get", "update", "-q"], env=child_environ())
        run(["apt-get", "install", "-y", "-q", "--no-install-recommends", "python3-pip"], env=child_environ())
        return [sys.executable, "-m", "pip"]
    message = "this Python has no pip. Install it and run again, on Debian: sudo apt-get install -y python3-pip"
    raise BootstrapError(message)


def _candidates() -> list[list[str]]:
    bundled = Path(sysconfig.get_path("stdlib")) / "ensurepip" / "_bundled"
    wheels = [*sorted(bundled.glob("pip-*.whl")), *sorted(DEBIAN_WHEELS.glob("pip-*.whl"))]
    return [[sys.executable, "-m", "pip"], *([sys.executable, f"{wheel}/pip"] for wheel in wheels)]


def download_wheel(pip: list[str], requirement: str, folder: Path) -> Path:
    """Fetch one wheel (`name==version`) into an empty folder of its own; nothing is installed or run."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--no-deps", "--no-cache-dir", "--only-binary", ":all:", "--disable-pip-version-check", "-q"]
    run([*pip, "download", *options, "--dest", folder, requirement], env=child_environ())
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        message = f"{requirement}: expected one wheel, found {len(wheels)}"
        raise BootstrapError(message)
    return wheels[0]


def install_locked(pip: list[str], lock: Path, target: Path) -> None:
    """Unpack the packages of a requirements file with hashes into a folder; a wrong hash stops."""
    options = ["--no-deps", "--no-cache-dir", "--only-binary", ":all:", "--disable-pip-version-check", "-q"]
    run([*pip, "install", *options, "--require-hashes", "--target", target, "-r", lock], env=child_environ())
