"""Owns the exact decision: facts and heads in one snapshot, policy outside any transaction, one append that holds it all.

Does not know attempts, keys or films: opening, releasing and showing ask it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from policy.core.question import Question, gather, question_of
from policy.ports import Answer, FactReader, PolicyEngine
from schemas.codec import digest
from schemas.generation import Action, AssetRef, GenerationDecided, GenerationRefused
from schemas.registry import Event
from serving.keyholder.checkpoint import Checkpoint
from serving.keyholder.core import Standing, assets_of, moved, standing_of
from streams.ports import Append, Appended, EventStore, NewEvent, Outcome

ACTOR = "keyholder"
TRIES = 3
"""How often a decision is made anew when what it held has moved; then `consent.contended`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One action of one generation, as asked. `honours`: obligations that the engine keeps."""

    generation: str
    action: Action
    attempt: int | None = None
    honours: tuple[str, ...] = ()
    film_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one snapshot told: where the generation stands, and the policy's whole input."""

    asked: Asked
    standing: Standing
    question: Question
    input: dict[str, Any]
    holding: dict[str, int]
    assets: tuple[AssetRef, ...] | None
    """The newest asset of each facet asked for; None when one is missing."""

    @property
    def bundle_sha256(self) -> str | None:
        """The bundle that the record says is in force."""
        bundle: str | None = self.input.get("bundle", {}).get("active_sha256")
        return bundle

    @property
    def owners(self) -> tuple[str, ...]:
        """The accounts of the cameos' owners, as far as they are known."""
        return tuple(sorted({cameo["owner"] for cameo in self.input["cameos"] if "owner" in cameo}))


