"""The wrapper: what fails is parked with all that follows in its stream, what cannot be parked blocks, nothing is lost."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from threading import Event, Thread

import pytest

from schemas.account import AccountFollowed, AccountRegistered
from schemas.envelope import Envelope
from schemas.ids import PARTITIONS, StreamKind, stream_id
from streams.agents.errors import AgentStoppedError, RowRefusedError, StateUnavailableError
from streams.agents.fakes import InMemoryAgentState
from streams.agents.ports import Standing
from streams.agents.runner import Runner
from streams.core.changes import Change, Put
from streams.fakes import InMemoryEventStore
from streams.ports import Append, Appended, NewEvent

ALL = frozenset(range(PARTITIONS))


class Echo:
    """Writes one row an event, and fails where it is told to."""

    name = "echo"
    kinds: frozenset[StreamKind] = frozenset({"account"})

    def __init__(self) -> None:
        self.failing: set[tuple[str, int]] = set()

    def handle(self, envelope: Envelope) -> Sequence[Change]:
        if (envelope.stream, envelope.revision) in self.failing:
            raise ValueError("password=hunter2 does not fit")
        return (Put("seen", {"stream": envelope.stream, "revision": envelope.revision}, {}),)


class Bench:
    """An agent on in-memory parts, with a clock that the test moves."""

    def __init__(self) -> None:
        self.now_us = 0
        self.store = InMemoryEventStore()
        self.agent = Echo()
        self.state = InMemoryAgentState(lambda: {one.stream: one.revision for one in self.store.read_all()})
        self.stopping = Event()
        self.runner = Runner(self.agent, self.state, self.store, self.stopping, lambda: self.now_us)

    def stream(self, events: int) -> list[Envelope]:
        name = stream_id("account", secrets.token_bytes(16))
        first = AccountRegistered(region="KR", locale="ko", minor=False)
        rest = [AccountFollowed(account=name)] * (events - 1)
        new = [NewEvent(name, event, secrets.token_hex(16)) for event in (first, *rest)]
        outcome = self.store.append(Append(actor=name, events=new, correlation="c"))
        assert isinstance(outcome, Appended)
        return list(outcome.envelopes)

    def seen(self, stream: str) -> list[int]:
        return [int(str(row.key["revision"])) for row in self.state.written if isinstance(row, Put) and row.key["stream"] == stream]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_events_are_applied_once_however_often_they_come(bench: Bench) -> None:
    events = bench.stream(3)
    for event in (*events, *events, events[0]):
        bench.runner.take(event)
    assert bench.seen(events[0].stream) == [1, 2, 3]


def test_a_gap_is_read_again_from_the_ledger(bench: Bench) -> None:
    events = bench.stream(5)
    bench.runner.take(events[0])
    bench.runner.take(events[4])
    assert bench.seen(events[0].stream) == [1, 2, 3, 4, 5]


def test_a_failed_event_parks_what_follows_in_its_stream_and_nothing_else(bench: Bench) -> None:
    failing, other = bench.stream(3), bench.stream(2)
    bench.agent.failing = {(failing[1].stream, 2)}
    for event in (*failing, *other):
        bench.runner.take(event)
    assert bench.seen(failing[0].stream) == [1]
    assert bench.seen(other[0].stream) == [1, 2]
    assert bench.state.standing(failing[0].stream) == Standing(1, 1)


def test_what_is_parked_is_retried_with_back_off_and_all_of_it_follows(bench: Bench) -> None:
    events = bench.stream(3)
    bench.agent.failing = {(events[0].stream, 1)}
    bench.runner.take(events[0])
    assert bench.runner.retry(ALL) == 0
    bench.now_us = 1_000_000
    assert bench.runner.retry(ALL) == 1
    assert bench.state.standing(events[0].stream) == Standing(0, 2)
    bench.now_us = 2_999_999
    assert bench.runner.sweep(ALL) == 0
    bench.agent.failing = set()
    bench.now_us = 3_000_000
    bench.runner.sweep(ALL)
    assert bench.seen(events[0].stream) == [1, 2, 3]
    assert not bench.state.parked


def test_the_parked_error_holds_no_credentials(bench: Bench) -> None:
    events = bench.stream(1)
    bench.agent.failing = {(events[0].stream, 1)}
    bench.runner.take(events[0])
    assert "hunter2" not in bench.state.parked[events[0].stream][2]


def test_a_refused_row_parks_too(bench: Bench) -> None:
    events = bench.stream(1)

    def refuse(*_: object) -> bool:
        raise RowRefusedError("23502: null value")

    bench.state.advance = refuse  # type: ignore[method-assign]
    bench.runner.take(events[0])
    assert bench.state.standing(events[0].stream).parked


def test_the_sweeper_applies_what_was_never_delivered(bench: Bench) -> None:
    events = bench.stream(4)
    assert bench.runner.sweep(ALL) == 1
    assert bench.seen(events[0].stream) == [1, 2, 3, 4]
    assert bench.runner.sweep(ALL) == 0


def test_streams_of_other_kinds_are_left_alone(bench: Bench) -> None:
    event = bench.stream(1)[0]
    bench.agent.kinds = frozenset({"cameo"})
    bench.runner.take(event)
    assert bench.state.applied == {}


def test_while_nothing_can_be_parked_the_agent_blocks_and_then_goes_on(bench: Bench) -> None:
    events = bench.stream(2)
    park, tries = bench.state.park, []

    def unavailable(envelope: Envelope, error: str, attempts: int, now_us: int, retry_at_us: int) -> None:
        tries.append(envelope)
        if len(tries) < 3:
            raise StateUnavailableError
        park(envelope, error, attempts, now_us, retry_at_us)

    bench.agent.failing = {(events[0].stream, 1)}
    bench.state.park = unavailable  # type: ignore[method-assign]
    bench.runner.take(events[0])
    assert len(tries) == 3
    assert bench.state.standing(events[0].stream).parked


def test_a_blocked_agent_ends_when_the_worker_stops(bench: Bench) -> None:
    events = bench.stream(1)

    def unavailable(_: str) -> Standing:
        bench.stopping.set()
        raise StateUnavailableError

    bench.state.standing = unavailable  # type: ignore[method-assign]
    ended: list[BaseException] = []

    def take() -> None:
        try:
            bench.runner.take(events[0])
        except AgentStoppedError as error:
            ended.append(error)

    thread = Thread(target=take, daemon=True)
    thread.start()
    thread.join(30)
    assert ended


def test_an_unreadable_delivery_is_read_from_the_ledger(bench: Bench) -> None:
    events = bench.stream(2)
    bench.runner.look(events[0].stream)
    assert bench.seen(events[0].stream) == [1, 2]
