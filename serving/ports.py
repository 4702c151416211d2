"""Ports of serving: who may call, and what the projections tell. Engines have a port of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol, get_args

from policy.ports import FactReader
from serving.core.authzen import Decision, Evaluation, Found, Search

Scope = Literal["account", "consent", "enrol", "generate", "audit", "auditor", "operator", "reviewer"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a token may do: the first five for its own account; `auditor` reads everything; `operator` runs the place.

`reviewer` looks at recordings; it and `operator` are given by two operators and taken by the person (serving.handlers.roles).
"""
PERSON: tuple[Scope, ...] = SCOPES[:5]
RECOVER: Final = "recover"
"""What the token of a recovery may do, and nothing else: begin an enrolment, answer it, read how it went, end the recovery.

No scope that anybody asks for or gives: serving.handlers.recovery makes such tokens.
"""


@dataclass(frozen=True, slots=True)
class Token:
    """A known bearer token; the secret itself is never kept."""

    token_id: str
    account: str
    scopes: frozenset[str]
    app: str | None
    label: str
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Try:
    """One try at a proof, counted before it is judged; and what it is judged by."""

    secret: bytes
    last_step: int
    """The newest time step whose code was taken."""
    last_key: str
    """Digest of the one command that it was taken for; empty: of a command that cannot be sent again."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A re-verification by which somebody proves themselves, and who asked for it, where."""

    verification: str
    account: str
    session: str
    """The id of the token."""
    device: str | None
    """Keyed digest; None: it named nothing."""
    sha256: bytes
    """Of the secret that was told to who asked, and to nobody else."""


class ProofStore(Protocol):
    """What people prove themselves with: one TOTP secret an account, and recovery codes by their hashes."""

    def put_secret(self, account: str, secret: bytes) -> None:
        """Keep a secret in place of an older one, with no code taken and no recovery codes."""
        ...

    def has_secret(self, account: str) -> bool:
        """Tell whether a secret is kept."""
        ...

    def take_try(self, account: str, most: int, lock_s: int) -> Try | datetime | None:
        """Count a try; the `most`-th without success locks for `lock_s`. Tells until when it is locked; None: nothing is kept."""
        ...

    def take_step(self, account: str, step: int, command: str) -> bool:
        """Take the code of a time step for a command, and forget the tries; False when one as new was taken already."""
        ...

    def forgive(self, account: str) -> None:
        """Forget the tries."""
        ...

    def put_codes(self, account: str, hashes: Sequence[bytes]) -> None:
        """Keep recovery codes in place of those that are left."""
        ...

    def take_code(self, account: str, sha256: bytes) -> bool:
        """Take a recovery code, and forget the tries; False when there is no such code."""
        ...

    def expect(self, proof: Proof) -> None:
        """Note who may use a re-verification as a proof, for a day. The first stands."""
        ...

    def use(self, proof: Proof, command: str) -> bool:
        """Take a re-verification as a proof for one command; True again for that command, unless it is empty.

        False unless it was expected of just this account, session, device and secret.
        """
        ...

    def codes_left(self, account: str) -> int:
        """Count the recovery codes that are left."""
        ...

    def remove(self, account: str) -> None:
        """Remove everything of an account. May be called again."""
        ...


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request for access as whoever asked sees it. Whether its owner is shown it is in the ledger alone."""

    request: str
    requester: str
    cameo: str
    digest: str
    """Keyed, of what was asked."""
    event_id: str
    """Of the event that shows it to the owner."""
    asked_at: datetime
    state: str = "open"
    """`open`, or the owner's answer; `ignored` is told as open."""
    grant: str | None = None


class RequestBook(Protocol):
    """What people asked owners for."""

    def add_request(self, sent: SentRequest, most: int) -> SentRequest | None:
        """Keep a request, or return the one that is kept under its id; None where `most` to this cameo are unanswered."""
        ...

    def request_of(self, request: str) -> SentRequest | None:
        """Find a request."""
        ...

    def requests_of(self, requests: Sequence[str]) -> Sequence[SentRequest]:
        """Find many, newest first."""
        ...

    def requests_sent(self, requester: str, limit: int, before: tuple[datetime, str] | None) -> Sequence[SentRequest]:
        """List what somebody asked for, newest first, older than one that was seen."""
        ...

    def answer_request(self, request: str, state: str, grant: str | None = None) -> None:
        """Note the answer. May be called again."""
        ...


