"""Owns a real PKCS#11 token for tests: SoftHSM with one fresh token a test session. Skips where this machine could get none."""

from __future__ import annotations

import itertools
import os
import secrets
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.bootstrap.softhsm import MODULE, UTIL

if TYPE_CHECKING:
    from infra.tools import Tools

TOKEN = "cameo tests"
PIN = secrets.token_hex(8)


class SoftToken:
    """An initialised token, and references to keys in it."""

    def __init__(self, folder: Path, module: Path) -> None:
        """`folder` holds the token's store, its configuration and the PIN's file."""
        self.folder = folder
        self.module = module
        self.config = folder / "softhsm2.conf"
        self.pin = folder / "token.pin"
        self._numbers = itertools.count(1)

    def new(self) -> str:
        """Name a key that is not there yet."""
        return self.reference(f"root-of-test-{next(self._numbers)}")

    def reference(self, name: str) -> str:
        """Name a key."""
        return f"pkcs11:token={TOKEN.replace(' ', '%20')};object={name}?module-path={self.module}&pin-source={self.pin}"


def _initialise(folder: Path, library: Path) -> SoftToken:
    token = SoftToken(folder, (library / MODULE).resolve())
    (folder / "store").mkdir()
    token.config.write_text(f"directories.tokendir = {folder / 'store'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    token.pin.touch(mode=0o600)
    token.pin.write_text(PIN)
    subprocess.run(
        [library / UTIL, "--module", token.module, "--init-token", "--free", "--label", TOKEN, "--so-pin", PIN, "--pin", PIN],
        env=os.environ | {"SOFTHSM2_CONF": str(token.config)}, check=True, capture_output=True,
    )  # fmt: skip
    return token


@pytest.fixture(scope="session")
def soft_token(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> SoftToken:
    """One token for this session. The module reads SOFTHSM2_CONF once a process, so there is one."""
    if tools.softhsm is None:
        pytest.skip("no SoftHSM on this machine, and its apt gave none: python3 infra/bootstrap --again, or apt install softhsm2")
    made = _initialise(tmp_path_factory.mktemp("token"), tools.softhsm)
    os.environ["SOFTHSM2_CONF"] = str(made.config)
    return made
