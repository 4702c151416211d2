"""Twice equals once: however Kafka delivers, whatever fails on the way, each event has its effect once and in order."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.account import AccountFollowed, AccountRegistered, AccountStandingChanged, AccountUnfollowed
from schemas.envelope import Envelope
from schemas.ids import PARTITIONS, StreamKind, stream_id
from schemas.registry import Event as AnyEvent
from streams.agents.fakes import InMemoryAgentState
from streams.agents.projecting import NotifyAgent, ProjectAgent
from streams.agents.runner import Runner
from streams.core.changes import Change, Delete, Put
from streams.fakes import InMemoryEventStore
from streams.ports import Append, Appended, NewEvent

ALL = frozenset(range(PARTITIONS))
STREAMS = [stream_id("account", bytes([n]) * 16) for n in range(3)]
LATER: list[AnyEvent] = [
    AccountFollowed(account=STREAMS[1]),
    AccountUnfollowed(account=STREAMS[1]),
    AccountStandingChanged(standing="limited", reason="r"),
    AccountStandingChanged(standing="good", reason="r"),
]


class NoKeyholder:
    def unseal(self, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        raise AssertionError((stream, event_id, purpose))


class Flaky:
    """An agent whose handler raises as the test draws it."""

    kinds: frozenset[StreamKind] = ProjectAgent.kinds

    def __init__(self, failures: list[bool]) -> None:
        self.name = "flaky"
        self._failures = failures
        self._project, self._notify = ProjectAgent(NoKeyholder()), NotifyAgent()

    def handle(self, envelope: Envelope) -> Sequence[Change]:
        if self._failures and self._failures.pop():
            raise RuntimeError("flaky")
        return [*self._project.handle(envelope), *self._notify.handle(envelope)]


def ledger(choices: list[tuple[int, int]]) -> tuple[InMemoryEventStore, list[Envelope]]:
    store = InMemoryEventStore()
    begun: set[str] = set()
    envelopes: list[Envelope] = []
    for number, (which, what) in enumerate(choices):
        stream = STREAMS[which]
        event = LATER[what] if stream in begun else AccountRegistered(region="KR", locale="ko", minor=False)
        begun.add(stream)
        outcome = store.append(Append(actor=stream, events=(NewEvent(stream, event, f"{number:032x}"),), correlation="c"))
        assert isinstance(outcome, Appended)
        envelopes.extend(outcome.envelopes)
    return store, envelopes


def run(store: InMemoryEventStore, deliveries: Sequence[Envelope], failures: list[bool]) -> InMemoryAgentState:
    clock = iter(range(0, 10**15, 100_000_000))
    state = InMemoryAgentState(lambda: {one.stream: one.revision for one in store.read_all()})
    runner = Runner(Flaky(failures), state, store, Event(), lambda: next(clock))
    for envelope in deliveries:
        runner.take(envelope)
    while runner.sweep(ALL):
        pass
    return state


def rows(changes: Sequence[Change]) -> dict[Any, dict[str, Any]]:
    table: dict[Any, dict[str, Any]] = {}
    for change in changes:
        if isinstance(change, Put):
            table.setdefault((change.table, *change.key.items()), dict(change.initial)).update(change.row)
        elif isinstance(change, Delete):
            table.pop((change.table, *change.where.items()), None)
    return table


choices = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=12)


@given(choices=choices, data=st.data())
def test_any_delivery_gives_what_one_delivery_in_order_gives(choices: list[tuple[int, int]], data: st.DataObject) -> None:
    store, envelopes = ledger(choices)
    deliveries = data.draw(st.lists(st.sampled_from(envelopes), max_size=30))
    failures = data.draw(st.lists(st.booleans(), max_size=10))
    once, shuffled = run(store, envelopes, []), run(store, deliveries, failures)
    assert shuffled.applied == once.applied
    assert len(shuffled.written) == len(once.written)
    assert rows(shuffled.written) == rows(once.written)
    assert not shuffled.parked


@given(choices=choices, data=st.data())
def test_streams_may_be_projected_in_any_order_beside_each_other(choices: list[tuple[int, int]], data: st.DataObject) -> None:
    store, envelopes = ledger(choices)
    order = data.draw(st.permutations(STREAMS))
    by_stream = [envelope for stream in order for envelope in envelopes if envelope.stream == stream]
    assert rows(run(store, by_stream, []).written) == rows(run(store, envelopes, []).written)
