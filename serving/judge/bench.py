"""Owns which generations wait for a verdict, and appending it. Does not read personal text: see reading."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from serving.core.judging import Lexicon, Meaning, classifier, judge
from serving.judge.blocks import UNREADABLE
from streams.ports import Append, Appended, EventStore, NewEvent

if TYPE_CHECKING:
    from policy.ports import FactReader
    from serving.dispatcher.tail import Touch
    from serving.judge.reading import Reader

ACTOR = "judge"
RULES_CHANGED = "consent.restriction_set"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a generation's verdict must be bound to, and what it is bound to."""

    cameos: tuple[str, ...]
    wanted: dict[str, int]
    judged: dict[str, int] | None
    judged_by: str | None


class Bench:
    """Holds the open generations. Raises what the ledger and the keyholder raise; then the same work waits still.

    A verdict of another classifier is none: after a start with a new one, what is open is judged anew, nothing that has ended.
    """

    def __init__(self, store: EventStore, reader: Reader, lexicon: Lexicon, meaning: Meaning | None) -> None:
        self._store = store
        self._reader = reader
        self._lexicon = lexicon
        self._meaning = meaning
        self._cameos: dict[str, tuple[str, ...]] = {}
        self._waiting: dict[str, None] = {}

    def begin(self, generations: Iterable[str]) -> None:
        """Look at these first."""
        self._waiting = dict.fromkeys(generations)

    def look(self, touches: Iterable[Touch]) -> None:
        """Note what was asked for, ended, or ruled anew."""
        for touch in touches:
            if touch.type == "generation.requested":
                self._waiting[touch.stream] = None
            elif touch.type == RULES_CHANGED:
                concerned = (generation for generation, cameos in self._cameos.items() if touch.stream in cameos)
                self._waiting.update(dict.fromkeys(concerned))

    def judge(self) -> None:
        """Give every waiting generation its verdict; one that the ledger did not take waits on."""
        for generation in list(self._waiting):
            if self._judge(generation):
                del self._waiting[generation]

    def _judge(self, generation: str) -> bool:
        with self._store.snapshot() as facts:
            standing = _standing(facts, generation)
        if standing is None:
            self._cameos.pop(generation, None)
            return True
        self._cameos[generation] = standing.cameos
        if standing.judged == standing.wanted and standing.judged_by == classifier(self._lexicon, self._meaning):
            return True
        asked = self._reader.asked(generation)
        ruled = [self._reader.ruled(cameo) for cameo in standing.cameos]
        verdict = judge(asked.plan_digest, asked.texts, ruled, self._lexicon, self._meaning)
        if asked.unreadable:
            verdict = msgspec.structs.replace(verdict, hard_blocks=(UNREADABLE,))
        outcome = self._store.append(
            Append(
                actor=ACTOR,
                events=[NewEvent(generation, verdict, os.urandom(16).hex())],
                correlation=generation,
            )
        )
        return isinstance(outcome, Appended)


def _standing(facts: FactReader, generation: str) -> Standing | None:
    """Read where a generation stands; None for one that has ended or was never asked for."""
    request = facts.get(generation, "request")
    if request is None or facts.get(generation, "ended") is not None:
        return None
    cameos = tuple(dict.fromkeys(use["cameo"] for use in request.value["cameos"]))
    verdict = facts.get(generation, "verdict")
    rules = {cameo: facts.get(cameo, "restrictions") for cameo in cameos}
    return Standing(
        cameos,
        {cameo: 0 if fact is None else fact.revision for cameo, fact in rules.items()},
        None if verdict is None else {found["cameo"]: found["restrictions_revision"] for found in verdict.value["verdicts"]},
        None if verdict is None else verdict.value["classifier"],
    )
