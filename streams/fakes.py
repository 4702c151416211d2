"""InMemoryEventStore: the ledger's twin for unit tests, held to the same contract suite. Does not keep anything, nor check rights."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field

from policy.core.facts import UseWrite
from policy.ports import Fact, FactReader, Head, Used
from schemas.codec import encode
from schemas.envelope import Envelope
from schemas.ids import partition_of
from streams.appending import EventRow, envelope_of, request_digest, rows_of
from streams.core.tree import leaf_hash
from streams.errors import IdempotencyError
from streams.ports import AlreadyDone, Append, Appended, ClockAstray, Conflict, Exhausted, Expired, Logged, Outcome

CLOCK_TOLERANCE_US = 100_000


def _wall_us() -> int:
    return time.time_ns() // 1000


_Limits = tuple[int | None, int | None]
"""How many uses, and how many milliseconds; None: unlimited."""


@dataclass
class _State:
    heads: dict[str, Head] = field(default_factory=dict[str, Head])
    times: dict[str, int] = field(default_factory=dict[str, int])
    facts: dict[str, dict[str, Fact]] = field(default_factory=dict[str, dict[str, Fact]])
    limits: dict[tuple[str, str], _Limits] = field(default_factory=dict[tuple[str, str], "_Limits"])
    uses: dict[tuple[str, str], dict[str, tuple[str, int]]] = field(default_factory=dict[tuple[str, str], dict[str, tuple[str, int]]])
    """(cameo, grant) → generation → `reserved` or `consumed`, and the length it took in ms."""
    keys: dict[tuple[str, str], tuple[str, tuple[int, ...]]] = field(default_factory=dict[tuple[str, str], tuple[str, tuple[int, ...]]])
    events: list[Envelope] = field(default_factory=list[Envelope])

    def length_ms(self, generation: str) -> int | None:
        """Tell how long a film a generation asked for; None where nobody asked."""
        request = self.facts.get(generation, {}).get("request")
        return None if request is None else request.value["duration_ms"]


class InMemoryEventStore:
    """A ledger in one process. `clock` gives UTC microseconds. Every event is numbered at once, as if relayed."""

    def __init__(self, tenant: str = "main", clock: Callable[[], int] = _wall_us) -> None:
        self._tenant = tenant
        self._clock = clock
        self._state = _State()

    def append(self, append: Append) -> Outcome:
        """Append; see the port."""
        rows = rows_of(append, self._tenant)
        done = self._done(append, rows)
        if done is not None:
            return done
        moved = self._moved(append, rows)
        if moved is not None:
            return moved
        latest = max((self._state.times.get(stream, 0) for stream in {*append.holding, *(r.stream for r in rows)}), default=0)
        now_us = self._clock()
        if latest - now_us > CLOCK_TOLERANCE_US:
            return ClockAstray(latest, now_us)
        if append.not_after_us is not None and append.not_after_us <= now_us:
            return Expired(append.not_after_us, now_us)
        spent = self._spent(rows)
        if spent is not None:
            return spent
        return Appended(self._write(append, rows, max(now_us, latest)))

    @contextmanager
    def snapshot(self) -> Iterator[FactReader]:
        """Read facts as they are now, whatever is appended meanwhile."""
        yield InMemorySnapshot(deepcopy(self._state), self._clock())

    def read(self, stream: str, after: int = 0) -> Sequence[Envelope]:
        """Read a stream's events above a revision, in order."""
        return [event for event in self._state.events if event.stream == stream and event.revision > after]

    def read_positions(self, positions: Sequence[int]) -> Sequence[Envelope]:
        """Read the events at these positions, in order of position."""
        return [event for event in self._state.events if event.position in set(positions)]

    def read_all(self, after: int = 0, limit: int = 1000) -> Iterator[Envelope]:
        """Read every event above a position."""
        del limit
        return (event for event in self._state.events if event.position > after)

    def read_numbered(self, after: int = 0, limit: int = 1000) -> Iterator[tuple[int | None, Envelope]]:
        """Read every event above a position with its log index."""
        del limit
        return ((index, event) for index, event in enumerate(self._state.events) if event.position > after)

    def read_log(self, after: int = -1, limit: int = 1000) -> Sequence[Logged]:
        """Read at most `limit` log entries above an index."""
        sequences: dict[int, int] = {}
        found: list[Logged] = []
        for index, event in enumerate(self._state.events):
            partition = partition_of(event.stream)
            sequences[partition] = sequences.get(partition, 0) + 1
            if index > after:
                found.append(Logged(index, partition, sequences[partition], leaf_hash(encode(event)), event))
        return found[:limit]

    def _done(self, append: Append, rows: tuple[EventRow, ...]) -> AlreadyDone | None:
        if append.idempotency_key is not None:
            known = self._state.keys.get((append.actor, append.idempotency_key))
            if known is not None:
                if known[0] != request_digest(append, rows):
                    raise IdempotencyError
                return AlreadyDone(known[1])
        ids = {row.event_id for row in rows}
        there = [event for event in self._state.events if event.event_id in ids]
        if not there:
            return None
        if len(there) != len(rows):
            raise IdempotencyError
        return AlreadyDone(tuple(event.position for event in there))

    def _moved(self, append: Append, rows: tuple[EventRow, ...]) -> Conflict | None:
        for stream in sorted({*append.holding, *(row.stream for row in rows)}):
            head = self._state.heads.get(stream, Head(0, 0))
            expected = append.expected.get(stream)
            if expected is not None and expected != head.revision:
                return Conflict(stream, expected, head.revision)
            held = append.holding.get(stream)
            if held is not None and held != head.consent_revision:
                return Conflict(stream, held, head.consent_revision)
        return None

    def _spent(self, rows: tuple[EventRow, ...]) -> Exhausted | None:
        wanted = {(use.cameo, use.grant, row.stream) for row in rows for use in row.uses if use.step in {"reserve", "consume"}}
        for cameo, grant, generation in sorted(wanted):
            if (cameo, grant) not in self._state.limits:
                return Exhausted(cameo, grant)
            (limit, limit_ms), users = self._state.limits[cameo, grant], self._state.uses[cameo, grant]
            if generation in users:
                continue
            if limit is not None and len(users) >= limit:
                return Exhausted(cameo, grant)
            if limit_ms is not None:
                length_ms = self._state.length_ms(generation)
                if length_ms is None or sum(taken for _, taken in users.values()) + length_ms > limit_ms:
                    return Exhausted(cameo, grant)
        return None

    def _write(self, append: Append, rows: tuple[EventRow, ...], time_us: int) -> tuple[Envelope, ...]:
        written: list[Envelope] = []
        for row in rows:
            before = self._state.heads.get(row.stream, Head(0, 0))
            revision = before.revision + 1
            self._state.heads[row.stream] = Head(revision, revision if row.consent else before.consent_revision)
            self._state.times[row.stream] = time_us
            written.append(envelope_of(append, row, self._tenant, revision, len(self._state.events) + 1, time_us))
            self._state.events.append(written[-1])
            facts = self._state.facts.setdefault(row.stream, {})
            for fact in row.facts:
                facts.pop(fact.key, None)
                if fact.value is not None:
                    facts[fact.key] = Fact(fact.value, revision)
            for use in row.uses:
                self._move(use, row.stream)
        if append.idempotency_key is not None:
            positions = tuple(event.position for event in written)
            self._state.keys[append.actor, append.idempotency_key] = (request_digest(append, rows), positions)
        return tuple(written)

    def _move(self, use: UseWrite, generation: str) -> None:
        users = self._state.uses.setdefault((use.cameo, use.grant), {})
        if use.step == "open":
            self._state.limits[use.cameo, use.grant] = (use.limit, use.limit_ms)
            return
        state, taken_ms = users.get(generation, (None, self._state.length_ms(generation) or 0))
        if use.step == "consume" or (use.step == "reserve" and state is None):
            users[generation] = (use.step + "d", taken_ms)
        elif use.step == "return" and state == "reserved":
            del users[generation]


class InMemorySnapshot:
    """A FactReader over a copy."""

    def __init__(self, state: _State, now_us: int) -> None:
        self._state = state
        self._now_us = now_us

    def now_us(self) -> int:
        """Tell the time of the copy, UTC microseconds."""
        return self._now_us

    def head(self, stream: str) -> Head | None:
        """Find where a stream stands."""
        return self._state.heads.get(stream)

    def get(self, stream: str, key: str) -> Fact | None:
        """Read one fact."""
        return self._state.facts.get(stream, {}).get(key)

    def scan(self, stream: str, prefix: str) -> Sequence[tuple[str, Fact]]:
        """Read the facts whose key begins with the prefix, in order of key."""
        facts = self._state.facts.get(stream, {})
        return [(key, facts[key]) for key in sorted(facts) if key.startswith(prefix)]

    def used(self, cameo: str, grant: str, generation: str) -> Used:
        """Count the uses of a grant as seen by one generation."""
        users = self._state.uses.get((cameo, grant), {})
        others = [taken_ms for user, (_, taken_ms) in users.items() if user != generation]
        return Used(len(others), generation in users, sum(others))
