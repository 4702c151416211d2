"""Owns how agents ask for evidence, and how they are told that it is no more. Does not open any."""

from typing import Final

ASSESS: Final = "assess"
"""The purpose for which a recording is opened to be judged or cut (identity.keys.rights)."""
GONE: Final = frozenset({"key.destroyed", "evidence.unknown"})
"""The keyholder's codes for evidence that was destroyed, or never was."""
