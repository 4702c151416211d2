"""Where a history is played: the model alone, in memory. Does not draw; see tests.chaos.model.real for the real parts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import msgspec

from policy.core.question import gather, question_of
from policy.fakes import InMemoryFacts
from policy.ports import Answer, PolicyEngine
from policy.reference import judge
from schemas import generation
from schemas.generation import Action
from schemas.ids import POLICY_STREAM, SWITCH_STREAM
from schemas.registry import by_class
from serving.keyholder.core import ends_generation, quota_of, standing_of, uses_of_basis
from tests.chaos.model.cast import OBLIGATION, Cast, Told

HONOURS = (OBLIGATION,)
TOLD_AT_ONCE = 30
LEASE_US = 3_600_000_000


@dataclass(frozen=True)
class Wanted:
    """One question about a generation, asked at several times."""

    generation: str
    action: Action
    at_us: tuple[int, ...]
    honours: tuple[str, ...] = HONOURS
    film_sha256: str | None = None


class Outcome(NamedTuple):
    """What became of an open or a release: opened, released, draft or refused; and why."""

    outcome: str
    codes: tuple[str, ...] = ()


def film_of(one: str) -> bytes:
    """Make a generation's film."""
    return b"the film of " + one.encode()


def digest_of(one: str) -> str:
    """Tell the digest of a generation's film."""
    return hashlib.sha256(film_of(one)).hexdigest()


def known_of(facts: InMemoryFacts, wanted: Wanted) -> tuple[dict[str, Any], dict[str, int]]:
    """Tell the model's input (its time is the model's own) and what it holds."""
    question = question_of(facts, wanted.generation, wanted.action, wanted.honours, 1, wanted.film_sha256)
    assert question is not None, wanted
    found = gather(facts, question)
    return msgspec.json.decode(msgspec.json.encode(found.input)), found.holding


def expected(facts: InMemoryFacts, bundle_sha256: str, wanted: Wanted, at_us: int) -> tuple[dict[str, Any], dict[str, int], Answer]:
    """Answer from the model: its input, what it holds, and the reference's judgement."""
    known, holding = known_of(facts, wanted)
    asked = known | {"now_us": at_us}
    return asked, holding, judge(asked, bundle_sha256)


class Stage(Protocol):
    """What a history needs of where it is played."""

    facts: InMemoryFacts
    bundle_sha256: str
    kinds: set[str]
    """Wire names of all that was told."""

    def begin(self) -> Cast:
        """Begin a history: people of its own, switches as installed."""
        ...

    def now_us(self) -> int:
        """Tell the time."""
        ...

    def tell(self, *told: Told) -> None:
        """Append events, and wait until every way has heard of them."""
        ...

    def request(self, one: str, requested: generation.GenerationRequested) -> None:
        """Append a request, its plan sealed where there is anybody to seal it."""
        ...

    def assets(self, cameos: Sequence[tuple[str, str]]) -> None:
        """Give cameos (cameo, owner) what the keyholder hands out."""
        ...

    def open(self, one: str, attempt: int) -> Outcome:
        """Open an attempt, as a replica."""
        ...

    def release(self, one: str, attempt: int) -> Outcome:
        """Hand in the attempt's film, as a replica."""
        ...

    def release_draft(self, one: str) -> Outcome:
        """Decide again about a draft that its subjects answered."""
        ...

    def show(self, one: str, viewer: str) -> Outcome:
        """Ask for a released film: shown or refused."""
        ...

    def compare(self, wanted: Sequence[Wanted]) -> list[Answer]:
        """Ask by every way; the answers, of which all were equal."""
        ...


