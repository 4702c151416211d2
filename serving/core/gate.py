"""Owns what a watcher does at each glance at its view; does not read the view, ask the policy or kill anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

POLL_US = 5_000
ASK_EVERY_US = 50_000
"""A permitted render asks again this often even when nothing moved: rules that look at the time are then met too."""
POLICY_SILENCE_US = 100_000
"""How long one question may wait for its answer. A change that is not judged by then kills."""
RETRY_ASK_US = 10_000
SILENCES = 2
"""Questions in a row that may go unanswered while nothing moved: one late answer of a busy host is no silence, and the
view, which is read every 5 ms, would tell of any change. Unmeasured."""
CATCH_UP_US = 1_000_000
"""How long a view may stay behind what the keyholder held before the attempt is given up. Unmeasured."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the keyholder held when it opened the likenesses."""

    holding: Mapping[str, int]
    not_after_us: int | None
    lease_until_us: int


@dataclass(frozen=True, slots=True)
class Sight:
    """One glance: the view as it stands now. Times in UTC microseconds."""

    now_us: int
    revisions: Mapping[str, int]
    """Consent revision of each held stream; 0 where the view knows no such stream."""
    stale: str | None
    """Code of what is wrong with the view's freshness."""
    ended: bool
    attempt: int
    """The attempt that the view says is leased."""
    started: int
    """The attempt that the view says was started."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the policy said last. Times in monotonic microseconds."""

    now_us: int
    answered_at_us: int
    revisions: Mapping[str, int]
    """What the last permitting answer was made of."""
    pending_since_us: int | None
    failed_at_us: int | None
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Continue:
    """Let it run."""


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Ask the policy for `release` on the view as it stands."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Kill the rendering process now."""

    codes: tuple[str, ...]


Verdict = Continue | AskAgain | Kill


def glance(held: Held, attempt: int, sight: Sight, asked: Asked) -> Verdict:
    """Decide on one glance. In doubt it kills: every branch that lets the work run has a reason."""
    gone = _gone(held, attempt, sight)
    if gone is not None:
        return Kill((gone,))
    if asked.refused:
        return Kill(asked.refused)
    return _policy(sight, asked)


def behind(held: Held, attempt: int, sight: Sight) -> bool:
    """Tell whether the view is older than what was held: then wait, bounded, before any likeness is used."""
    older = any(sight.revisions.get(stream, 0) < revision for stream, revision in held.holding.items())
    return older or sight.started < attempt


def judged(sight: Sight, asked: Asked) -> bool:
    """Tell whether the policy has permitted the view as it stands and no question is open: only then is a likeness used."""
    failed = asked.failed_at_us is not None and asked.failed_at_us > asked.answered_at_us
    return asked.pending_since_us is None and not failed and dict(sight.revisions) == dict(asked.revisions)


def _gone(held: Held, attempt: int, sight: Sight) -> str | None:
    """Tell the first code, in order, of what no answer of the policy could mend."""
    expired = held.not_after_us is not None and sight.now_us >= held.not_after_us
    doubts = (
        (sight.stale is not None, sight.stale),
        (sight.ended, "generation.ended"),
        (sight.attempt != attempt, "attempt.superseded"),
        (expired, "consent.expired"),
        (sight.now_us >= held.lease_until_us, "attempt.lease_expired"),
        # It had caught up before the render began: it was rebuilt, or it went back.
        (behind(held, attempt, sight), "feed.epoch"),
    )
    return next((code for met, code in doubts if met), None)


def _policy(sight: Sight, asked: Asked) -> Verdict:
    moved = dict(sight.revisions) != dict(asked.revisions)
    patience_us = POLICY_SILENCE_US if moved else SILENCES * (POLICY_SILENCE_US + RETRY_ASK_US)
    if asked.now_us - asked.answered_at_us > ASK_EVERY_US + patience_us:
        return Kill(("policy.unavailable",))
    if asked.pending_since_us is not None:
        late = moved and asked.now_us - asked.pending_since_us > POLICY_SILENCE_US
        return Kill(("policy.unavailable",)) if late else Continue()
    if asked.failed_at_us is not None and asked.failed_at_us > asked.answered_at_us:
        return AskAgain() if asked.now_us - asked.failed_at_us >= RETRY_ASK_US else Continue()
    due = moved or asked.now_us - asked.answered_at_us >= ASK_EVERY_US
    return AskAgain() if due else Continue()
