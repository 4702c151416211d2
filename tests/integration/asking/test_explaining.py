"""Every value that a requirement looked at is traced to the events that had said so, on random worlds; owners see their own alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from policy.codes import codes
from policy.core.explaining import AsOf, explained, streams_of, until
from policy.core.opening import opening_events
from policy.core.question import gather, question_of
from policy.reads import reads
from schemas.consent import AudienceSet, ConsentPaused
from schemas.generation import GenerationJudged, GenerationRequested, Verdict
from schemas.ids import cameo_of, stream_id
from serving.core.engines import HONOURS
from serving.errors import NotFoundError
from serving.handlers.asking import Wish
from serving.handlers.desk import Caller
from serving.handlers.explaining import explain
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.postgres_asking import PostgresAskingLedger
from tests.conftest import Database
from tests.integration.asking.worlds import World, make_world
from tests.policy_parts import ServedPolicy


@pytest.fixture(scope="module")
def ledger(database: Database) -> Iterator[PostgresAskingLedger]:
    with PostgresAskingLedger(database.dsn("api"), "main", max_connections=2) as store:
        yield store


@pytest.fixture(scope="module")
def world(ledger: PostgresAskingLedger, database: Database, served: ServedPolicy) -> Iterator[World]:
    with ledger.asking() as facts:
        now_us = facts.now_us()
    with PostgresEventStore(database.dsn("worker"), "main", max_connections=1) as worker:
        made = make_world(ledger, worker, 7, now_us)
        for stream, event in opening_events(served.bundle.sha256, sorted(HONOURS)):
            made.append(stream, event)
        yield made


@dataclass(frozen=True)
class Decided:
    """What decisions are made with: a world on a real ledger, the role that judges, the real policy."""

    world: World
    ledger: PostgresAskingLedger
    judge: PostgresEventStore
    served: ServedPolicy

    def __call__(self, requester: str, *cameos: str) -> dict[str, Any]:
        """Record a request and its verdict, and decide it as the keyholder does, in the form in which it is read back."""
        one = stream_id("generation", self.world.random.randbytes(16))
        asked: GenerationRequested = Wish(facets=("face",)).by(requester, *cameos)
        self.world.append(one, asked)
        with self.ledger.asking() as facts:
            ruled = {cameo: facts.get(cameo, "restrictions") for cameo in cameos}
            verdicts = tuple(
                Verdict(cameo=cameo, restrictions_revision=0 if fact is None else fact.revision, finding="allowed", categories=())
                for cameo, fact in ruled.items()
            )
            judged = GenerationJudged(plan_digest=asked.plan_digest, classifier="test/1", hard_blocks=(), verdicts=verdicts)
            World(self.judge, self.judge, self.world.random, 0).append(one, judged)
        with self.ledger.asking() as facts:
            question = question_of(facts, one, "start", HONOURS["portrait"])
            assert question is not None
            gathered, position = gather(facts, question), facts.position()
        answer = self.served.engine.evaluate(gathered.input)
        return {
            "decision": "d", "generation": one, "action": "start", "permit": answer.permit, "codes": list(answer.unmet),
            "obligations": list(answer.obligations), "input": msgspec.json.decode(msgspec.json.encode(gathered.input)),
            "holding": gathered.holding, "position": position + 1, "bundle_sha256": answer.bundle_sha256, "decided_at": "now",
            "event_id": "e", "requester": requester,
        }  # fmt: skip


@pytest.fixture(scope="module")
def decided(world: World, ledger: PostgresAskingLedger, database: Database, served: ServedPolicy) -> Iterator[Decided]:
    with PostgresEventStore(database.dsn("judge"), "main", max_connections=1) as judge:
        yield Decided(world, ledger, judge, served)


def permitted_and_refused(decided: Decided) -> list[dict[str, Any]]:
    return [decided(who, cameo_of(owner)) for who in decided.world.people[:4] for owner in decided.world.owners[:3]]


def test_every_value_is_traced_to_the_events_behind_it(world: World, ledger: PostgresAskingLedger, decided: Decided) -> None:
    decisions = permitted_and_refused(decided)
    assert {one["permit"] for one in decisions} == {True, False}
    for decision in decisions:
        before = explanation(ledger, decision)
        states = {one.code: one.state for one in before.requirements}
        assert {code for code, state in states.items() if state == "unmet"} == set(decision["codes"])
        assert set(states) == {code.code for code in codes().values() if "start" in code.actions}
        for looked in before.facts.values():
            for wrote in looked.events:
                (event,) = [one for one in ledger.read(wrote.stream) if one.revision == wrote.revision]
                assert (event.event_id, event.position, event.type) == (wrote.event_id, wrote.position, wrote.type)
                assert wrote.position < decision["position"]
    world.append(cameo_of(world.owners[0]), *_later())
    assert [explanation(ledger, one) for one in decisions[:3]] == [explanation(ledger, one) for one in decisions[:3]]
    again = explanation(ledger, decisions[0])
    assert all(wrote.position < decisions[0]["position"] for looked in again.facts.values() for wrote in looked.events)


def _later() -> list[Any]:
    return [AudienceSet(audience="everyone", purposes=("personal",), facets=("face",)), ConsentPaused()]


def explanation(ledger: PostgresAskingLedger, decision: dict[str, Any]) -> Any:
    events = {stream: until(stream, decision, ledger.read(stream)) for stream in streams_of(decision)}
    return explained(codes(), reads(), decision, AsOf(events))


NEVER_SAID = {"action", "purpose", "now_us", "app", "requester.account", "engine.name", "engine.honours"}
"""Values of the question itself, and absences that were read from accounts that exist."""


def test_what_was_said_has_an_event(ledger: PostgresAskingLedger, decided: Decided) -> None:
    for decision in permitted_and_refused(decided):
        for path, looked in explanation(ledger, decision).facts.items():
            absent = looked.value in (False, None, 0, [], {}) or (isinstance(looked.value, dict) and not any(looked.value.values()))
            if not absent and path not in NEVER_SAID and not path.endswith((".cameo", ".facets")):
                assert looked.events, f"{path}: {looked.value}"


def test_each_reader_is_told_what_is_theirs(world: World, ledger: PostgresAskingLedger, decided: Decided) -> None:
    owner, other = world.owners[0], world.owners[1]
    requester = world.people[3]
    alone = decided(requester, cameo_of(owner))
    both = decided(requester, cameo_of(owner), cameo_of(other))
    scopes = frozenset({"audit"})
    for decision in (alone, both):
        to_owner = explain(ledger, Caller(owner, scopes), decision)
        told = json.dumps(to_owner)
        assert other not in told.replace(requester, "")
        assert cameo_of(other) not in told
        assert "requester_" not in json.dumps(list(to_owner["facts"]))
        own = {owner, cameo_of(owner), decision["generation"]}
        assert {wrote["stream"] for looked in to_owner["facts"].values() for wrote in looked["events"]} <= own
        to_requester = explain(ledger, Caller(requester, scopes), decision)
        assert "facts" not in to_requester
        assert "input" not in to_requester
        assert {one["code"] for one in to_requester["requirements"] if one["state"] == "unmet"} == {
            one["code"] for one in to_requester["reasons"]
        }
        assert explain(ledger, Caller("account-" + "e" * 32, frozenset({"auditor"})), decision)["facts"]
    assert explain(ledger, Caller(owner, scopes), both)["reasons"] == []


def test_nobody_else_is_told(world: World, ledger: PostgresAskingLedger, decided: Decided) -> None:
    decision = decided(world.people[3], cameo_of(world.owners[0]))
    with pytest.raises(NotFoundError):
        explain(ledger, Caller(world.newcomers["KR"], frozenset({"audit"})), decision)