class Exact:
    """Reads, asks and appends. Everything it raises means that nothing was decided."""

    def __init__(self, store: EventStore, policy: PolicyEngine, checkpoint: Checkpoint, draw_id: Callable[[str], str]) -> None:
        """`draw_id(kind)` names what is new: decisions and events."""
        self.store = store
        self._policy = policy
        self._checkpoint = checkpoint
        self._draw_id = draw_id

    @contextmanager
    def snapshot(self) -> Iterator[FactReader]:
        """Read a ledger that is known not to be behind. Raises LedgerBehindError, LedgerUnavailableError."""
        self._checkpoint.require(self.store)
        with self.store.snapshot() as reader:
            yield reader

    def standing(self, generation: str) -> Standing:
        """Tell where a generation stands."""
        with self.snapshot() as reader:
            return standing_of(reader, generation)

    def read(self, asked: Asked) -> Reading | None:
        """Read everything that a decision rests on; None where no such generation was requested."""
        with self.snapshot() as reader:
            question = question_of(reader, asked.generation, asked.action, asked.honours, asked.attempt, asked.film_sha256)
            if question is None:
                return None
            found = gather(reader, question)
            assets = assets_of(reader, ((use.cameo, use.facets) for use in question.cameos))
            return Reading(asked, standing_of(reader, asked.generation), question, *found, assets)

    def still(self, generation: str, holding: Mapping[str, int]) -> Standing | None:
        """Read the heads again: where the generation stands now, or None when anything held has moved."""
        with self.store.snapshot() as reader:
            return None if moved(reader, holding) else standing_of(reader, generation)

    def answer(self, reading: Reading) -> Answer:
        """Ask the keyholder's own policy engine. Raises PolicyUnavailableError."""
        return self._policy.evaluate(reading.input)

    def draw_id(self, kind: str) -> str:
        """Name something new."""
        return self._draw_id(kind)

    def decided(self, reading: Reading, answer: Answer) -> GenerationDecided:
        """Make the record of policy's decision, whole enough to be replayed offline."""
        return GenerationDecided(
            decision=self._draw_id("decision"),
            action=reading.asked.action,
            attempt=reading.asked.attempt,
            permit=answer.permit,
            codes=answer.unmet,
            obligations=answer.obligations,
            input=reading.input,
            input_sha256=digest(reading.input),
            bundle_sha256=answer.bundle_sha256,
            holding=reading.holding,
            not_after_us=answer.not_after_us,
            path="exact",
        )

    def append_held(self, reading: Reading, decided: GenerationDecided, event: Event, not_after_us: int | None) -> Outcome:
        """Append a permit and what follows from it, holding all that was read; Conflict means: decide again."""
        return self._append(
            reading.asked.generation,
            (decided, event),
            expected={reading.asked.generation: reading.standing.revision},
            holding=reading.holding,
            not_after_us=not_after_us,
            idempotency_key=decided.decision,
        )

    def append_refusal(self, reading: Reading, decided: GenerationDecided) -> Outcome:
        """Append a refusal that ends the generation and returns its reservations; Conflict means: decide again."""
        refused = GenerationRefused(
            attempt=reading.asked.attempt,
            action=decided.action,
            codes=decided.codes,
            decision=decided.decision,
            reported_by=ACTOR,
            uses=reading.standing.reserved,
        )
        return self._append(
            reading.asked.generation,
            (decided, refused),
            expected={reading.asked.generation: reading.standing.revision},
            idempotency_key=decided.decision,
        )

    def append_seen(self, reading: Reading, decided: GenerationDecided) -> Outcome:
        """Append a decision on showing a film: it holds consent, but other viewers may have come in between."""
        holding = reading.holding if decided.permit else {}
        return self._append(reading.asked.generation, (decided,), holding=holding, idempotency_key=decided.decision)

    def decided_here(
        self, standing: Standing, action: Action, attempt: int | None, codes: Sequence[str], about: dict[str, Any]
    ) -> GenerationDecided:
        """Make the record of the keyholder's own refusal. No policy was asked: it names no bundle and holds nothing."""
        seen = {"rule": "keyholder", "asked": about, "standing": _of_attempts(standing)}
        return GenerationDecided(
            decision=self._draw_id("decision"), action=action, attempt=attempt, permit=False, codes=tuple(codes), obligations=(),
            input=seen, input_sha256=digest(seen), bundle_sha256="", holding={}, not_after_us=None, path="exact",
        )  # fmt: skip

    def record_lie(self, standing: Standing, action: Action, attempt: int, code: str, about: dict[str, Any]) -> None:
        """Record that an attempt asked for what it may not have. Ends nothing: another attempt may be honest."""
        if standing.engine is not None:
            decided = self.decided_here(standing, action, attempt, (code,), about)
            self._append(standing.generation, (decided,), idempotency_key=decided.decision)

    def append_to(self, stream: str, event: Event, idempotency_key: str) -> Outcome:
        """Append one event of record wherever its stream stands; may be called again with the same key."""
        return self._append(stream, (event,), idempotency_key=idempotency_key)

    def _append(
        self,
        stream: str,
        events: Sequence[Event],
        *,
        idempotency_key: str,
        expected: Mapping[str, int] | None = None,
        holding: Mapping[str, int] | None = None,
        not_after_us: int | None = None,
    ) -> Outcome:
        outcome = self.store.append(
            Append(
                actor=ACTOR,
                events=[NewEvent(stream, event, self._draw_id("event")) for event in events],
                correlation=stream,
                expected=expected or {},
                holding=holding or {},
                not_after_us=not_after_us,
                idempotency_key=idempotency_key,
            )
        )
        if isinstance(outcome, Appended):
            self._checkpoint.note(outcome.envelopes)
        return outcome


def _of_attempts(standing: Standing) -> dict[str, Any]:
    started, draft = standing.started, standing.draft
    return {
        "now_us": standing.now_us,
        "revision": standing.revision,
        "engine": standing.engine,
        "lease": None if standing.lease is None else {"attempt": standing.lease.attempt, "until_us": standing.lease.lease_until_us},
        "lost": standing.lost,
        "started": None if started is None else {"attempt": started.attempt, "public_key": started.public_key},
        "draft": None if draft is None else {"attempt": draft.attempt},
        "ended": standing.ended,
    }
