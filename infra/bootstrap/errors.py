"""Owns what can stop a bootstrap; does not own how it is shown."""

from __future__ import annotations


class BootstrapError(Exception):
    """A part could not be set up; the message says which part and what to do."""


class ChecksumError(BootstrapError):
    """A fetched file is not the one that was locked; both sums are in the message."""

    def __init__(self, what: str, expected: str, found: str) -> None:
        """Keep both sums for the message."""
        super().__init__(f"wrong checksum for {what}\n  expected sha256 {expected}\n  found    sha256 {found}")
        self.expected = expected
        self.found = found


class CommandError(BootstrapError):
    """A command that the bootstrap ran failed; its last lines are in the message."""
