"""Errors of serving that reach a person: each has a code, a sentence and a remedy. Refused renders are values, not these."""

from __future__ import annotations


class CommandError(Exception):
    """A command was not carried out; nothing was written."""

    status = 400

    def __init__(self, code: str, detail: str, remedy: str, *, retry_after_s: int | None = None, ko: str | None = None) -> None:
        """`ko`: what is wrong and what to do, in Korean, where that is written."""
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.remedy = remedy
        self.retry_after_s = retry_after_s
        self.ko = ko


class InvalidError(CommandError):
    """The command does not make sense as it was sent."""

    status = 422


class UnauthenticatedError(CommandError):
    """Nobody is known by that token."""

    status = 401


class ForbiddenError(CommandError):
    """The caller may not do this."""

    status = 403


class NotFoundError(CommandError):
    """There is no such thing, or the caller may not know of it."""

    status = 404


class ConflictError(CommandError):
    """The state does not allow it now."""

    status = 409


class GoneError(CommandError):
    """It was there, and is no more."""

    status = 410


class TooLargeError(CommandError):
    """More than is taken."""

    status = 413


class TooManyError(CommandError):
    """Too often, or too much at once."""

    status = 429


class LockedError(CommandError):
    """Locked for a while after failures."""

    status = 423


class UnavailableError(CommandError):
    """A part that is needed does not answer; nothing was written."""

    status = 503
