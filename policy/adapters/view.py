"""Reads the consent view. Does not write it (policy.adapters.view_writer) nor judge its age (policy.core.freshness)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lmdb

from policy.adapters.view_layout import (
    COUNT,
    STATE,
    USE,
    Databases,
    close,
    databases,
    decode_state,
    fact_key,
    read_fact,
    read_head,
    split_fact_key,
    use_key,
)
from policy.adapters.view_writer import Arrived, ViewWriter
from policy.core.digest import FactRow, facts_digest, head_row
from policy.core.freshness import MAX_STALENESS_US, Freshness, ViewState, freshness
from policy.ports import Fact, Head, Used

__all__ = ["Arrived", "ViewReader", "ViewWriter"]


class ViewFacts:
    """A FactReader over one read transaction: one consistent reading of this host's view."""

    def __init__(self, view: Databases, transaction: lmdb.Transaction, now_us: int) -> None:
        self._view = view
        self._transaction: Any = transaction  # its stubs cannot tell that buffers are off: values are bytes
        self._now_us = now_us

    def now_us(self) -> int:
        """Tell this host's time at the reading, UTC microseconds."""
        return self._now_us

    def head(self, stream: str) -> Head | None:
        """Find where a stream stands."""
        found = self._transaction.get(stream.encode(), db=self._view.heads)
        return None if found is None else read_head(found)

    def get(self, stream: str, key: str) -> Fact | None:
        """Read one fact."""
        found = self._transaction.get(fact_key(stream, key), db=self._view.facts)
        return None if found is None else read_fact(found)

    def scan(self, stream: str, prefix: str) -> Sequence[tuple[str, Fact]]:
        """Read the facts whose key begins with the prefix, in order of key."""
        first = fact_key(stream, prefix)
        found: list[tuple[str, Fact]] = []
        with self._transaction.cursor(db=self._view.facts) as cursor:
            if not cursor.set_range(first):
                return found
            for key, value in cursor:
                if not key.startswith(first):
                    break
                found.append((split_fact_key(key)[1], read_fact(value)))
        return found

    def used(self, cameo: str, grant: str, generation: str) -> Used:
        """Count the uses of a grant as seen by one generation."""
        count = self._transaction.get(use_key(cameo, grant), db=self._view.uses)
        if count is None:
            return Used(0, mine=False)
        uses, taken_ms = COUNT.unpack(count)
        held = self._transaction.get(use_key(cameo, grant, generation), db=self._view.uses)
        if held is None:
            return Used(uses, mine=False, others_ms=taken_ms)
        return Used(uses - 1, mine=True, others_ms=taken_ms - USE.unpack(held)[1])

    def state(self) -> ViewState | None:
        """Read where the view stands."""
        found = self._transaction.get(STATE, db=self._view.meta)
        return None if found is None else decode_state(found)

    def rows(self) -> Iterator[FactRow]:
        """Read every fact and head, for the digest."""
        with self._transaction.cursor(db=self._view.facts) as cursor:
            for key, value in cursor:
                fact = read_fact(value)
                yield (*split_fact_key(key), fact.value, fact.revision)
        with self._transaction.cursor(db=self._view.heads) as cursor:
            for key, value in cursor:
                yield head_row(key.decode(), *read_head(value))


class ViewReader:
    """The consent view of this host: a FactReader whose every call is a short reading of its own.

    For several reads that belong together, `with view.reading() as facts`: keep it short and ask nobody inside, for an
    open reading keeps old pages from being used again. Safe to share between threads; open it anew after a fork.
    """

    def __init__(self, folder: Path | str, max_staleness_us: int = MAX_STALENESS_US) -> None:
        """Raises StaleViewError (feed.missing) where there is no view yet."""
        self._folder = Path(folder)
        self._view = databases(self._folder, write=False)
        self._max_staleness_us = max_staleness_us

    @contextmanager
    def reading(self) -> Iterator[ViewFacts]:
        """Read facts as they stand together."""
        with self._view.environment.begin(buffers=False) as transaction:
            yield ViewFacts(self._view, transaction, time.time_ns() // 1000)

    def now_us(self) -> int:
        """Tell this host's time, UTC microseconds."""
        return time.time_ns() // 1000

    def head(self, stream: str) -> Head | None:
        """Find where a stream stands."""
        with self.reading() as facts:
            return facts.head(stream)

    def get(self, stream: str, key: str) -> Fact | None:
        """Read one fact."""
        with self.reading() as facts:
            return facts.get(stream, key)

    def scan(self, stream: str, prefix: str) -> Sequence[tuple[str, Fact]]:
        """Read facts by prefix."""
        with self.reading() as facts:
            return facts.scan(stream, prefix)

    def used(self, cameo: str, grant: str, generation: str) -> Used:
        """Count uses."""
        with self.reading() as facts:
            return facts.used(cameo, grant, generation)

    def consent_revision(self, stream: str) -> int:
        """Read one consent revision; 0 where the stream does not exist."""
        return self.consent_revisions((stream,))[stream]

    def consent_revisions(self, streams: Iterable[str]) -> Mapping[str, int]:
        """Read consent revisions together, for the poll every 5 ms; 0 where a stream does not exist."""
        heads = self._view.heads
        with self._view.environment.begin() as transaction:
            found = {stream: transaction.get(stream.encode(), db=heads) for stream in streams}
        return {stream: 0 if head is None else read_head(head).consent_revision for stream, head in found.items()}

    def state(self) -> ViewState | None:
        """Read where the view stands; None before anything was applied."""
        with self.reading() as facts:
            return facts.state()

    @property
    def position(self) -> int:
        """The log index up to which everything is applied; -1 for nothing."""
        state = self.state()
        return -1 if state is None or state.beat is None else state.beat.log_index

    def freshness(self, now_wall_us: int, now_mono_us: int) -> Freshness:
        """Judge the view's age by CLOCK_REALTIME and CLOCK_MONOTONIC. Raises StaleViewError with its code."""
        return freshness(self.state(), now_wall_us, now_mono_us, self._max_staleness_us)

    def digest(self) -> str:
        """Digest every fact and head: equal to the ledger's `facts_digest` when both stand at one position."""
        with self.reading() as facts:
            return facts_digest(facts.rows())

    def statistics(self) -> dict[str, Any]:
        """Count what is in the view and the bytes it takes, for the operator."""
        named = self._view._asdict()
        environment = named.pop("environment")
        with environment.begin() as transaction:
            counts = {name: transaction.stat(database)["entries"] for name, database in named.items()}
        return counts | {"bytes": environment.info()["last_pgno"] * environment.stat()["psize"]}

    def close(self) -> None:
        """Close the view in this process."""
        close(self._folder)
