"""Owns the two system libraries that no wheel carries; does not own any other package of the machine."""

from __future__ import annotations

import ctypes
import os
import shutil

from infra.bootstrap.errors import BootstrapError, CommandError
from infra.bootstrap.shell import child_environ, run

LIBRARIES = {"libEGL.so.1": "libegl1", "libGLESv2.so.2": "libgles2"}  # mediapipe opens both when it is imported


def missing_packages() -> list[str]:
    """Return the Debian names of the libraries that this machine cannot load."""
    return [package for library, package in LIBRARIES.items() if not _loads(library)]


def remedy(packages: list[str]) -> str:
    """Return the exact command that installs the packages."""
    return f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def install(packages: list[str]) -> None:
    """Install by apt as root; raises BootstrapError with the command to type when it cannot."""
    command = remedy(packages)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        message = f"system libraries are missing: {' '.join(packages)}. Run this, then the set-up again:\n  {command}"
        raise BootstrapError(message)
    environ = child_environ({"DEBIAN_FRONTEND": "noninteractive"})
    try:
        run(["apt-get", "update", "-q"], env=environ)
        run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], env=environ)
    except CommandError as error:
        message = f"apt could not install {' '.join(packages)}: {error}\n  by hand: {command}"
        raise BootstrapError(message) from error


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
