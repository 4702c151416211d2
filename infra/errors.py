"""Owns the root of what can go wrong while an installation is set up, started or stopped; does not own how it is shown."""

from __future__ import annotations


class InstallationError(Exception):
    """An installation cannot be set up, started or stopped as asked; the message says what to do."""
