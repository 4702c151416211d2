"""Supposing: facts as they would be if events were appended that never were. Writes nothing, decides nothing.

So a question about a request that nobody recorded is gathered by the very code that gathers recorded ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from policy.core.facts import fold
from policy.core.question import Gathered, gather, question_of
from policy.ports import Fact, FactReader, Head, Used
from schemas.account import AccountInvited, AccountRegistered, PlanSet
from schemas.generation import GenerationRequested
from schemas.registry import Event

NEVER = "generation-" + "0" * 32
"""The generation that a supposed request stands in; no recorded one has this id."""
STRANGER = "account-" + "0" * 32
"""The account of somebody whom nobody knows; no registered one has this id."""
STRANGERS_QUOTA = "quota-" + "0" * 32
NO_PLAN = "0" * 64
"""Stands where a plan's digest would: there is no plan, so no verdict can be about it."""


class Supposed:
    """A FactReader over another one, with events on top of what is recorded. What it does not know it asks the other."""

    def __init__(self, reader: FactReader, history: Iterable[tuple[str, Event]]) -> None:
        self._reader = reader
        self._facts: dict[str, dict[str, Fact | None]] = {}
        self._heads: dict[str, Head] = {}
        for stream, event in history:
            self._append(stream, event)

    def _append(self, stream: str, event: Event) -> None:
        head = self.head(stream) or Head(0, 0)
        revision = head.revision + 1
        self._heads[stream] = Head(revision, revision)
        facts = self._facts.setdefault(stream, {})
        for write in fold(event):
            facts[write.key] = None if write.value is None else Fact(_stored(write.value), revision)

    def now_us(self) -> int:
        """Tell the time of the reading beneath."""
        return self._reader.now_us()

    def head(self, stream: str) -> Head | None:
        """Find where a stream would stand."""
        return self._heads.get(stream) or self._reader.head(stream)

    def get(self, stream: str, key: str) -> Fact | None:
        """Read one fact as it would be."""
        supposed = self._facts.get(stream, {})
        return supposed[key] if key in supposed else self._reader.get(stream, key)

    def scan(self, stream: str, prefix: str) -> Sequence[tuple[str, Fact]]:
        """Read facts by prefix as they would be, in order of key."""
        if stream not in self._facts:
            return self._reader.scan(stream, prefix)
        found: dict[str, Fact | None] = dict(self._reader.scan(stream, prefix))
        found |= {key: fact for key, fact in self._facts[stream].items() if key.startswith(prefix)}
        return [(key, fact) for key in sorted(found) if (fact := found[key]) is not None]

    def used(self, cameo: str, grant: str, generation: str) -> Used:
        """Count uses as they are: nothing supposed uses anything."""
        return self._reader.used(cameo, grant, generation)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)


def gather_wish(reader: FactReader, wish: GenerationRequested, honours: Sequence[str]) -> Gathered:
    """Gather the question whether this request might start, were it made now. Its plan is unknown, so no verdict is there."""
    supposed = Supposed(reader, [(NEVER, wish)])
    question = question_of(supposed, NEVER, "start", honours)
    if question is None:
        message = "a request that was supposed is always there"
        raise AssertionError(message)
    return gather(supposed, question)


def a_stranger(region: str) -> list[tuple[str, Event]]:
    """Suppose somebody in good standing who has to do with nobody, whom no invitation and no plan keeps out."""
    plan = PlanSet(plan="supposed", quota=STRANGERS_QUOTA, uses=None, duration_ms=None, from_us=0, until_us=None)
    invited = AccountInvited(invitation="supposed", by=STRANGER)
    registered = AccountRegistered(region=region, locale="en", minor=False)
    return [(STRANGER, event) for event in (registered, invited, plan)]


def _stored(value: dict[str, Any]) -> dict[str, Any]:
    """Give a value as a store gives it back: lists, no tuples."""
    return msgspec.json.decode(msgspec.json.encode(value))
