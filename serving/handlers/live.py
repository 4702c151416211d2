"""Live challenges of this process: those that wait to be answered step by step, and the one session that each may have.

A challenge lies in memory alone until it was answered: nobody reads its next step in the record. When the process ends, whoever
was about to answer starts anew. What was recorded lies in memory until it is sealed, and is dropped when the session fails.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from identity.core.challenge import Challenge
from identity.core.codes import message
from identity.core.live import LiveTrace
from identity.core.live_plan import Planned
from identity.core.live_session import FIRST_US, MAX_US, Session, advance, arrived
from identity.core.webm_clock import WebmClock
from identity.keys.wire import EvidenceSealed
from schemas.cameo import LiveFailed
from schemas.ids import cameo_of
from serving.core.live_answer import LiveAnswer
from serving.errors import CommandError, ConflictError, NotFoundError, UnavailableError
from serving.handlers.desk import Caller, Desk
from serving.handlers.live_messages import shown

log = logging.getLogger(__name__)
MAX_WAITING: Final = 10_000
MAX_GOING: Final = 24
"""Sessions at once in one process, one an account: 16 MiB each at most."""
BUSY_S: Final = 10
"""After which who found all of them taken may look again: the longest takes 70 s, so one of 24 ends every 3 s on average."""
MAX_CHUNK_BYTES: Final = 1024 * 1024
MAX_CHUNKS: Final = 2500
"""Fifty a second: a recorder gives four to ten."""
FLUSH_S: Final = 5.0
"""How long the last piece of a recording is waited for after every step was answered."""
ROOM_WAIT_S: Final = 5.0
"""How long what was recorded waits for room in memory to be sealed."""
SEAL_S: Final = 5.0
"""To seal 16 MiB takes a fraction of a second; the rest is for a machine under load. A house rule."""
NEEDED_US: Final = FIRST_US + MAX_US + round((FLUSH_S + ROOM_WAIT_S + SEAL_S) * 1_000_000)
"""What must be left of a challenge's time when its session begins: the longest one, from a camera that starts late to its seal."""
BROKEN: Final = "live.broken"
START_ANEW: Final = "start a new enrolment: cameo enrol start --way stepwise"


HandIn = Callable[[Caller, LiveAnswer], EvidenceSealed]
"""Seals the recording and records it; durable when it returns."""


@dataclass(slots=True)
class Waiting:
    """A challenge that waits for its session. `code`: why its session failed."""

    challenge: Challenge
    salt: str
    plan: tuple[Planned, ...]
    hand_in: HandIn
    taken: bool = False
    replaced: bool = False
    """Its account took another challenge: its session ends."""
    code: str | None = None


def steady_clock_us() -> Callable[[], int]:
    """Make a clock of UTC microseconds that goes on evenly, whatever is done to the machine's time."""
    behind_ns = time.time_ns() - time.monotonic_ns()
    return lambda: (time.monotonic_ns() + behind_ns) // 1000


