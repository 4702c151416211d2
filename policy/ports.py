"""Ports of policy: where facts are read and who evaluates. The ledger's snapshot and the view both are FactReaders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import msgspec


class Head(NamedTuple):
    """Where a stream stands: its last revision, and the last one that may change an answer."""

    revision: int
    consent_revision: int


class Fact(NamedTuple):
    """A fact's value and the revision of the event that wrote it."""

    value: dict[str, Any]
    revision: int


class Used(NamedTuple):
    """Uses of an allowance by other generations (reserved or consumed), whether this one holds one, and the others' length."""

    others: int
    mine: bool
    others_ms: int = 0


class FactReader(Protocol):
    """One consistent reading of facts (the exact one) or the best there is (the view)."""

    def now_us(self) -> int:
        """Tell the time of the reading in UTC microseconds: Postgres's (exact) or the host's (view)."""
        ...

    def head(self, stream: str) -> Head | None:
        """Find where a stream stands; None where it does not exist."""
        ...

    def get(self, stream: str, key: str) -> Fact | None:
        """Read one fact."""
        ...

    def scan(self, stream: str, prefix: str) -> Sequence[tuple[str, Fact]]:
        """Read the facts whose key begins with the prefix, in order of key."""
        ...

    def used(self, cameo: str, grant: str, generation: str) -> Used:
        """Count the uses of an allowance (a cameo's grant, an account's quota) as seen by one generation."""
        ...


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the policy answered: expected refusals are values. It has no truth value on purpose."""

    permit: bool
    unmet: tuple[str, ...]
    """Codes of the requirements that are not met, sorted; empty exactly when `permit`."""
    obligations: tuple[str, ...]
    basis: dict[str, str]
    """For each cameo: `owner`, `audience/RULE`, or the id of the grant that permits (its use is reserved)."""
    review: tuple[str, ...]
    """Cameos whose subject must approve the draft before release."""
    not_after_us: int | None
    bundle_sha256: str

    def __bool__(self) -> bool:
        message = "an answer is not a truth value: read `permit`"
        raise TypeError(message)


class PolicyEngine(Protocol):
    """A policy decision point. Never answers from nothing: a failed evaluation raises PolicyUnavailableError."""

    def evaluate(self, question: dict[str, Any]) -> Answer:
        """Evaluate one input. Raises PolicyUnavailableError within its timeout."""
        ...
