"""Owns finding root keys by their references, and wrapping with those that lie in files. Tokens: see token."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from identity.keys.durable import write_new
from identity.keys.errors import RootKeyError, RootKeyUnavailableError
from identity.keys.ports import Wrapping
from identity.keys.reference import KeyFile, read
from identity.keys.sealing import KEY_BYTES, new_key, unwrap, wrap
from identity.keys.token import TokenWrapping, make_in_token

CREDENTIAL = "credential:"


def credentials_of(environ: Mapping[str, str]) -> Path | None:
    """Tell where systemd put this process's credentials (systemd.exec, LoadCredential=)."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder) if folder else None


class LocalWrapping:
    """A root key in this process's memory."""

    def __init__(self, key: bytes) -> None:
        """`key`: 32 bytes."""
        if len(key) != KEY_BYTES:
            raise RootKeyError(f"a root key has {KEY_BYTES} bytes, this one {len(key)}")
        self._key = key

    def wrap(self, key: bytes, key_id: str) -> bytes:
        """Wrap (AES-256-GCM), bound to the key's id."""
        return wrap(self._key, key, key_id)

    def unwrap(self, wrapped: bytes, key_id: str) -> bytes:
        """Unwrap; raises SealBrokenError."""
        return unwrap(self._key, wrapped, key_id)

    def close(self) -> None:
        """Forget nothing: Python does not overwrite bytes."""


class ConfiguredRootKeys:
    """Root keys of an installation: files, systemd credentials, PKCS#11 tokens."""

    def __init__(self, first: str, secrets: Path, credentials: Path | None) -> None:
        """`credentials`: $CREDENTIALS_DIRECTORY, where systemd gave any."""
        self._first = first
        self._secrets = secrets
        self._credentials = credentials

    @property
    def first(self) -> str:
        """What CAMEO_ROOT_KEY names."""
        return self._first

    def open(self, reference: str) -> Wrapping:
        """Open a root key. Raises RootKeyError, RootKeyUnavailableError."""
        named = read(reference)
        if isinstance(named, KeyFile):
            return LocalWrapping(self._bytes(self._path(named)))
        return TokenWrapping(named, self._pin(named.pin_source))

    def make(self, reference: str) -> None:
        """Draw a new root key where the reference says. Raises RootKeyError where one lies already."""
        named = read(reference)
        if not isinstance(named, KeyFile):
            make_in_token(named, self._pin(named.pin_source))
        elif named.kind == "credential":
            raise RootKeyError("a systemd credential is made with systemd-creds, not here")
        else:
            path = self._path(named)
            try:
                write_new(path, new_key())
            except OSError as error:
                raise RootKeyError(f"{path} cannot be made: {error.strerror}") from error

    def _pin(self, source: str) -> str:
        named = KeyFile("credential", source.removeprefix(CREDENTIAL)) if source.startswith(CREDENTIAL) else KeyFile("file", source)
        return self._bytes(self._path(named)).decode().strip()

    def _path(self, named: KeyFile) -> Path:
        if named.kind == "file":
            return self._secrets / named.name  # an absolute name replaces the folder
        if self._credentials is None:
            raise RootKeyError("systemd gave this process no credentials: CREDENTIALS_DIRECTORY is not set")
        return self._credentials / named.name

    @staticmethod
    def _bytes(path: Path) -> bytes:
        """Read a secret file that nobody else may read: of a credential systemd sees to that, also by access lists."""
        try:
            with path.open("rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o037:
                    raise RootKeyError(f"{path} may be read by others: chmod 600")
                return file.read()
        except OSError as error:
            raise RootKeyUnavailableError(f"{path} cannot be read: {error.strerror}") from error
