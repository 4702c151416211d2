"""Errors of keys."""

from __future__ import annotations

from typing import ClassVar


class KeysError(Exception):
    """Something about keys failed."""


class SealBrokenError(KeysError):
    """The ciphertext, its key or the place it is bound to is not the one it was sealed with."""


class KeyGoneError(KeysError):
    """The key does not exist: it was destroyed, or never was. What it sealed is unreadable."""


class DestructionUnprovenError(KeysError):
    """A destroyed key was found again in the keyring's folder: nothing is told or recorded as destroyed. Refuse with `code`."""

    code: ClassVar[str] = "destruction.unproven"


class RootKeyError(KeysError):
    """A root key cannot be named, found, read or used as asked: what is configured is wrong."""


class RootKeyUnavailableError(RootKeyError):
    """The root key does not answer now (a token that is away): nothing is opened; ask again. Refuse with `code`."""

    code: ClassVar[str] = "root_key.unavailable"


class NoKeyError(KeysError):
    """Nothing was sealed under this name."""


class SignatureRefusedError(KeysError):
    """A replica's request is unsigned, wrongly signed, too old, from the future, or was seen before."""


class KeyholderUnavailableError(KeysError):
    """The keyholder did not answer in time: refuse with `code`."""

    code: ClassVar[str] = "keyholder.unavailable"


class KeyholderRefusedError(KeysError):
    """The keyholder answered no; `codes` say why."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes
