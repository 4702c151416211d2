"""This host's consent view, as questions read it: fast, as old as it says, refused where it is too old. Lists nobody."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

from policy.adapters.view import ViewFacts, ViewReader
from policy.adapters.view_waiting import await_at_least
from policy.core.freshness import Freshness
from policy.errors import StaleViewError
from serving.errors import InvalidError, UnavailableError


class ViewCandidates:
    """Facts of one reading of the view, with its age."""

    def __init__(self, facts: ViewFacts, fresh: Freshness) -> None:
        self._fresh = fresh
        self.now_us = facts.now_us
        self.head = facts.head
        self.get = facts.get
        self.scan = facts.scan
        self.used = facts.used

    def position(self) -> int:
        """Tell the log index up to which the view holds everything."""
        return self._fresh.log_index

    def age_us(self) -> int:
        """Tell how old the view is at most, by the clock that says more."""
        return self._fresh.age_us

    def requesters(self, cameo: str, owner: str, after: str, limit: int, kinds: Sequence[str]) -> NoReturn:
        """Refuse: the view is read by stream, and lists nobody."""
        del cameo, owner, after, limit, kinds
        raise InvalidError("asking.exact", "listings are read from the ledger", "ask for the exact path")

    def cameos(self, requester: str, app: str | None, after: str, limit: int) -> NoReturn:
        """Refuse: the view is read by stream, and lists nothing."""
        del requester, app, after, limit
        raise InvalidError("asking.exact", "listings are read from the ledger", "ask for the exact path")


@dataclass(frozen=True, slots=True)
class ViewLedger:
    """The view of this host, opened when it is first asked of."""

    folder: Path
    max_staleness_us: int
    opened: list[ViewReader] = field(default_factory=list[ViewReader])
    revisions: Mapping[str, int] = field(default_factory=dict[str, int])

    def seeing(self, revisions: Mapping[str, int]) -> ViewLedger:
        """Wait, a second at most, at each reading until the view holds what somebody has seen."""
        return replace(self, revisions=revisions)

    @contextmanager
    def asking(self) -> Generator[ViewCandidates]:
        """Open one reading of a fresh view. Raises UnavailableError with the code of what is wrong with it."""
        try:
            reader = self._reader()
            await_at_least(reader, self.revisions)
            with reader.reading() as facts:
                fresh = reader.age_of(facts.state(), time.time_ns() // 1000, time.monotonic_ns() // 1000)
                yield ViewCandidates(facts, fresh)
        except StaleViewError as stale:
            raise UnavailableError(stale.code, "this host's view cannot be relied on", "ask for the exact path", retry_after_s=1) from stale

    def _reader(self) -> ViewReader:
        if not self.opened:
            self.opened.append(ViewReader(self.folder, self.max_staleness_us))
        return self.opened[0]
