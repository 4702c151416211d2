"""Owns finding SoftHSM, a PKCS#11 token in software that tests use: the machine's, or Debian's packages unpacked without root.

Does not install anything into the machine, and does not own what is tested with it.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from infra.bootstrap.errors import CommandError
from infra.bootstrap.shell import child_environ, run

if TYPE_CHECKING:
    from pathlib import Path

    from infra.places import Places

PACKAGES = ("libsofthsm2", "softhsm2")
MODULE, UTIL = "libsofthsm2.so", "softhsm2-util"
USUAL = ("/usr/lib/softhsm", "/usr/lib/x86_64-linux-gnu/softhsm", "/usr/lib/aarch64-linux-gnu/softhsm", "/usr/lib64/pkcs11")


def find(places: Places) -> tuple[Path | None, str, bool]:
    """Return a folder that holds module and util (links), where they are from, and whether they were fetched now.

    None where the machine has none and its apt gives none: then the tests of tokens are skipped, and say so.
    """
    folder = places.cache / "tools" / "softhsm"
    if (folder / MODULE).exists() and (folder / UTIL).exists():
        return folder, "cache", False
    module = next((f"{one}/{MODULE}" for one in USUAL if os.path.exists(f"{one}/{MODULE}")), None)  # noqa: PTH110 -- texts, not paths
    util = shutil.which(UTIL)
    if module and util:
        _link(folder, module, util)
        return folder, "machine", False
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return None, "no apt here", False
    try:
        return _unpacked(places, folder), "Debian packages", True
    except (CommandError, OSError, StopIteration) as error:
        return None, f"apt gave none ({str(error).splitlines()[0][:80]})", False


def _unpacked(places: Places, folder: Path) -> Path:
    """Let apt fetch and check the packages, with lists of its own where the machine's are empty; unpack, run nothing of them."""
    work = places.cache / "tools" / "softhsm-debian"
    shutil.rmtree(work, ignore_errors=True)
    for one in ("debs", "root", "state/lists/partial", "cache/archives/partial"):
        (work / one).mkdir(parents=True)
    environ = child_environ({"LC_ALL": "C"})
    try:
        run(["apt-get", "download", "-q", *PACKAGES], env=environ, cwd=work / "debs")
    except CommandError:
        own = ["-o", f"Dir::State={work / 'state'}", "-o", f"Dir::Cache={work / 'cache'}", "-o", "Dir::State::status=/var/lib/dpkg/status"]
        run(["apt-get", *own, "update", "-q"], env=environ)
        run(["apt-get", *own, "download", "-q", *PACKAGES], env=environ, cwd=work / "debs")
    for package in sorted((work / "debs").glob("*.deb")):
        run(["dpkg-deb", "-x", package, work / "root"])
    _link(folder, str(next((work / "root").rglob(MODULE))), str(next((work / "root").rglob(f"bin/{UTIL}"))))
    shutil.rmtree(work / "state")
    shutil.rmtree(work / "cache")
    return folder


def _link(folder: Path, module: str, util: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, target in ((MODULE, module), (UTIL, util)):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)
