"""Where a history is played for real: ledger, relay, Kafka, feeder, view, two OPAs and a keyholder. Does not draw or judge.

Three ways to each answer share no path: the view's facts and the host's OPA; the ledger's snapshot through the keyholder's
own `Exact` and its OPA; the model in memory and the reference. Inputs, holdings and answers are compared whole.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from identity.keys.errors import KeyholderRefusedError
from identity.keys.package import Package
from identity.keys.sealing import new_id, new_salt, plan_digest
from policy.adapters.opa import OpaEngine
from policy.adapters.view_waiting import await_at_least
from policy.core.question import gather, question_of
from policy.fakes import InMemoryFacts
from policy.ports import Answer
from policy.reference import judge
from schemas import generation
from schemas.codec import event_of
from schemas.ids import SWITCH_STREAM
from schemas.operation import BundleActivated, SwitchThrown
from schemas.registry import by_class
from serving.core.plan import canonical_bytes, plan_from_prompt
from serving.keyholder.checkpoint import Checkpoint
from serving.keyholder.exact import Asked, Exact, Reading
from streams.adapters.postgres import PostgresEventStore
from streams.ports import Append, Appended, NewEvent
from tests.chaos.model.cast import SEALED_FACETS, Cast, Told
from tests.chaos.model.stage import TOLD_AT_ONCE, Outcome, Wanted, film_of, installation_only, known_of
from tests.keyholder_parts import Replica
from tests.replica_parts import Host

PATIENCE_S = 5.0
"""Answers are compared, not seconds: a busy machine may take its time."""
THREADS = 3
VIEW_PATIENCE_S = 30.0
ROLES = {
    "enrolment.activated": "worker", "consent.held": "worker", "generation.taken_down": "worker", "generation.judged": "judge",
    "generation.attempt_leased": "dispatcher", "generation.attempt_lost": "dispatcher",
    "generation.stopped": "dispatcher", "subject_key.destroyed": "keyholder",
}  # fmt: skip
"""Who may append what; everything else is the API's."""


