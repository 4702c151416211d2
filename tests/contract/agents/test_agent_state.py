"""Every AgentState keeps this contract: the in-memory one and the one in Postgres."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from schemas.account import AccountRegistered
from schemas.envelope import Envelope
from schemas.ids import PARTITIONS, partition_of, stream_id
from streams.adapters.agent_state import PostgresAgentState
from streams.adapters.postgres import PostgresEventStore
from streams.agents.fakes import InMemoryAgentState
from streams.agents.ports import AgentState, Standing
from streams.core.changes import Put
from streams.fakes import InMemoryEventStore
from streams.ports import Append, Appended, EventStore, NewEvent

ALL = frozenset(range(PARTITIONS))
KINDS = frozenset({"account", "cameo"})


class Case(NamedTuple):
    store: EventStore
    make: Callable[[str], AgentState]


@pytest.fixture(scope="module", params=["memory", "postgres"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    if request.param == "memory":
        store = InMemoryEventStore()
        yield Case(store, lambda _: InMemoryAgentState(lambda: {one.stream: one.revision for one in store.read_all()}))
        return
    database = request.getfixturevalue("database")
    made: list[PostgresAgentState] = []

    def make(agent: str) -> AgentState:
        made.append(PostgresAgentState(database.dsn("worker"), agent, KINDS))
        return made[-1]

    with PostgresEventStore(database.dsn("api"), "main") as store:
        yield Case(store, make)
    for state in made:
        state.close()


@pytest.fixture
def state(case: Case) -> AgentState:
    return case.make(f"agent-{secrets.token_hex(4)}")


def event(store: EventStore) -> Envelope:
    stream = stream_id("account", secrets.token_bytes(16))
    new = NewEvent(stream, AccountRegistered(region="KR", locale="ko", minor=False), secrets.token_hex(16))
    outcome = store.append(Append(actor=stream, events=(new,), correlation="c", expected={stream: 0}))
    assert isinstance(outcome, Appended)
    return outcome.envelopes[0]


def test_a_new_stream_stands_at_nothing(state: AgentState) -> None:
    assert state.standing(stream_id("account", secrets.token_bytes(16))) == Standing(0, 0)


def test_the_cursor_moves_by_one_and_never_back(case: Case, state: AgentState) -> None:
    stream = event(case.store).stream
    assert state.advance(stream, 1, ())
    assert state.advance(stream, 2, ())
    assert not state.advance(stream, 2, ())
    assert not state.advance(stream, 1, ())
    assert not state.advance(stream, 4, ())
    assert state.standing(stream) == Standing(2, 0)


def test_a_stream_does_not_begin_in_its_middle(case: Case, state: AgentState) -> None:
    stream = event(case.store).stream
    assert not state.advance(stream, 2, ())
    assert state.standing(stream).applied == 0


def test_agents_do_not_share_cursors(case: Case) -> None:
    stream = event(case.store).stream
    one, other = case.make("one"), case.make("other")
    assert one.advance(stream, 1, ())
    assert other.standing(stream).applied == 0


def test_a_parked_stream_stays_parked_until_it_advances(case: Case, state: AgentState) -> None:
    failed = event(case.store)
    state.park(failed, "ValueError: no", 1, 1_000, 2_000)
    assert state.standing(failed.stream) == Standing(0, 1)
    state.park(failed, "ValueError: no", 2, 5_000, 9_000)
    assert state.standing(failed.stream) == Standing(0, 2)
    assert state.advance(failed.stream, 1, ())
    assert state.standing(failed.stream) == Standing(1, 0)


def test_what_lags_behind_its_head_is_found_in_its_partition_alone(case: Case, state: AgentState) -> None:
    stream = event(case.store).stream
    assert stream in state.behind(ALL, 0)
    assert stream in state.behind(frozenset({partition_of(stream)}), 0)
    assert stream not in state.behind(ALL - {partition_of(stream)}, 0)
    state.advance(stream, 1, ())
    assert stream not in state.behind(ALL, 0)


def test_a_parked_stream_is_found_when_its_retry_is_due(case: Case, state: AgentState) -> None:
    failed = event(case.store)
    state.park(failed, "ValueError: no", 1, 1_000, 2_000)
    assert failed.stream not in [*state.behind(ALL, 1_999), *state.due(ALL, 1_999)]
    assert failed.stream in state.behind(ALL, 2_000)
    assert list(state.due(ALL, 2_000)) == [failed.stream]
    assert not state.due(ALL - {partition_of(failed.stream)}, 2_000)


def test_rows_and_cursor_are_written_together(case: Case, state: AgentState) -> None:
    stream = event(case.store).stream
    row = Put("accounts", {"account": stream}, {"region": "KR"})
    assert state.advance(stream, 1, (row,))
    assert not state.advance(stream, 1, (Put("accounts", {"account": stream}, {"region": "DE"}),))
    assert state.standing(stream).applied == 1
