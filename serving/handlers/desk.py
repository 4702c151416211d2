"""The desk: what every command needs (who calls, the ledger, the sealer, ids, time), and how one is appended.

Does not decide what a command means: see accounts, consent, enrolments, generations, operation.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from policy.ports import Fact, FactReader
from schemas.codec import canonical
from schemas.envelope import Envelope, Sealed
from schemas.registry import Event
from serving.errors import ConflictError, NotFoundError, UnavailableError
from serving.ports import ProofStore
from streams.errors import LedgerUnavailableError
from streams.ports import AlreadyDone, Append, Appended, ClockAstray, Conflict, EventStore, Exhausted, Expired, NewEvent


def _nobody(envelopes: Sequence[Envelope]) -> None:
    del envelopes


TRIES = 5
"""A command with an expected revision is tried anew this often; narrowing expects none and needs no second try."""
Outcome = TypeVar("Outcome")


def anew_where_moved(attempt: Callable[[], Outcome]) -> Outcome:
    """Try a command that reads its stream and appends to it, anew where the stream moved between; raises what the last try raised."""
    for _ in range(TRIES - 1):
        try:
            return attempt()
        except ConflictError as error:
            if error.code != "stream.moved":
                raise
    return attempt()


class Sealer(Protocol):
    """Seals personal fields under the subject's key (the keyholder)."""

    def seal(self, account: str, stream: str, event_id: str, fields: Mapping[str, bytes]) -> Mapping[str, Sealed]:
        """Seal fields bound to an event; raises KeyholderUnavailableError."""
        ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as whom, through which app, and with which idempotency key."""

    account: str
    scopes: frozenset[str]
    app: str | None = None
    idempotency_key: str | None = None
    until: datetime | None = None
    """When the caller's token ends; None: never."""
    step_up: str | None = None
    """The fresh proof that came with the request: a code of an authenticator, or a recovery code."""
    at_least: Mapping[str, int] = field(default_factory=dict[str, int])
    """What the caller has written and wants to see: stream → revision."""
    token_id: str = ""
    """Which of the account's tokens the caller came with: their session."""
    device: str | None = None
    """Keyed digest of what the caller's device calls itself; None: it named nothing."""
    acting_as: str | None = None
    """The account for whom the caller acts, within a written power (serving.handlers.authority)."""

    @property
    def subject(self) -> str:
        """Whose likeness and consent the caller's commands are about."""
        return self.acting_as or self.account


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts that commands are made of."""

    store: EventStore
    sealer: Sealer
    entropy: Callable[[int], bytes]
    pepper: bytes
    """Keys the digest of what was asked under an idempotency key: whoever reads the table cannot guess a prompt by it."""
    written: Callable[[Sequence[Envelope]], None] = _nobody
    """Is told of whatever was appended, now or by an earlier try."""
    proofs: ProofStore | None = None
    """What people prove themselves with, where widening asks for it; without it, widening that asks is refused."""

    def id_for(self, caller: Caller, what: str) -> str:
        """Draw a 32-digit id; the same for a retry under the same idempotency key."""
        if caller.idempotency_key is None:
            return self.entropy(16).hex()
        whose = caller.account if caller.acting_as is None else f"{caller.account}\x1f{caller.acting_as}"
        seed = f"cameo/id/1\x1f{whose}\x1f{caller.idempotency_key}\x1f{what}"
        return hashlib.sha256(seed.encode()).hexdigest()[:32]

    def event(
        self, stream: str, event: Event, *, sealed_for: str = "", fields: Mapping[str, str | bytes] | None = None, event_id: str = ""
    ) -> NewEvent:
        """Prepare an event, its personal fields sealed for their subject (an account). An id that is not given is drawn."""
        event_id = event_id or self.entropy(16).hex()
        given = {name: text.encode() if isinstance(text, str) else text for name, text in (fields or {}).items() if text}
        if not given:
            return NewEvent(stream, event, event_id)
        return NewEvent(stream, event, event_id, self.sealer.seal(sealed_for, stream, event_id, given))

    def append(
        self,
        caller: Caller,
        events: Sequence[NewEvent],
        *,
        expected: Mapping[str, int] | None = None,
        holding: Mapping[str, int] | None = None,
        not_after_us: int | None = None,
        request: object = None,
        quietly: bool = False,
    ) -> tuple[Envelope, ...]:
        """Append and return what was written, now or by an earlier try under the same idempotency key.

        `request` is what was asked, where the events hold something drawn at random. `quietly`: the answer does not tell
        that anything was written, for it may not depend on that. Raises CommandError.
        """
        try:
            outcome = self.store.append(
                Append(
                    actor=caller.account,
                    events=events,
                    correlation=self.entropy(16).hex(),
                    expected=expected or {},
                    holding=holding or {},
                    not_after_us=not_after_us,
                    idempotency_key=caller.idempotency_key,
                    request_sha256=None if request is None else self.request_digest(request),
                    acting_as=caller.acting_as,
                    app=caller.app,
                )
            )
        except LedgerUnavailableError as error:
            raise UnavailableError("ledger.unavailable", "the ledger does not answer", "try again") from error
        match outcome:
            case Appended(envelopes):
                self.written(() if quietly else envelopes)
                return envelopes
            case AlreadyDone(positions):
                envelopes = tuple(self.store.read_positions(positions))
                self.written(() if quietly else envelopes)
                return envelopes
            case Conflict():
                raise ConflictError("stream.moved", "somebody changed this at the same time", "read it and try again")
            case ClockAstray():
                raise UnavailableError("clock.astray", "the database's clock went back", "tell the operator")
            case Expired() | Exhausted():
                raise ConflictError("consent.expired", "what this relied on has ended", "read it and try again")

    def request_digest(self, request: object) -> str:
        """Digest what was asked under an idempotency key, keyed: in hex."""
        return hmac.new(self.pepper, canonical(request), hashlib.sha256).hexdigest()

    def snapshot_fact(self, stream: str, key: str) -> Fact | None:
        """Read one fact as it is now."""
        with self.store.snapshot() as facts:
            return facts.get(stream, key)

    def existing(self, facts: FactReader, stream: str, what: str) -> int:
        """Return a stream's revision; raises NotFoundError when it does not exist."""
        head = facts.head(stream)
        if head is None:
            raise NotFoundError(f"{what}.unknown", f"there is no {what} {stream}", f"check the {what}'s id")
        return head.revision
