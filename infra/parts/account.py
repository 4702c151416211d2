"""Owns running PostgreSQL's programs when the installation is root's: PostgreSQL refuses root, so another account runs it.

Does not own creating accounts: `postgres` is used where the machine has it, else `nobody`; an existing data folder keeps its owner.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from infra.errors import InstallationError


class AccountError(InstallationError):
    """No unprivileged account can run PostgreSQL here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs PostgreSQL: None means whoever runs the installation."""

    entry: pwd.struct_passwd | None

    @classmethod
    def for_data(cls, data: Path) -> Account:
        """Choose the account for a data folder, existing or not."""
        if os.geteuid() != 0:
            _require_name(os.geteuid())
            return cls(None)
        if data.exists() and data.stat().st_uid != 0:
            return cls(pwd.getpwuid(data.stat().st_uid))
        for name in ("postgres", "nobody"):
            try:
                return cls(pwd.getpwnam(name))
            except KeyError:
                continue
        message = "PostgreSQL refuses root and this machine has neither `postgres` nor `nobody`: run as another user"
        raise AccountError(message)

    def own(self, folder: Path) -> None:
        """Make a folder that only this account may read."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self.entry is not None:
            os.chown(folder, self.entry.pw_uid, self.entry.pw_gid)

    def command(self, words: list[str], *paths: Path) -> list[str]:
        """Return the command as this account runs it, able to reach the paths also below a closed home such as /root."""
        if self.entry is None:
            return words
        setpriv = shutil.which("setpriv", path=os.defpath + ":/usr/sbin:/sbin")
        if setpriv is None:
            message = "PostgreSQL refuses root and this machine has no `setpriv` (util-linux): run as another user"
            raise AccountError(message)
        drop = [setpriv, f"--reuid={self.entry.pw_uid}", f"--regid={self.entry.pw_gid}", "--clear-groups"]
        closed = [folder for path in paths for folder in path.parents if not folder.stat().st_mode & stat.S_IXOTH]
        if closed:  # a closed parent such as /root: keep the one capability that passes it rather than open it to everyone
            drop += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        return [*drop, "--", *words]


def _require_name(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise AccountError(
            f"user {uid} has no entry in /etc/passwd and PostgreSQL needs one: add it, or set CAMEO_POSTGRES to a server of yours"
        ) from None
