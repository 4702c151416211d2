"""Owns telling who asks: a control role by its token, a replica by its signature. What they may do: identity.keys.rights."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from pathlib import Path

from identity.keys.signing import SignatureCheck, load_public_key

PREFIX = "token-"
BEARER = "bearer "


class Doorkeeper:
    """Recognises callers. Keeps hashes of tokens, not tokens."""

    def __init__(self, tokens: Mapping[str, bytes], replica_public_key: bytes) -> None:
        """`tokens`: role → token, as in the secrets folder."""
        self._hashes = {role: hashlib.sha256(token.strip()).digest() for role, token in tokens.items()}
        self._signatures = SignatureCheck(load_public_key(replica_public_key))

    @classmethod
    def from_secrets(cls, folder: Path) -> Doorkeeper:
        """Read every `token-ROLE` and `replica.pub`."""
        tokens = {path.name.removeprefix(PREFIX): path.read_bytes() for path in folder.glob(f"{PREFIX}*")}
        return cls(tokens, (folder / "replica.pub").read_bytes())

    def role(self, authorization: str) -> str | None:
        """Tell the control role of a bearer token; None for a stranger. Every hash is compared, in constant time."""
        if not authorization.lower().startswith(BEARER):
            return None
        given = hashlib.sha256(authorization[len(BEARER) :].strip().encode()).digest()
        found = None
        for role, known in self._hashes.items():
            if hmac.compare_digest(given, known):
                found = role
        return found

    def replica(self, path: str, body: bytes, headers: Mapping[str, str]) -> str:
        """Tell which replica signed; raises SignatureRefusedError."""
        return self._signatures.replica(path, body, headers, time.time_ns() // 1000)
