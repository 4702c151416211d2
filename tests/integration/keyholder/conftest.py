"""The keyholder's real parts, and a real token, for this folder."""

from tests.keyholder_parts import keyholding
from tests.token_parts import soft_token

__all__ = ["keyholding", "soft_token"]
