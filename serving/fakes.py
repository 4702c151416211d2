"""In-memory twins of serving's ports, for unit tests; they pass the same contract tests as the real ones."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime

from schemas.ids import stream_kind
from serving.ports import Candidates, SentRequest, Token
from streams.fakes import InMemoryEventStore, InMemorySnapshot

NAMING = ("grant", "member", "passed")
"""Facts of a cameo that name who could use it."""
UNANSWERED = ("open", "ignored")


class InMemoryRequestBook:
    """A RequestBook that forgets with the process."""

    def __init__(self) -> None:
        self._requests: dict[str, SentRequest] = {}

    def add_request(self, sent: SentRequest, most: int) -> SentRequest | None:
        """Keep a request; None where `most` are unanswered."""
        if sent.request not in self._requests:
            alike = [one for one in self._requests.values() if (one.requester, one.cameo) == (sent.requester, sent.cameo)]
            if sum(one.state in UNANSWERED for one in alike) >= most:
                return None
            self._requests[sent.request] = sent
        return self._requests[sent.request]

    def request_of(self, request: str) -> SentRequest | None:
        """Find a request."""
        return self._requests.get(request)

    def requests_of(self, requests: Sequence[str]) -> Sequence[SentRequest]:
        """Find many, newest first."""
        found = [self._requests[one] for one in requests if one in self._requests]
        return sorted(found, key=lambda one: (one.asked_at, one.request), reverse=True)

    def requests_sent(self, requester: str, limit: int, before: tuple[datetime, str] | None) -> Sequence[SentRequest]:
        """List what somebody asked for, newest first."""
        mine = [one for one in self._requests.values() if one.requester == requester]
        mine = [one for one in mine if before is None or (one.asked_at, one.request) < before]
        return sorted(mine, key=lambda one: (one.asked_at, one.request), reverse=True)[:limit]

    def answer_request(self, request: str, state: str, grant: str | None = None) -> None:
        """Note the answer."""
        self._requests[request] = replace(self._requests[request], state=state, grant=grant)


class InMemoryAccessStore(InMemoryRequestBook):
    """An AccessStore that forgets with the process."""

    def __init__(self) -> None:
        super().__init__()
        self._handles: dict[str, tuple[str, str]] = {}
        self._tokens: dict[bytes, Token] = {}
        self._things: dict[tuple[str, bytes], str] = {}

    def claim_handle(self, handle: str, shown: str, account: str) -> bool:
        """Give a handle; False when another account has it."""
        if self.handle_of(account) is None:
            self._handles.setdefault(handle, (shown, account))
        return self.account_of(handle) == account

    def account_of(self, handle: str) -> str | None:
        """Find the account of a normalised handle."""
        found = self._handles.get(handle)
        return found[1] if found else None

    def handle_of(self, account: str) -> str | None:
        """Find an account's handle as it is shown."""
        return next((shown for shown, owner in self._handles.values() if owner == account), None)

    def add_token(self, token: Token, sha256: bytes) -> None:
        """Keep a token by its hash."""
        self._tokens[sha256] = token

    def token_by_hash(self, sha256: bytes) -> Token | None:
        """Find a token that has not expired."""
        token = self._tokens.get(sha256)
        if token is None or (token.expires_at is not None and token.expires_at <= datetime.now(UTC)):
            return None
        return token

    def tokens_of(self, account: str) -> Sequence[Token]:
        """List an account's tokens, oldest first."""
        mine = [token for token in self._tokens.values() if token.account == account]
        return sorted(mine, key=lambda token: (token.created_at, token.token_id))

    def thing_named(self, account: str, name: bytes) -> str | None:
        """Find the thing of an account that bears a name."""
        return self._things.get((account, name))

    def name_thing(self, account: str, name: bytes, thing: str) -> str:
        """Keep a thing under a name, or give the one that bears it already."""
        return self._things.setdefault((account, name), thing)

    def forget(self, account: str) -> None:
        """Remove an account's handle, every token, what it asked for and what its things are called."""
        self._things = {named: thing for named, thing in self._things.items() if named[0] != account}
        self._requests = {request: sent for request, sent in self._requests.items() if sent.requester != account}
        self._handles = {handle: held for handle, held in self._handles.items() if held[1] != account}
        self._tokens = {sha256: token for sha256, token in self._tokens.items() if token.account != account}

    def remove_token(self, account: str, token_id: str) -> bool:
        """Remove one; False when there was none."""
        for sha256, token in self._tokens.items():
            if token.account == account and token.token_id == token_id:
                del self._tokens[sha256]
                return True
        return False


class InMemoryCandidates(InMemorySnapshot):
    """Candidates over a copy: everybody and every cameo there is, for the policy decides each."""

    def position(self) -> int:
        """Tell how many events were appended."""
        return len(self._state.events)

    def age_us(self) -> int:
        """Tell 0: the ledger is not late."""
        return 0

    def requesters(self, cameo: str, owner: str, after: str, limit: int, kinds: Sequence[str]) -> Sequence[str]:
        """List every account, and the apps and groups that the cameo's facts name."""
        del owner
        named = {key.split("/")[1] for key, _ in self.scan(cameo, "") if key.split("/")[0] in NAMING}
        everybody = {stream for stream in self._state.heads if stream_kind(stream) == "account"} | named
        return sorted(one for one in everybody if one > after and one.partition("-")[0] in kinds)[:limit]

    def cameos(self, requester: str, app: str | None, after: str, limit: int) -> Sequence[str]:
        """List every cameo."""
        del requester, app
        return sorted(stream for stream in self._state.heads if stream_kind(stream) == "cameo" and stream > after)[:limit]


class InMemoryAskingLedger(InMemoryEventStore):
    """The ledger's twin, as questions read it."""

    @contextmanager
    def asking(self) -> Generator[Candidates]:
        """Read facts as they are now, whatever is appended meanwhile."""
        yield InMemoryCandidates(deepcopy(self._state), self._clock())
