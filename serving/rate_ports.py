"""Ports of how often somebody may do something, and of where a challenge was taken. Says no numbers: see handlers.rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Allowance:
    """One thing counted: so many at once, and one more every so often."""

    name: str
    burst: int
    period_s: float


@dataclass(frozen=True, slots=True)
class Bound:
    """By whom and where a challenge was taken: the session (a token's id, never its secret), and the device where it named itself."""

    account: str
    session: str
    device: str | None
    """Keyed digest, in hex."""


class RateStore(Protocol):
    """Counts what was done, by GCRA: an allowance that fills up again evenly."""

    def take(self, asked: Sequence[Allowance]) -> float | None:
        """Take one of each allowance; None when all were there, else for how many seconds (more than 0) one is not.

        What was there is taken also then: who asks too often is counted.
        """
        ...

    def forget_full(self) -> int:
        """Remove what is as good as never counted; tells how many."""
        ...

    def bind(self, challenge: str, where: Bound) -> None:
        """Note where a challenge was taken, for a day. The first stands."""
        ...

    def bound(self, challenge: str) -> Bound | None:
        """Tell where a challenge was taken; None where nothing was noted."""
        ...
