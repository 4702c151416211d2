"""Owns the rules around an attempt: lock, single use, deadline, account, replay. Does not keep their state."""

from collections.abc import Sequence
from typing import Final, NoReturn

import msgspec

from identity.core.challenge import Challenge
from identity.core.fingerprint import Fingerprint, audio_match, video_match

FAILURES_TO_LOCK: Final = 5
"""Five failures lock: the design and issue 3."""
FIRST_LOCK_US: Final = 15 * 60 * 1_000_000
"""A quarter of an hour, doubled with each further lock. A choice, unmeasured."""
LONGEST_LOCK_US: Final = 7 * 24 * 3600 * 1_000_000
"""A week at most. A choice, unmeasured."""


class Open(msgspec.Struct, frozen=True, tag="open"):
    """Another attempt may start. `failures_left` counts those before the next lock."""

    failures_left: int

    def __bool__(self) -> NoReturn:
        raise TypeError("a standing has no truth value: match on its class")


class Locked(msgspec.Struct, frozen=True, tag="locked"):
    """No attempt may start before `until_us` (UTC microseconds)."""

    until_us: int
    code: str = "enrolment.locked"

    def __bool__(self) -> NoReturn:
        raise TypeError("a standing has no truth value: match on its class")


def lock_duration_us(failures: int) -> int:
    """How long the lock that this many failures reach lasts; 0 when they reach none.

    The fifth failure locks for 15 minutes, the tenth for 30, and so on, doubling up to a week.
    """
    if failures <= 0 or failures % FAILURES_TO_LOCK:
        return 0
    locks_before = failures // FAILURES_TO_LOCK - 1
    return LONGEST_LOCK_US if locks_before >= 20 else min(FIRST_LOCK_US << locks_before, LONGEST_LOCK_US)


def lock_after_us(failures: int, elsewhere: int) -> int:
    """How long the lock after a failure lasts; 0 when there is none. `elsewhere`: attacks refused under other accounts with this face.

    A face that attacked elsewhere locks by all of them together, and from the fifth on at every failure, whichever account it
    takes: a new account is no new beginning.
    """
    if elsewhere <= 0:
        return lock_duration_us(failures)
    together = failures + elsewhere
    return lock_duration_us(together - together % FAILURES_TO_LOCK)


def standing(failures_at_us: Sequence[int], now_us: int) -> Open | Locked:
    """Whether an account may try now, from the times of its failures since its last activation."""
    until_us = 0
    for count, at_us in enumerate(sorted(failures_at_us), start=1):
        until_us = max(until_us, at_us + lock_duration_us(count))
    if failures_at_us and now_us < until_us:
        return Locked(until_us)
    return Open(FAILURES_TO_LOCK - len(failures_at_us) % FAILURES_TO_LOCK)


class Submission(msgspec.Struct, frozen=True):
    """How a recording came in: who sent it, when the server had received it, what camera and client said they are.

    `challenge_used` says that an earlier submission already answered the same challenge; `as_committed` that a stepwise
    challenge, told afterwards, is the one whose commitment was recorded before.
    """

    account: str
    received_at_us: int
    challenge_used: bool = False
    camera_label: str = ""
    as_committed: bool = True
    client: str = ""


def challenge_codes(challenge: Challenge, submission: Submission) -> tuple[str, ...]:
    """Codes against this submission as an answer to this challenge; none when it may be assessed."""
    codes: list[str] = []
    if submission.account != challenge.account:
        codes.append("challenge.other_account")
    if submission.challenge_used:
        codes.append("challenge.used")
    if not submission.as_committed:
        codes.append("challenge.changed")
    if not challenge.issued_at_us <= submission.received_at_us < challenge.expires_at_us:
        codes.append("challenge.expired")
    return tuple(codes)


def replay_codes(fingerprint: Fingerprint, earlier: Sequence[Fingerprint]) -> tuple[str, ...]:
    """Codes for what of this recording was seen before: its bytes, its sound, its picture."""
    found: set[str] = set()
    for other in earlier:
        if fingerprint.sha256 == other.sha256:
            found.add("replay.file")
        if audio_match(fingerprint.audio, other.audio).is_replay:
            found.add("replay.audio")
        if video_match(fingerprint.video, other.video).is_replay:
            found.add("replay.video")
    return tuple(code for code in ("replay.file", "replay.audio", "replay.video") if code in found)
