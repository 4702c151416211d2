from tests.keyholder_parts import keyholding

__all__ = ["keyholding"]
