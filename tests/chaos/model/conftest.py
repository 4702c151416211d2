from tests.keyholder_parts import keyholding
from tests.replica_parts import host

__all__ = ["host", "keyholding"]
