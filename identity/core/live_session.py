"""Owns one live challenge while it goes on: which step is due, what has arrived, when it has failed. Reads no clock and no media.

The caller says how many bytes came, how far the recording's own clock has gone on, and what time it is (UTC microseconds of a
clock that does not jump). A step is handed out only after the recording went on far enough for the answer to the one before.
"""

from typing import Final

import msgspec
from msgspec.structs import replace

from identity.core.live import Arrival, LiveTrace, Step
from identity.core.live_plan import Planned

MAX_BYTES: Final = 16 * 1024 * 1024
"""Forty seconds at 3.3 Mbit/s; a browser's default for 640x480 is 2.5."""
FIRST_US: Final = 15_000_000
"""Until the first media: a camera takes seconds to start."""
BEGIN_MEDIA_US: Final = 300_000
IDLE_US: Final = 3_000_000
BEHIND_US: Final = 2_500_000
"""How far the recording may fall behind the server's clock before the session ends: a connection that slow shows steps too late."""
AHEAD_US: Final = 1_500_000
"""How far it may run ahead: nobody records faster than time goes. Chunks and a camera's warming up explain less."""
MAX_US: Final = 45_000_000
MAX_ARRIVALS: Final = 400
ENTRY_US: Final = 115_000
"""Arrivals closer than this are one entry, told by the later time: 400 entries are 46 s."""


class Session(msgspec.Struct, frozen=True):
    """One session. `code`: why it ended without being answered; None: it goes on, or all was answered."""

    plan: tuple[Planned, ...]
    opened_at_us: int
    steps: tuple[Step, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    bytes: int = 0
    media_us: int = 0
    code: str | None = None
    began_at_us: int | None = None
    """When the first media came."""
    last_at_us: int = 0
    entry_at_us: int = 0
    issued_media_us: int = 0
    """How far the recording had come when the last step was handed out."""

    @property
    def answered(self) -> bool:
        """Whether the recording has gone on long enough after every step."""
        return len(self.steps) == len(self.plan) and self.steps[-1].done_at_us is not None

    def trace(self) -> LiveTrace:
        """Tell what the server saw."""
        return LiveTrace(self.steps, self.arrivals)


def arrived(session: Session, count: int, media_us: int, now_us: int) -> Session:
    """Note `count` more bytes, after which the recording has come to `media_us` (from its first block)."""
    if session.code is not None:
        return session
    total = session.bytes + count
    merged = bool(session.arrivals) and now_us - session.entry_at_us < ENTRY_US
    kept = session.arrivals[:-1] if merged else session.arrivals
    came = replace(
        session,
        bytes=total,
        arrivals=(*kept, Arrival(total, now_us)),
        entry_at_us=session.entry_at_us if merged else now_us,
        media_us=max(session.media_us, media_us),
        began_at_us=now_us if session.began_at_us is None else session.began_at_us,
        last_at_us=now_us,
    )
    if total > MAX_BYTES:
        return replace(session, code="media.too_large")
    began_us = now_us if came.began_at_us is None else came.began_at_us
    if came.media_us > now_us - began_us + AHEAD_US or len(came.arrivals) > MAX_ARRIVALS:
        return replace(session, code="live.clock")
    return came


def advance(session: Session, now_us: int) -> tuple[Session, Planned | None]:
    """End the session if something is overdue, else hand out the next step if it is due."""
    if session.code is not None or session.answered:
        return session, None
    code = _overdue(session, now_us)
    if code is not None:
        return replace(session, code=code), None
    if not session.steps:
        return (session, None) if session.media_us < BEGIN_MEDIA_US else _issue(session, session.plan[0], now_us)
    current = session.plan[len(session.steps) - 1]
    if session.media_us - session.issued_media_us < current.takes_us:
        return session, None
    done = replace(session, steps=(*session.steps[:-1], replace(session.steps[-1], done_at_us=now_us)))
    return (done, None) if done.answered else _issue(done, done.plan[len(done.steps)], now_us)


def _issue(session: Session, planned: Planned, now_us: int) -> tuple[Session, Planned]:
    step = Step(planned.kind, planned.what, now_us, now_us + planned.begin_us)
    return replace(session, steps=(*session.steps, step), issued_media_us=session.media_us), planned


def _overdue(session: Session, now_us: int) -> str | None:
    if now_us - session.opened_at_us > MAX_US + FIRST_US:
        return "live.late"
    if session.began_at_us is None:
        return "live.broken" if now_us - session.opened_at_us > FIRST_US else None
    if now_us - session.last_at_us > IDLE_US:
        return "live.broken"
    if now_us - session.began_at_us > MAX_US or now_us - session.began_at_us - session.media_us > BEHIND_US:
        return "live.late"
    return None
