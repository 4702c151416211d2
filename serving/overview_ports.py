"""Ports of serving for operators: invitations, and what is looked through. Who may call has its ports in serving.ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as its giver sees it; its code is never kept."""

    invitation: str
    made_at: datetime
    expires_at: datetime
    redeemed: bool


class InvitationStore(Protocol):
    """Invitations by the hashes of their codes. Each is good once."""

    def add(self, by: str, sha256: bytes, lives_s: int, most: int | None) -> Invitation | None:
        """Keep an invitation; None when its giver has made `most` already, whatever became of them."""
        ...

    def of(self, by: str) -> Sequence[Invitation]:
        """List a giver's invitations, oldest first."""
        ...

    def redeem(self, sha256: bytes, account: str) -> tuple[str, str] | None:
        """Give an invitation to an account: (invitation, giver). The same account may ask again; None: no such code, used or expired."""
        ...


class AppListed(NamedTuple):
    """An application in a list."""

    app: str
    name: str
    owner: str
    standing: str


class Appeal(NamedTuple):
    """An appeal that waits for an operator."""

    generation: str
    appeal: str
    codes: tuple[str, ...]
    time_us: int


class CaseListed(NamedTuple):
    """A case in a list. `outcome` None: open."""

    case: str
    kind: str
    people: int
    due_us: int
    opened_us: int
    outcome: str | None


class Overview(Protocol):
    """What operators, owners and reviewers look through. At most 1,000 of each."""

    def things(self, owner: str) -> Sequence[str]:
        """List the cameos of an account's pets and things, in order of id."""
        ...

    def cases(
        self, kind: str | None, state: str, due_before_us: int | None, limit: int, after: tuple[int, str] | None
    ) -> Sequence[CaseListed]:
        """List cases, oldest due first, after one that was seen (when it is due, its id). `state`: open, closed, any."""
        ...

    def apps(self, owner: str | None) -> Sequence[AppListed]:
        """List applications, of one owner or all, in the order of their registration."""
        ...

    def open_appeals(self) -> Sequence[Appeal]:
        """List appeals that nobody answered, oldest first."""
        ...