class ModelStage:
    """The model alone: events in memory, judged by the reference; OPA beside it is asked the same."""

    def __init__(self, engine: PolicyEngine, bundle_sha256: str, installed: Sequence[Told], now_us: int) -> None:
        self.bundle_sha256, self.facts = bundle_sha256, InMemoryFacts(installed, now_us=now_us)
        self._engine, self._installed, self._histories = engine, tuple(installed), 0
        self.kinds: set[str] = set()

    def begin(self) -> Cast:
        self.facts = InMemoryFacts(self._installed, now_us=self.facts.time_us)
        self._histories += 1
        return Cast(self._histories)

    def now_us(self) -> int:
        return self.facts.time_us

    def tell(self, *told: Told) -> None:
        for stream, event in told:
            self.kinds.add(by_class(type(event)).name)
            self.facts.append(stream, event)

    def request(self, one: str, requested: generation.GenerationRequested) -> None:
        self.facts.append(one, requested)

    def assets(self, cameos: Sequence[tuple[str, str]]) -> None:
        """Nothing is handed out here."""

    def open(self, one: str, attempt: int) -> Outcome:
        asked, holding, answer = expected(self.facts, self.bundle_sha256, Wanted(one, "start", ()), self.now_us())
        if not answer.permit:
            return self._refused(one, attempt, "start", answer)
        uses = uses_of_basis(answer.basis, standing_of(self.facts, one).reserved, quota_of(asked))
        started = generation.GenerationStarted(
            attempt=attempt, decision="d", public_key="k", holding=holding, not_after_us=answer.not_after_us, uses=uses, assets=()
        )
        self.facts.append(one, started)
        return Outcome("opened")

    def release(self, one: str, attempt: int) -> Outcome:
        film = digest_of(one)
        wanted = Wanted(one, "release", (), film_sha256=film)
        _, holding, answer = expected(self.facts, self.bundle_sha256, wanted, self.now_us())
        if answer.permit:
            uses = standing_of(self.facts, one).reserved
            released = generation.GenerationReleased(
                attempt=attempt, decision="d", sealed_sha256="s", film_sha256=film, key_id="k", holding=holding, uses=uses
            )
            self.facts.append(one, released)
            return Outcome("released")
        draft = expected(self.facts, self.bundle_sha256, Wanted(one, "draft", (), film_sha256=film), self.now_us())[2]
        if answer.review and draft.permit and standing_of(self.facts, one).draft is not None:
            return Outcome("draft", answer.unmet)
        if answer.review and draft.permit:
            offered = generation.DraftReleased(
                attempt=attempt, decision="d", sealed_sha256="s", film_sha256=film, key_id="k", subjects=tuple(sorted(draft.review))
            )
            self.facts.append(one, offered)
            return Outcome("draft", answer.unmet)
        return self._refused(one, attempt, "release", answer)

    def release_draft(self, one: str) -> Outcome:
        draft = standing_of(self.facts, one).draft
        assert draft is not None
        return self.release(one, draft.attempt)

    def show(self, one: str, viewer: str) -> Outcome:
        del viewer
        wanted = Wanted(one, "serve", (), film_sha256=digest_of(one))
        answer = expected(self.facts, self.bundle_sha256, wanted, self.now_us())[2]
        return Outcome("shown") if answer.permit else Outcome("refused", answer.unmet)

    def _refused(self, one: str, attempt: int, action: Action, answer: Answer) -> Outcome:
        if ends_generation(answer.unmet):
            reserved = standing_of(self.facts, one).reserved
            refused = generation.GenerationRefused(
                attempt=attempt, action=action, codes=answer.unmet, decision="d", reported_by="keyholder", uses=reserved
            )
            self.facts.append(one, refused)
        return Outcome("refused", answer.unmet)

    def compare(self, wanted: Sequence[Wanted]) -> list[Answer]:
        answers: list[Answer] = []
        for one in wanted:
            known, _ = known_of(self.facts, one)
            for asked in (known | {"now_us": at_us} for at_us in one.at_us):
                answers.append(judge(asked, self.bundle_sha256))
                assert self._engine.evaluate(asked) == answers[-1], (one, asked)
        return answers


def installation_only(facts: InMemoryFacts) -> InMemoryFacts:
    """Keep what belongs to no history: the bundle in force and the switches."""
    kept = InMemoryFacts(now_us=facts.time_us)
    for stream in (POLICY_STREAM, SWITCH_STREAM):
        kept.heads[stream], kept.facts[stream] = facts.heads[stream], dict(facts.facts[stream])
    return kept