@dataclass
class LiveDesk:
    """Every live challenge of one process. May be used from several threads at once."""

    clock_us: Callable[[], int] = field(default_factory=steady_clock_us)
    _waiting: dict[str, Waiting] = field(default_factory=dict[str, Waiting])
    _going: dict[str, Waiting] = field(default_factory=dict[str, Waiting])
    """The session of each account: one, the newest."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, waiting: Waiting) -> None:
        """Keep a challenge until its time is over; the same account's earlier one is given up, also in the midst of its session.

        Raises UnavailableError when full.
        """
        now_us, challenge = self.clock_us(), waiting.challenge
        with self._lock:
            for name, one in list(self._waiting.items()):
                same = one.challenge.account == challenge.account and not one.taken
                if one.challenge.expires_at_us <= now_us or same:
                    del self._waiting[name]
            if len(self._waiting) >= MAX_WAITING:
                raise _busy(60)
            self._replace(challenge.account)
            self._waiting[challenge.challenge_id] = waiting

    def take(self, account: str, enrolment: str) -> Waiting:
        """Begin the one session of a challenge. Raises NotFoundError, ConflictError, UnavailableError."""
        with self._lock:
            waiting = self._waiting.get(enrolment)
            if waiting is None or waiting.challenge.account != account:
                raise NotFoundError("enrolment.unknown", "no such challenge waits for you here", START_ANEW)
            if waiting.taken:
                raise ConflictError("challenge.used", "this challenge has, or had, its session", START_ANEW)
            if waiting.challenge.expires_at_us - self.clock_us() < NEEDED_US:
                raise ConflictError("challenge.expired", "too little time is left to answer", START_ANEW)
            if len(self._going) >= MAX_GOING and account not in self._going:
                raise _busy(BUSY_S)
            self._replace(account)
            self._going[account] = waiting
            waiting.taken = True
            return waiting

    def over(self, waiting: Waiting, code: str | None) -> None:
        """End a session; `code` says why it failed, None that its recording was handed in."""
        with self._lock:
            if self._going.get(waiting.challenge.account) is waiting:  # else its slot is the newer one's
                del self._going[waiting.challenge.account]
            waiting.code = code

    def failed(self, account: str, enrolment: str) -> str | None:
        """Tell why the session of a challenge failed, as long as its time goes on; None: it did not."""
        with self._lock:
            waiting = self._waiting.get(enrolment)
            return None if waiting is None or waiting.challenge.account != account else waiting.code

    def _replace(self, account: str) -> None:
        if (earlier := self._going.get(account)) is not None:
            earlier.replaced = True


def _busy(wait_s: int) -> UnavailableError:
    return UnavailableError(
        "live.busy", "too many people enrol at once", f"connect again in {wait_s} s: your challenge still waits", retry_after_s=wait_s,
        ko=f"지금 등록하는 사람이 너무 많습니다. {wait_s}초 뒤에 다시 연결해 주세요.",
    )  # fmt: skip


class LiveEndedError(CommandError):
    """A session failed; its recording was dropped."""

    status = 409

    def __init__(self, code: str) -> None:
        what, _, remedy = message(code).en.partition(". ")
        super().__init__(code, what, remedy or START_ANEW, ko=message(code).ko)

    @property
    def recorded(self) -> str:
        """The code under which it is on record."""
        return self.code


class LiveReplacedError(LiveEndedError):
    """A session ended because its account took another challenge. On record it was broken off, as by whoever hangs up."""

    def __init__(self) -> None:
        super().__init__(BROKEN)
        self.code, self.detail, self.remedy = "live.replaced", "you have taken another challenge since", "answer that one"
        self.ko = "그 뒤에 새 과제를 받았습니다. 새 과제에 답해 주세요."

    @property
    def recorded(self) -> str:
        """The code under which it is on record."""
        return BROKEN


def record_failure(desk: Desk, caller: Caller, challenge: str, code: str) -> None:
    """Record that a session failed after a step was shown; which failures count to the lock is streams.core.failing's to say.

    The session is over whatever comes of this: a ledger that does not answer is logged.
    """
    event = LiveFailed(challenge=challenge, code=code)
    try:
        desk.append(caller, [desk.event(cameo_of(caller.account), event)])
    except CommandError as error:
        log.warning("a failed session is not recorded: %s", error)


class Conduct:
    """One session as it goes on: takes what comes, tells what to hand out. Does no IO."""

    def __init__(self, waiting: Waiting, clock_us: Callable[[], int]) -> None:
        """`clock_us`: the server's clock."""
        self._waiting = waiting
        self._clock_us = clock_us
        self._session = Session(waiting.plan, clock_us())
        self._media = WebmClock()
        self._recording = bytearray()
        self._chunks = 0

    @property
    def shown(self) -> bool:
        """Whether any step was handed out: who breaks off before has seen nothing."""
        return bool(self._session.steps)

    @property
    def answered(self) -> bool:
        """Whether every step has its frames."""
        return self._session.answered

    @property
    def replaced(self) -> bool:
        """Whether its account took another challenge meanwhile."""
        return self._waiting.replaced

    def take(self, chunk: bytes) -> None:
        """Take a piece of the recording. Raises LiveEndedError."""
        self._chunks += 1
        if self._chunks > MAX_CHUNKS or len(chunk) > MAX_CHUNK_BYTES:
            raise LiveEndedError("media.too_large")
        self._media.feed(chunk)
        if self._media.malformed:
            raise LiveEndedError("media.unreadable")
        self._session = arrived(self._session, len(chunk), self._media.media_us, self._clock_us())
        self._raise()
        self._recording += chunk

    def due(self) -> dict[str, Any] | None:
        """Tell the step to hand out now, as it is sent. Raises LiveEndedError when something is overdue, or it was replaced."""
        if self.replaced and not self.answered:
            raise LiveReplacedError
        self._session, planned = advance(self._session, self._clock_us())
        self._raise()
        return None if planned is None else shown(len(self._session.steps), planned)

    def noted(self) -> dict[str, Any]:
        """Tell how far the recording has come here: the client sees how far behind the server is."""
        return {"type": "got", "bytes": len(self._recording), "media_ms": self._media.media_us // 1000}

    @property
    def size_bytes(self) -> int:
        """How much was recorded."""
        return len(self._recording)

    def recorded(self) -> tuple[LiveTrace, bytes]:
        """What the server saw, and the recording, which lies here no longer."""
        recording, self._recording = bytes(self._recording), bytearray()
        return self._session.trace(), recording

    def _raise(self) -> None:
        if self._session.code is not None:
            raise LiveEndedError(self._session.code)
