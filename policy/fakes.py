"""In-memory facts and policy, for unit tests and simulation: folded from events, judged by the reference. Persists nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from policy.core.facts import UseWrite, fold, uses_of
from policy.ports import Answer, Fact, Head, Used
from policy.reference import judge
from schemas.registry import Event, by_class


def _stored(value: dict[str, Any]) -> dict[str, Any]:
    """Give a value as a store gives it back: lists, no tuples."""
    return msgspec.json.decode(msgspec.json.encode(value))


class InMemoryFacts:
    """Facts of a history of (stream, event), in order; revisions count from 1 in each stream."""

    def __init__(self, history: Iterable[tuple[str, Event]] = (), *, now_us: int = 0) -> None:
        self.time_us = now_us
        self.heads: dict[str, Head] = {}
        self.facts: dict[str, dict[str, Fact]] = {}
        self.uses: dict[tuple[str, str], dict[str, tuple[str, int]]] = {}
        """(cameo, grant) → generation → its state and the length it took."""
        for stream, event in history:
            self.append(stream, event)

    def append(self, stream: str, event: Event) -> int:
        """Apply one event; tells its revision."""
        last = self.heads.get(stream, Head(0, 0))
        revision = last.revision + 1
        moved = by_class(type(event)).consent
        self.heads[stream] = Head(revision, revision if moved else last.consent_revision)
        facts = self.facts.setdefault(stream, {})
        for write in fold(event):
            if write.value is None:
                facts.pop(write.key, None)
            else:
                facts[write.key] = Fact(_stored(write.value), revision)
        for use in uses_of(event, stream):
            self._use(use, stream)
        return revision

    def _use(self, use: UseWrite, generation: str) -> None:
        held = self.uses.setdefault((use.cameo, use.grant), {})
        state, taken_ms = held.get(generation, (None, 0))
        if use.step in ("reserve", "consume") and state is None:
            request = self.get(generation, "request")
            taken_ms = 0 if request is None else request.value["duration_ms"]
        if use.step == "consume" or (use.step == "reserve" and state is None):
            held[generation] = (use.step + "d", taken_ms)
        elif use.step == "return" and state == "reserved":
            del held[generation]

    def now_us(self) -> int:
        """Tell the time that was set."""
        return self.time_us

    def head(self, stream: str) -> Head | None:
        """Find where a stream stands."""
        return self.heads.get(stream)

    def get(self, stream: str, key: str) -> Fact | None:
        """Read one fact."""
        return self.facts.get(stream, {}).get(key)

    def scan(self, stream: str, prefix: str) -> Sequence[tuple[str, Fact]]:
        """Read facts by prefix, in order of key."""
        facts = self.facts.get(stream, {})
        return [(key, facts[key]) for key in sorted(facts) if key.startswith(prefix)]

    def used(self, cameo: str, grant: str, generation: str) -> Used:
        """Count uses by other generations and by this one."""
        held = self.uses.get((cameo, grant), {})
        others = [taken_ms for user, (_, taken_ms) in held.items() if user != generation]
        return Used(len(others), generation in held, sum(others))


class InMemoryPolicy:
    """A PolicyEngine without OPA: the reference answers, as the bundle of that digest would."""

    def __init__(self, bundle_sha256: str) -> None:
        self.bundle_sha256 = bundle_sha256

    def evaluate(self, question: dict[str, Any]) -> Answer:
        """Evaluate one input."""
        return judge(question, self.bundle_sha256)
