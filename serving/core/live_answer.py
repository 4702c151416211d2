"""Owns what is recorded of a live challenge that was answered. Does not conduct it, nor append."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from identity.core.challenge import Challenge
from identity.core.clients import family_of
from identity.core.live import LiveTrace
from schemas import live as written
from schemas.cameo import RecordingReceived


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """A live challenge that was answered: what was asked, with the salt of its commitment, and what the server saw."""

    challenge: Challenge
    salt: str
    live: LiveTrace
    recording: bytes
    camera_label: str
    client: str


def telling(event: RecordingReceived, told: LiveAnswer) -> RecordingReceived:
    """Write into the event of a recording what was asked of it and how that went."""
    challenge = told.challenge
    return replace(
        event, client=family_of(told.client), phrase=challenge.phrase, movements=tuple(m.value for m in challenge.movements),
        light=challenge.light, salt=told.salt, live=_written(told.live),
    )  # fmt: skip


def _written(live: LiveTrace) -> written.LiveTrace:
    steps = tuple(
        written.LiveStep(kind=s.kind, what=s.what, issued_at_us=s.issued_at_us, deadline_us=s.deadline_us, done_at_us=s.done_at_us)
        for s in live.steps
    )
    return written.LiveTrace(steps=steps, arrivals=tuple(written.LiveArrival(bytes=a.bytes, at_us=a.at_us) for a in live.arrivals))
