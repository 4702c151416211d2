"""Reading one's own writes: tokens for what was written, and waiting until what is read from has seen it. Decides nothing.

What is answered from the ledger has seen every write by itself; projections (audit, notifications) follow a little later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from policy.adapters.view_waiting import PATIENCE_S, Heads, await_at_least
from policy.core import token
from policy.errors import StaleViewError, TokenError
from serving.errors import ConflictError, InvalidError

REMEDIES = {
    "token.malformed": "send Cameo-At-Least as a write returned it",
    "token.forged": "send Cameo-At-Least as a write of this installation returned it",
    "token.incarnation": "the record was recovered since: ask without Cameo-At-Least",
}


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Issues and reads the tokens of one installation."""

    secret: bytes
    incarnation: Callable[[], int]
    """The life of the ledger; may ask it. Raises LedgerUnavailableError."""
    reader: Callable[[str], Heads]
    """Where a follower of the ledger (project, notify) stands in each stream."""
    patience_s: float = PATIENCE_S

    def issue(self, brought: Mapping[str, int], written: Mapping[str, int]) -> str:
        """Make the token of what a request wrote, joined with what it brought; the newest writes where both are too many."""
        joined = {**{stream: brought[stream] for stream in brought if stream not in written}, **written}
        newest = list(joined.items())[-token.MAX_STREAMS :]
        return token.issue(self.secret, self.incarnation(), dict(newest))

    def read(self, text: str) -> dict[str, int]:
        """Read a token: stream → revision. Raises InvalidError with a code of its own (token.malformed, .forged, .incarnation)."""
        try:
            return token.read(self.secret, text, self.incarnation())
        except TokenError as error:
            raise InvalidError(error.code, "the token of an earlier write cannot be used", REMEDIES[error.code]) from error

    def wait(self, follower: str, revisions: Mapping[str, int]) -> None:
        """Return once a follower has seen these revisions; raises ConflictError (feed.behind) after the patience (1 s)."""
        try:
            await_at_least(self.reader(follower), revisions, self.patience_s)
        except StaleViewError as error:
            raise ConflictError(
                error.code, "what you wrote has not come here yet", "ask again in a moment, or without Cameo-At-Least", retry_after_s=1
            ) from error
