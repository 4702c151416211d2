"""Errors of the keyholder. Expected refusals of an attempt are values: see core."""

from __future__ import annotations


class KeyholderError(Exception):
    """The keyholder cannot do what was asked."""


class RefusedError(KeyholderError):
    """A control call is refused; `codes` say why. `unavailable`: nothing was decided, ask again."""

    def __init__(self, *codes: str, unavailable: bool = False) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes
        self.unavailable = unavailable


class LedgerBehindError(KeyholderError):
    """The ledger does not contain the newest event that this keyholder has seen in it: it was restored or replaced."""


class FilmBrokenError(KeyholderError):
    """What a replica handed in is not a film sealed for this keyholder, or not the one it names; `code` says which."""

    def __init__(self, detail: str, code: str = "film.digest_mismatch") -> None:
        super().__init__(detail)
        self.code = code
