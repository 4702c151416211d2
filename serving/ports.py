"""Ports of serving: who may call, and what the projections tell. Engines have a port of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args

Scope = Literal["account", "consent", "enrol", "generate", "audit", "auditor", "operator"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a token may do: the first five for its own account; `auditor` reads everything; `operator` runs the place."""
PERSON: tuple[Scope, ...] = SCOPES[:5]


@dataclass(frozen=True, slots=True)
class Token:
    """A known bearer token; the secret itself is never kept."""

    token_id: str
    account: str
    scopes: frozenset[str]
    app: str | None
    label: str
    created_at: datetime
    expires_at: datetime | None


class AccessStore(Protocol):
    """Handles and tokens."""

    def claim_handle(self, handle: str, shown: str, account: str) -> bool:
        """Give a normalised handle to an account; False when another account has it. Idempotent."""
        ...

    def account_of(self, handle: str) -> str | None:
        """Find the account of a normalised handle."""
        ...

    def handle_of(self, account: str) -> str | None:
        """Find an account's handle as it is shown."""
        ...

    def add_token(self, token: Token, sha256: bytes) -> None:
        """Keep a token by its hash."""
        ...

    def token_by_hash(self, sha256: bytes) -> Token | None:
        """Find a token that has not expired."""
        ...

    def tokens_of(self, account: str) -> Sequence[Token]:
        """List an account's tokens, oldest first."""
        ...

    def forget(self, account: str) -> None:
        """Remove an account's handle and every token. May be called again."""
        ...

    def remove_token(self, account: str, token_id: str) -> bool:
        """Remove one; False when there was none."""
        ...