class AccessStore(RequestBook, Protocol):
    """Handles and tokens, and what was asked for."""

    def claim_handle(self, handle: str, shown: str, account: str) -> bool:
        """Give a normalised handle to an account; False when another account has it. Idempotent."""
        ...

    def account_of(self, handle: str) -> str | None:
        """Find the account of a normalised handle."""
        ...

    def handle_of(self, account: str) -> str | None:
        """Find an account's handle as it is shown."""
        ...

    def add_token(self, token: Token, sha256: bytes) -> None:
        """Keep a token by its hash."""
        ...

    def token_by_hash(self, sha256: bytes) -> Token | None:
        """Find a token that has not expired."""
        ...

    def tokens_of(self, account: str) -> Sequence[Token]:
        """List an account's tokens, oldest first."""
        ...

    def thing_named(self, account: str, name: bytes) -> str | None:
        """Find the thing of an account that bears a name, told by the name's keyed digest."""
        ...

    def name_thing(self, account: str, name: bytes, thing: str) -> str:
        """Keep a thing under a name, or give the one that bears it already."""
        ...

    def forget(self, account: str) -> None:
        """Remove an account's handle, every token and what it asked for. May be called again."""
        ...

    def remove_token(self, account: str, token_id: str) -> bool:
        """Remove one; False when there was none."""
        ...


class Asking(Protocol):
    """Who asks what is permitted."""

    @property
    def account(self) -> str:
        """The caller's account."""
        ...

    @property
    def scopes(self) -> frozenset[str]:
        """What the caller may do."""
        ...

    @property
    def app(self) -> str | None:
        """The app through which the caller calls."""
        ...

    @property
    def at_least(self) -> Mapping[str, int]:
        """Stream → revision that an answer has to have seen."""
        ...


class DecisionPoint(Protocol):
    """Answers AuthZEN's questions. Each raises CommandError where the caller may not ask, or nobody can answer."""

    def decide(self, caller: Asking, asked: Evaluation) -> Decision:
        """Answer one question."""
        ...

    def fast(self) -> DecisionPoint:
        """Give the point that answers single questions and batches from what is near, and may be late."""
        ...

    def subjects(self, caller: Asking, asked: Search) -> Found:
        """Find who may do it."""
        ...

    def resources(self, caller: Asking, asked: Search) -> Found:
        """Find what it may be done with."""
        ...

    def actions(self, caller: Asking, asked: Search) -> Found:
        """Find what may be done."""
        ...


class Candidates(FactReader, Protocol):
    """One reading of the ledger that also tells who and what could come into question. The policy decides each.

    What is listed holds everybody whom the policy could permit, and may hold others.
    """

    def position(self) -> int:
        """Tell the ledger's position that was read; of a view, the log index up to which it holds everything."""
        ...

    def age_us(self) -> int:
        """Tell how old the reading is at most: 0 for the ledger's own."""
        ...

    def requesters(self, cameo: str, owner: str, after: str, limit: int, kinds: Sequence[str]) -> Sequence[str]:
        """List what could use a cameo of these kinds (account, app, group), in order of id, above one."""
        ...

    def cameos(self, requester: str, app: str | None, after: str, limit: int) -> Sequence[str]:
        """List cameos that a requester could use, in order of id, above one."""
        ...


class AskingLedger(Protocol):
    """The ledger as questions read it."""

    def asking(self) -> AbstractContextManager[Candidates]:
        """Open one consistent reading. Never ask the policy inside. Raises LedgerUnavailableError."""
        ...


class FastLedger(AskingLedger, Protocol):
    """A view that may be late: it waits for what a caller has seen."""

    def seeing(self, revisions: Mapping[str, int]) -> AskingLedger:
        """Have every reading hold these revisions. A reading then raises UnavailableError where they do not come in time."""
        ...
