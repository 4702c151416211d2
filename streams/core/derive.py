"""Owns deriving heads, facts and use counters from events alone, for `fsck`. Does not read the ledger or compare."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from policy.core.facts import UseWrite, fold, uses_of
from schemas.codec import event_of
from schemas.envelope import Envelope
from schemas.registry import by_wire


class HeadRow(NamedTuple):
    """A stream's head as the ledger keeps it."""

    revision: int
    consent_revision: int
    head_time_us: int


class Counter(NamedTuple):
    """An allowance's limits (None: unlimited), and the uses and milliseconds that are reserved or consumed."""

    limit: int | None
    used: int
    limit_ms: int | None = None
    used_ms: int = 0


@dataclass
class Derived:
    """What the ledger's tables must hold after the events that were followed, and what was wrong with the events."""

    heads: dict[str, HeadRow] = field(default_factory=dict[str, HeadRow])
    facts: dict[tuple[str, str], tuple[dict[str, Any], int]] = field(default_factory=dict[tuple[str, str], tuple[dict[str, Any], int]])
    uses: dict[tuple[str, str, str], tuple[str, int]] = field(default_factory=dict[tuple[str, str, str], tuple[str, int]])
    """(cameo, grant, generation) → reserved, consumed or returned, and its length in ms."""
    counters: dict[tuple[str, str], Counter] = field(default_factory=dict[tuple[str, str], Counter])
    problems: list[str] = field(default_factory=list[str])

    def follow(self, envelope: Envelope) -> None:
        """Follow one event. Events of a stream must come in order of revision; raises SchemaError for an unreadable one."""
        event = event_of(envelope)
        before = self.heads.get(envelope.stream, HeadRow(0, 0, 0))
        if envelope.revision != before.revision + 1:
            self.problems.append(f"{envelope.stream}: revision {envelope.revision} follows {before.revision}")
        if envelope.time_us < before.head_time_us:
            self.problems.append(f"{envelope.stream}: time runs backwards at revision {envelope.revision}")
        moves = by_wire(envelope.type, envelope.version).consent
        consent_revision = envelope.revision if moves else before.consent_revision
        self.heads[envelope.stream] = HeadRow(envelope.revision, consent_revision, envelope.time_us)
        for write in fold(event):
            if write.value is None:
                self.facts.pop((envelope.stream, write.key), None)
            else:
                self.facts[envelope.stream, write.key] = (msgspec.json.decode(msgspec.json.encode(write.value)), envelope.revision)
        for use in uses_of(event, envelope.stream):
            self._use(use, envelope.stream)

    def _use(self, use: UseWrite, generation: str) -> None:
        grant, key = (use.cameo, use.grant), (use.cameo, use.grant, generation)
        counter = self.counters.get(grant)
        if use.step == "open":
            used = (0, 0) if counter is None else (counter.used, counter.used_ms)
            self.counters[grant] = Counter(use.limit, used[0], use.limit_ms, used[1])
            return
        state, length_ms = self.uses.get(key, (None, 0))
        if use.step == "return":
            if state == "reserved" and counter is not None:
                self.counters[grant] = counter._replace(used=counter.used - 1, used_ms=counter.used_ms - length_ms)
                self.uses[key] = ("returned", length_ms)
            return
        if state in (None, "returned"):
            request = self.facts.get((generation, "request"))
            length_ms = 0 if request is None else request[0]["duration_ms"]
            self.counters[grant] = self._taken(counter, use, generation, length_ms)
        if state != "consumed":
            self.uses[key] = ("consumed" if use.step == "consume" else "reserved", length_ms)

    def _taken(self, counter: Counter | None, use: UseWrite, generation: str, length_ms: int) -> Counter:
        before = counter or Counter(None, 0)
        taken = before._replace(used=before.used + 1, used_ms=before.used_ms + length_ms)
        too_many = taken.limit is not None and taken.used > taken.limit
        too_long = taken.limit_ms is not None and taken.used_ms > taken.limit_ms
        if counter is None or too_many or too_long:
            self.problems.append(f"{generation}: a use of {use.grant} of {use.cameo} that was not there")
        return taken


def differences(name: str, derived: dict[Any, Any], kept: dict[Any, Any], most: int = 20) -> list[str]:
    """Tell where a kept table differs from what follows from the events; at most `most` lines and a count."""
    keys = sorted(key for key in derived.keys() | kept.keys() if derived.get(key) != kept.get(key))
    lines = [f"{name} {key}: kept {kept.get(key, 'nothing')}, derived {derived.get(key, 'nothing')}" for key in keys[:most]]
    return lines + ([f"{name}: {len(keys) - most} more differ"] if len(keys) > most else [])
