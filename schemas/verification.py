"""Events of re-verification: somebody asks whether this is still the person of a cameo, and its owner answers."""

from __future__ import annotations

from typing import Literal

from schemas.cameo import Language, Level, Movement, Way, Without
from schemas.registry import Event, event


@event("verification.started", 1, stream="cameo")
class VerificationStarted(Event, frozen=True):
    """Somebody asks whether this is still the person of this cameo, and its owner answers a short challenge.

    `party` and `audience` name who asks and whom the answer is for; the nonce is theirs.
    """

    verification: str
    owner: str
    party: str
    audience: str
    nonce_sha256: str
    level: Level
    expires_at_us: int
    way: Way
    language: Language = "en"
    phrase: tuple[str, ...] = ()
    movements: tuple[Movement, ...] = ()
    commitment: str = ""
    light: bool = False
    without: tuple[Without, ...] = ()


@event("verification.answered", 1, stream="cameo")
class VerificationAnsweredV1(Event, frozen=True):
    """The question was answered, or ran out."""

    verification: str
    outcome: Literal["passed", "failed", "expired"]
    level: Level
    codes: tuple[str, ...]


@event("verification.answered", 2, stream="cameo", sealed=("fingerprints",))
class VerificationAnswered(Event, frozen=True):
    """The question was answered, or ran out. `fingerprints` of the recording are held against replays: sealed; absent without one."""

    verification: str
    outcome: Literal["passed", "failed", "expired"]
    level: Level
    codes: tuple[str, ...]
