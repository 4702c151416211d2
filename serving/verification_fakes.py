"""The in-memory twin of the book of re-verifications, for unit tests; it passes the same contract tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from serving.verification_ports import KEPT, Ask, Recovery


class InMemoryVerificationBook:
    """A VerificationBook that forgets with the process."""

    def __init__(self) -> None:
        self._asks: dict[str, Ask] = {}

    def add_ask(self, ask: Ask, most: int) -> Ask | None:
        """Keep an ask; None where `most` are open."""
        if ask.ask not in self._asks:
            if sum(one.party == ask.party for one in self._living(ask.owner)) >= most:
                return None
            self._asks[ask.ask] = ask
        return self._asks[ask.ask]

    def ask_of(self, ask: str) -> Ask | None:
        """Find an ask."""
        return self._asks.get(ask)

    def asks_to(self, owner: str, limit: int) -> Sequence[Ask]:
        """List what an owner is asked, newest first."""
        return sorted((one for one in self._living(owner) if not one.declined), key=lambda one: one.asked_at, reverse=True)[:limit]

    def kept_of(self, account: str) -> Sequence[Ask]:
        """List every ask to or by an account."""
        kept = (one for one in self._asks.values() if account in (one.owner, one.party))
        return sorted(kept, key=lambda one: one.asked_at, reverse=True)

    def begin(self, ask: str, verification: str) -> None:
        """Note the challenge by which it is answered."""
        self._asks[ask] = replace(self._asks[ask], verification=verification)

    def close(self, ask: str) -> None:
        """Note that its party has the answer."""
        one = self._asks[ask]
        self._asks[ask] = replace(one, expires_at=min(one.expires_at, datetime.now(UTC)))

    def decline(self, ask: str) -> None:
        """Note that the owner does not want to answer."""
        self._asks[ask] = replace(self._asks[ask], declined=True)

    def forget_over(self) -> int:
        """Remove what ran out long ago."""
        over = [one.ask for one in self._asks.values() if one.expires_at < datetime.now(UTC) - KEPT]
        for ask in over:
            del self._asks[ask]
        return len(over)

    def _living(self, owner: str) -> list[Ask]:
        now = datetime.now(UTC)
        return [one for one in self._asks.values() if one.owner == owner and one.expires_at > now]


class InMemoryRecoveryBook:
    """A RecoveryBook that forgets with the process."""

    def __init__(self) -> None:
        self._begun: dict[str, Recovery] = {}

    def begin_recovery(self, token_id: str, account: str, at: datetime) -> None:
        """Note that a token is a recovery's."""
        del account
        self._begun.setdefault(token_id, Recovery(at))

    def recovery_of(self, token_id: str) -> Recovery | None:
        """Tell the recovery that a token is of."""
        return self._begun.get(token_id)

    def end_recovery(self, token_id: str, under: str) -> bool:
        """Note that it was ended, once."""
        one = self._begun[token_id]
        if one.ended_under is None:
            self._begun[token_id] = replace(one, ended_under=under)
        return one.ended_under in {None, under}
