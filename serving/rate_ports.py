"""Ports of how often somebody may do something, and of what is bound to a device. Says no numbers: see handlers.rates."""

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


class RateStore(Protocol):
    """Counts what was done, by GCRA: an allowance that fills up again evenly."""

    def take(self, asked: Sequence[Allowance]) -> float | None:
        """Take one of each allowance; None when all were there, else for how many seconds (more than 0) one is not.

        What was there is taken also then: who asks too often is counted.
        """
        ...

    def slow(self, accounts: Sequence[str]) -> None:
        """Have accounts wait: 15 minutes, doubled each time within a month, up to a week."""
        ...

    def forget_full(self) -> int:
        """Remove what is as good as never counted; tells how many."""
        ...

    def bind(self, enrolment: str, account: str, device: bytes) -> None:
        """Bind a challenge to the device that took it. The first stands."""
        ...

    def device_of(self, enrolment: str) -> bytes | None:
        """Find the device that took a challenge; None where it named none."""
        ...
