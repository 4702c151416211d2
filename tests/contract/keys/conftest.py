"""The real token for this folder."""

from tests.token_parts import soft_token

__all__ = ["soft_token"]
