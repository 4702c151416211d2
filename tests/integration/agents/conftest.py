"""The keyholder's real parts for this folder."""

from tests.keyholder_parts import keyholding

__all__ = ["keyholding"]
