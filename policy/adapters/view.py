"""Reads the consent view. Does not write it (policy.adapters.view_writer) nor judge its age (policy.core.freshness)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lmdb

from policy.adapters.view_boot import boot_id
from policy.adapters.view_layout import REFUSED, STATE, Databases, close, databases, decode_state, inode, reopened
from policy.adapters.view_rows import Rows
from policy.adapters.view_writer import Arrived, ViewWriter
from policy.core.digest import FactRow, facts_digest, head_row
from policy.core.freshness import MAX_STALENESS_US, Freshness, ViewState, freshness
from policy.core.packing import is_id
from policy.errors import StaleViewError
from policy.ports import Fact, Head, Used
from schemas.ids import partition_of

__all__ = ["Arrived", "ViewReader", "ViewWriter"]


class ViewFacts:
    """A FactReader over one read transaction: one consistent reading of this host's view.

    What the view does not hold it does not call absent: it raises StaleViewError (feed.shard) for a stream of another
    partition, and for use counters unless it holds every partition, for generations of all of them use a grant.
    """

    def __init__(self, view: Databases, transaction: lmdb.Transaction, now_us: int) -> None:
        self._view = view
        self._transaction: Any = transaction
        self._rows = Rows(view, transaction)
        self._now_us = now_us

    def now_us(self) -> int:
        """Tell this host's time at the reading, UTC microseconds."""
        return self._now_us

    def head(self, stream: str) -> Head | None:
        """Find where a stream stands."""
        head = self._rows.head(stream)
        if head is None:
            self._require_held(stream)
        return head

    def get(self, stream: str, key: str) -> Fact | None:
        """Read one fact."""
        number = self._rows.number(stream)
        fact = None if number is None else self._rows.get(number, key)
        if fact is None:
            self.head(stream)  # what is not held is not called absent
        return fact

    def scan(self, stream: str, prefix: str) -> Sequence[tuple[str, Fact]]:
        """Read the facts whose key begins with the prefix, in order of key."""
        number = self._rows.number(stream)
        found = () if number is None else self._rows.scan(number, prefix)
        if not found:
            self.head(stream)
        return found

    def used(self, cameo: str, grant: str, generation: str) -> Used:
        """Count the uses of a grant as seen by one generation."""
        state = self.state()
        if state is not None and not state.whole:
            raise StaleViewError("feed.shard", "generations of partitions that are not held use grants too")
        number = self._rows.number(cameo)
        if number is None:
            return Used(0, mine=False)
        uses, taken_ms = self._rows.uses(number, grant)
        held = self._rows.use(number, grant, generation)
        if held is None:
            return Used(uses, mine=False, others_ms=taken_ms)
        return Used(uses - 1, mine=True, others_ms=taken_ms - held[1])

    def state(self) -> ViewState | None:
        """Read where the view stands."""
        found = self._transaction.get(STATE, db=self._view.meta)
        return None if found is None else decode_state(found)

    def rows(self) -> Iterator[FactRow]:
        """Read every fact and head, for the digest."""
        for stream, key, fact in self._rows.every():
            yield stream, key, fact.value, fact.revision
        for stream, head in self._rows.every_head():
            yield head_row(stream, *head)

    def _require_held(self, stream: str) -> None:
        state = self.state()
        if state is not None and not state.whole and is_id(stream) and partition_of(stream) not in state.held:
            raise StaleViewError("feed.shard", f"partition {partition_of(stream)} is not held here")


class ViewReader:
    """The consent view of this host: a FactReader whose every call is a short reading of its own.

    For several reads that belong together, `with view.reading() as facts`: keep it short and ask nobody inside, for an
    open reading keeps old pages from being used again. Safe to share between threads; open it anew after a fork.
    """

    def __init__(self, folder: Path | str, max_staleness_us: int = MAX_STALENESS_US) -> None:
        """Raises StaleViewError (feed.missing) where there is no view yet."""
        self._folder = Path(folder)
        self._view = databases(self._folder, write=False)
        self._inode = inode(self._folder)
        self._max_staleness_us = max_staleness_us
        self._boot = boot_id()

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
        with self.reading() as facts:
            found = {stream: facts.head(stream) for stream in streams}
        return {stream: 0 if head is None else head.consent_revision for stream, head in found.items()}

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
        return self.age_of(self.state(), now_wall_us, now_mono_us)

    def age_of(self, state: ViewState | None, now_wall_us: int, now_mono_us: int) -> Freshness:
        """Judge the age of a state read together with facts (`facts.state()`). Raises StaleViewError with its code.

        One that refuses looks whether another view lies there by now (restored, or built anew), for the next call.
        """
        try:
            return freshness(state, now_wall_us, now_mono_us, self._max_staleness_us, self._boot)
        except StaleViewError as stale:
            self._follow()
            told = self._refused()
            if told is None:
                raise
            raise StaleViewError(told, "the feeder had to stop applying") from stale

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

    def _follow(self) -> None:
        found = inode(self._folder)
        if found not in {0, self._inode}:
            self._view, self._inode = reopened(self._folder, self._view), found

    def _refused(self) -> str | None:
        try:
            return (self._folder / REFUSED).read_text("utf-8").strip() or None
        except OSError:
            return None
