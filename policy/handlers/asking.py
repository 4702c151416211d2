"""Asks the policy about requests that nobody has made: one, many, and what would change the answer. Records nothing.

Facts are read in the caller's own snapshot and the policy is asked after it was left: no evaluation holds one open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import msgspec

from policy.core.codes import CodeTable
from policy.core.preflight import Change, Outcome, Variant, double_changes, leeway, single_changes, without_plan
from policy.core.supposing import STRANGER, Supposed, gather_wish
from policy.ports import FactReader, PolicyEngine
from schemas.generation import GenerationRequested
from schemas.registry import Event

Engines = Mapping[str, Sequence[str]]
"""Engine → the obligations that it honours."""
Reading = Callable[[], AbstractContextManager[FactReader]]
Before = Callable[[FactReader, str], list[tuple[str, Event]]]
Named = TypeVar("Named")


def _nothing(facts: FactReader, account: str) -> list[tuple[str, Event]]:
    del facts, account
    return []


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome, the question it answers, and the changes that would turn a refusal into a permit (each was asked)."""

    outcome: Outcome
    question: dict[str, Any]
    would_permit: tuple[tuple[Change, ...], ...] = ()


class Asker:
    """Asks one policy engine. Raises PolicyUnavailableError as the engine does."""

    def __init__(self, engine: PolicyEngine, table: CodeTable, engines: Engines, before: Before = _nothing) -> None:
        """`before`: what a request of an account's would write before itself, which a question about one supposes."""
        self._engine = engine
        self._table = table
        self._engines = engines
        self._before = before

    def question(self, reader: FactReader, wish: GenerationRequested) -> dict[str, Any]:
        """Gather the policy's input for a request, as if it were made now.

        Of a cameo that nobody owns, an account that nobody has is read in its owner's stead: absence takes as long to read.
        """
        if any(reader.get(use.cameo, "owner") is None for use in wish.cameos):
            reader.head(STRANGER)
        first = self._before(reader, wish.requester)
        return gather_wish(Supposed(reader, first) if first else reader, wish, self._engines.get(wish.engine, ())).input

    def ask(self, question: dict[str, Any]) -> Foreseen:
        """Ask whether what was gathered might start."""
        return Foreseen(outcome=without_plan(self._table, self._engine.evaluate(question)), question=question)

    def permitted(self, questions: Iterable[tuple[Named, dict[str, Any]]]) -> list[Named]:
        """Name those that might start, in their order."""
        return [name for name, question in questions if self.ask(question).outcome.permit]

    def foresee(self, reading: Reading, wish: GenerationRequested) -> Foreseen:
        """Ask about a request and, where it is refused, about every smallest change of it.

        What is told of a refusal is of one reading. The same work is done whatever the reason for it.
        """
        with reading() as reader:
            question = self.question(reader, wish)
        found = self.ask(question)
        if found.outcome.permit:
            return found
        with reading() as reader:
            question = self.question(reader, wish)
            left = leeway(question, sorted(self._engines))
            singles = [(one, self._varied(reader, one)) for one in single_changes(wish, left)]
            doubles = [(two, self._varied(reader, two)) for two in double_changes(wish, left)]
        found = self.ask(question)
        if found.outcome.permit:
            return found
        helping = self.permitted(singles) or self.permitted(doubles)
        return msgspec.structs.replace(found, would_permit=tuple(one.changes for one in helping))

    def _varied(self, reader: FactReader, variant: Variant) -> dict[str, Any]:
        question = self.question(reader, variant.wish)
        return question if variant.now_us is None else question | {"now_us": variant.now_us}