class RealStage:
    """Every part of one host and its control side. Use as a context: `with real_stage(host, folder) as stage`."""

    def __init__(self, host: Host, exact: Exact, pool: ThreadPoolExecutor) -> None:
        self._host, self._exact, self._pool = host, exact, pool
        self._fast = OpaEngine(host.opa.socket, PATIENCE_S)
        self._held, self.bundle_sha256 = host.keyholding, host.keyholding.bundle_sha256
        self._world = host.world
        self._histories = 0
        self._replicas: dict[str, Replica] = {}
        self._packages: dict[tuple[str, int], Package] = {}
        self._unseen: set[str] = set()
        self.facts, self.kinds = InMemoryFacts(), set[str]()
        for stream in ("policy-main", SWITCH_STREAM):
            self._learn(stream)
        self.tell((SWITCH_STREAM, SwitchThrown(switch="sandbox_use", on=False, reason="a sandbox cameo is its owner's alone here")))
        self._switches = {key: fact.value["on"] for key, fact in self.facts.scan(SWITCH_STREAM, "switch/")}

    def begin(self) -> Cast:
        self.facts = installation_only(self.facts)
        self._replicas.clear()
        self._packages.clear()
        self._unseen.clear()
        self._histories += 1
        self._as_installed()
        return Cast(self._histories)

    def _as_installed(self) -> None:
        """Put switches and bundle back: what a failed history left, the next one must not find."""
        stands = {key: fact.value["on"] for key, fact in self.facts.scan(SWITCH_STREAM, "switch/")}
        usual = {key: self._switches.get(key, key.startswith("switch/region/")) for key in stands}
        for key in (key for key, on in stands.items() if on != usual[key]):
            name = key.partition("/")[2]
            self.tell((SWITCH_STREAM, SwitchThrown(switch=name, on=usual[key], reason="t")))
        bundle = self.facts.get("policy-main", "bundle")
        if bundle is None or bundle.value["bundle_sha256"] != self.bundle_sha256:
            self.tell(("policy-main", BundleActivated(bundle_sha256=self.bundle_sha256, label="t")))

    def now_us(self) -> int:
        return time.time_ns() // 1000

    def tell(self, *told: Told) -> None:
        for role, group in groupby(told, lambda one: ROLES.get(by_class(type(one[1])).name, "api")):
            events = list(group)
            for at in range(0, len(events), TOLD_AT_ONCE):
                self._append(role, events[at : at + TOLD_AT_ONCE])
        for stream, event in told:
            self.kinds.add(by_class(type(event)).name)
            self.facts.append(stream, event)
            self._unseen.add(stream)

    def _append(self, role: str, told: Sequence[Told]) -> None:
        events = [NewEvent(stream, event, f"event-{os.urandom(16).hex()}") for stream, event in told]
        outcome = self._world.store(role).append(Append(actor=role, events=events, correlation="machine"))
        assert isinstance(outcome, Appended), outcome

    def request(self, one: str, requested: generation.GenerationRequested) -> None:
        plan = canonical_bytes(plan_from_prompt("on a beach", requested.cameos[0].cameo, "@someone", duration_ms=requested.duration_ms))
        salt = new_salt()
        sealable = msgspec.structs.replace(requested, plan_digest=plan_digest(salt, plan))
        fields = {"prompt": b"on a beach", "plan": plan, "plan_salt": salt}
        self._world.append("api", one, sealable, fields=fields, sealed_for=requested.requester)
        self._learn(one)

    def assets(self, cameos: Sequence[tuple[str, str]]) -> None:
        for one, owner in cameos:
            for facet in SEALED_FACETS:
                self._held.client("worker").put_asset(one, owner, facet, b"a likeness")
            self._learn(one)

    def open(self, one: str, attempt: int) -> Outcome:
        replica = self._held.replica()
        answer = replica.open(one, attempt)
        self._learn(one)
        if answer.outcome == "opened":
            self._replicas[one] = replica
            self._packages[one, attempt] = replica.package(answer)
        return Outcome(answer.outcome, answer.codes)

    def release(self, one: str, attempt: int) -> Outcome:
        answer = self._replicas[one].release(self._packages[one, attempt], film_of(one))
        self._learn(one)
        return Outcome(answer.outcome, answer.codes)

    def release_draft(self, one: str) -> Outcome:
        answer = self._held.client("api").release_draft(one)
        self._learn(one)
        return Outcome(answer.outcome, answer.codes)

    def show(self, one: str, viewer: str) -> Outcome:
        try:
            film = self._held.client("api").film(one, viewer)
        except KeyholderRefusedError as error:
            self._learn(one)
            return Outcome("refused", tuple(error.codes))
        self._learn(one)
        assert film == film_of(one)
        return Outcome("shown")

    def _learn(self, stream: str) -> None:
        """Tell the model what somebody else appended."""
        head = self.facts.head(stream)
        for envelope in self._world.store("auditor").read(stream, 0 if head is None else head.revision):
            self.kinds.add(envelope.type)
            self.facts.append(stream, event_of(envelope))
        self._unseen.add(stream)

    def compare(self, wanted: Sequence[Wanted]) -> list[Answer]:
        heads = {stream: self.facts.heads[stream].revision for stream in self._unseen}
        await_at_least(self._host.view, heads, VIEW_PATIENCE_S)
        self._unseen.clear()
        return [answer for answers in self._pool.map(self._compared, wanted) for answer in answers]

    def _compared(self, wanted: Wanted) -> list[Answer]:
        with self._host.view.reading() as facts:
            question = question_of(facts, wanted.generation, wanted.action, wanted.honours, 1, wanted.film_sha256)
            assert question is not None, wanted
            seen = gather(facts, question)
        reading = self._exact.read(Asked(wanted.generation, wanted.action, 1, wanted.honours, wanted.film_sha256))
        assert reading is not None, wanted
        known, holding = known_of(self.facts, wanted)
        timeless = {"now_us": 0}
        assert seen.input | timeless == known | timeless, (wanted, "the view's input is not the model's", seen.input, known)
        assert reading.input | timeless == known | timeless, (wanted, "the ledger's input is not the model's", reading.input, known)
        assert seen.holding == reading.holding == holding, (wanted, seen.holding, reading.holding, holding)
        return [self._answered(seen.input | {"now_us": at_us}, reading, known, at_us) for at_us in wanted.at_us]

    def _answered(self, fast: dict[str, Any], reading: Reading, known: dict[str, Any], at_us: int) -> Answer:
        answer = judge(known | {"now_us": at_us}, self.bundle_sha256)
        exact = replace(reading, input=reading.input | {"now_us": at_us})
        assert self._fast.evaluate(fast) == answer, ("the view's answer is not the model's", fast)
        assert self._exact.answer(exact) == answer, ("the ledger's answer is not the model's", exact.input)
        return answer


@contextmanager
def real_stage(host: Host, folder: Path) -> Iterator[RealStage]:
    """Put a stage on a host's parts, with an `Exact` of its own beside the keyholder's process."""
    settings = host.installation.settings
    engine, checkpoint = OpaEngine(settings.keyholder_opa_socket, PATIENCE_S), Checkpoint(folder / "checkpoint")
    with (
        PostgresEventStore(settings.dsn("keyholder"), settings.tenant, max_connections=THREADS + 1) as store,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        yield RealStage(host, Exact(store, engine, checkpoint, new_id), pool)
    checkpoint.close()
