"""Which generations wait for a verdict: those that have none on record, whatever became of an append."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from schemas.generation import CameoUse, GenerationCancelled, GenerationRequested
from serving.core.judging import Ruled, classifier
from serving.judge.bench import Bench
from serving.judge.lexicon import installed
from serving.judge.reading import Asked
from streams.fakes import InMemoryEventStore
from streams.ports import Append, NewEvent

GENERATION, CAMEO, ASKER = "generation-" + "d" * 32, "cameo-" + "c" * 32, "account-" + "b" * 32


class Reader:
    """Reads one harmless request without rules."""

    def asked(self, generation: str) -> Asked:
        del generation
        return Asked("0" * 64, ("walking on a beach",), unreadable=False)

    def ruled(self, cameo: str) -> Ruled:
        return Ruled(cameo, 0, ())


def asked(now_us: list[int]) -> InMemoryEventStore:
    store = InMemoryEventStore(clock=lambda: now_us[0])
    requested = GenerationRequested(
        requester=ASKER, cameos=(CameoUse(cameo=CAMEO, facets=("face",)),), purpose="personal", plan_digest="0" * 64,
        engine="trivial", width_px=512, height_px=512, duration_ms=1000,
    )  # fmt: skip
    store.append(Append(actor=ASKER, events=[NewEvent(GENERATION, requested, "event-1")], correlation="test"))
    return store


def test_a_verdict_that_the_ledger_did_not_take_is_given_again() -> None:
    now_us = [1_000_000_000]
    store = asked(now_us)
    reader: Any = Reader()
    bench = Bench(store, reader, installed(), None)
    bench.begin([GENERATION])
    now_us[0] -= 1_000_000
    bench.judge()
    now_us[0] += 1_000_000
    bench.judge()
    bench.judge()
    assert [event.type for event in store.read(GENERATION)] == ["generation.requested", "generation.judged"]


def test_another_classifier_judges_anew_what_is_open_and_nothing_that_has_ended() -> None:
    store, reader = asked([1_000_000_000]), Reader()
    first: Any = replace(installed(), version="words-of-yesterday")
    for lexicon in (first, first, installed(), installed()):
        bench = Bench(store, reader, lexicon, None)  # type: ignore[arg-type]
        bench.begin([GENERATION])
        bench.judge()
    assert [event.data["classifier"] for event in store.read(GENERATION)[1:]] == [
        "words-of-yesterday+no-meaning",
        classifier(installed(), None),
    ]
    store.append(Append(actor=ASKER, events=[NewEvent(GENERATION, GenerationCancelled(uses=()), "event-9")], correlation="test"))
    bench = Bench(store, reader, first, None)  # type: ignore[arg-type]
    bench.begin([GENERATION])
    bench.judge()
    assert store.read(GENERATION)[-1].type == "generation.cancelled"
