"""The port on which re-verifications that somebody asked for are kept. Does not answer any: the record does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from schemas.cameo import Level

KEPT: Final = timedelta(days=1)
"""How long an ask stays after it ran out, for it tells of whom somebody does business with. The answer is in the record. A house rule."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody (`party`, perhaps through an `app`) asks whether this is still the person of the owner's cameo."""

    ask: str
    party: str
    app: str | None
    owner: str
    audience: str
    """For whom the assertion will be: an https origin or a name that the party chose."""
    nonce: str
    level: Level
    asked_at: datetime
    expires_at: datetime
    declined: bool = False
    verification: str | None = None
    """The challenge by which the owner answers; None: not begun."""


class VerificationBook(Protocol):
    """What was asked. Durable when a call returns."""

    def add_ask(self, ask: Ask, most: int) -> Ask | None:
        """Keep an ask, or return the one that is kept under its id; None where `most` of this party to this owner have not run out.

        Those that were declined count, or their party would learn of it.
        """
        ...

    def ask_of(self, ask: str) -> Ask | None:
        """Find an ask."""
        ...

    def asks_to(self, owner: str, limit: int) -> Sequence[Ask]:
        """List what an owner is asked, newest first: not expired, not declined."""
        ...

    def kept_of(self, account: str) -> Sequence[Ask]:
        """List every ask to or by an account that is kept, declined and expired ones too, newest first: for their export."""
        ...

    def begin(self, ask: str, verification: str) -> None:
        """Note the challenge by which it is answered, in place of an earlier one."""
        ...

    def close(self, ask: str) -> None:
        """Note that its party has the answer: it runs out now. May be called again."""
        ...

    def decline(self, ask: str) -> None:
        """Note that the owner does not want to answer. May be called again."""
        ...

    def forget_over(self) -> int:
        """Remove every ask that ran out more than KEPT ago, and tell how many: who asked knows by then what came of it."""
        ...


@dataclass(frozen=True, slots=True)
class Recovery:
    """A recovery as its token knows it."""

    begun: datetime
    ended_under: str | None = None
    """Keyed digest of the command that ended it; None: it goes on."""


class RecoveryBook(Protocol):
    """Which tokens were given to somebody who lost all others. Durable when a call returns."""

    def begin_recovery(self, token_id: str, account: str, at: datetime) -> None:
        """Note that a token that is kept already is a recovery's."""
        ...

    def recovery_of(self, token_id: str) -> Recovery | None:
        """Tell the recovery that a token is of; None: it is an ordinary token."""
        ...

    def end_recovery(self, token_id: str, under: str) -> bool:
        """Note that it was ended `under` a command's digest, once; True again for that digest, False for any other."""
        ...
