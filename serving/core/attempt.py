"""Owns what dispatcher and replica say to each other about one attempt; does not send, sign or store it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from schemas.generation import Action

Outcome = Literal["released", "draft", "refused", "stopped", "lost"]
Reporter = Literal["replica", "keyholder", "dispatcher"]


class AttemptRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the dispatcher asks of a replica: run this leased attempt. It names no person and carries no prompt."""

    generation: str
    attempt: int
    lease_until_us: int
    leased_at_us: int
    """Ledger time of the lease: a view that refuses must have seen everything up to then."""


class FastDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The replica's own decision on its view, complete enough to be replayed."""

    action: Action
    permit: bool
    codes: tuple[str, ...]
    obligations: tuple[str, ...]
    input: dict[str, Any]
    bundle_sha256: str
    holding: dict[str, int]
    not_after_us: int | None
    log_index: int | None = None
    """The view held the log up to here when it was read; None: it refused."""
    age_us: int | None = None
    """How old the view was."""


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How an attempt ended, as its replica tells it. Signed; believed only as far as refusing and stopping goes.

    `reported_by` keyholder: it has recorded the end itself where the end is the generation's.
    """

    replica: str
    generation: str
    attempt: int
    outcome: Outcome
    codes: tuple[str, ...]
    action: Action
    reported_by: Reporter
    final: bool
    """Only read when `reported_by` is keyholder: the keyholder ended the generation."""
    process_gone_at_us: int
    """UTC microseconds at which the rendering process was reaped; 0 when none was ever given a likeness."""
    decision: FastDecision | None
    timings_us: dict[str, int]
    """Microseconds spent by step: `view policy open catch_up render release start_up`, and `noticed kill` when stopped."""
    time_us: int


class SignedReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A report in canonical form and the replica's Ed25519 signature over those bytes, both as text."""

    report: str
    signature: str
    """128 hexadecimal digits."""


class Progress(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A sign of life: how much of the film is there, in thousandths; 0 while the gate is being passed."""

    permille: int
