"""Every Turns keeps this contract: the in-memory one and that in Postgres."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import pytest

from schemas.cameo import EnrolmentRefused
from schemas.ids import cameo_of, stream_id
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.turns import PostgresTurns
from streams.agents.errors import StateUnavailableError
from streams.agents.fakes import InMemoryTurns
from streams.agents.ports import Turns
from streams.fakes import InMemoryEventStore
from streams.ports import AlreadyDone, Append, Appended, Conflict, EventStore, NewEvent


class Case(NamedTuple):
    store: EventStore
    make: Callable[[float], Turns]
    """Turns of one worker more, which waits so many seconds."""


@pytest.fixture(scope="module", params=["memory", "postgres"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    if request.param == "memory":
        kept = InMemoryEventStore()
        lock = threading.Lock()
        yield Case(kept, partial(InMemoryTurns, kept, lock))
        return
    database: Any = request.getfixturevalue("database")
    with PostgresEventStore(database.dsn("worker"), "main") as store:
        yield Case(store, lambda wait_s: PostgresTurns(database.dsn("worker"), store, wait_s))


def refusal(**words: Any) -> Append:
    cameo = cameo_of(stream_id("account", secrets.token_bytes(16)))
    event = NewEvent(cameo, EnrolmentRefused(enrolment="e", codes=("media.unreadable",)), secrets.token_hex(16))
    return Append(actor="worker", events=[event], correlation="c", **words)


def test_what_is_appended_in_a_turn_is_found_in_the_next(case: Case) -> None:
    with case.make(10).take() as turn:
        done = turn.append(refusal())
    assert isinstance(done, Appended)
    with case.make(10).take():
        assert case.store.read(done.envelopes[0].stream) == list(done.envelopes)


def test_an_append_in_a_turn_conflicts_and_is_done_once_as_any_other(case: Case) -> None:
    asked = refusal(idempotency_key=secrets.token_hex(8))
    with case.make(10).take() as turn:
        done = turn.append(asked)
        assert isinstance(done, Appended)
        stream, position = done.envelopes[0].stream, done.envelopes[0].position
        assert turn.append(asked) == AlreadyDone((position,))
        moved = Append(
            actor="worker", events=[NewEvent(stream, asked.events[0].event, secrets.token_hex(16))], correlation="c", expected={stream: 7}
        )
        assert turn.append(moved) == Conflict(stream, 7, 1)


def test_nobody_has_a_turn_beside_another_and_waiting_for_it_is_bounded(case: Case) -> None:
    with case.make(10).take(), pytest.raises(StateUnavailableError), case.make(0.05).take():
        pytest.fail("two turns")
    with case.make(0.05).take():
        pass


def test_a_turn_that_ends_in_an_error_is_given_back(case: Case) -> None:
    with pytest.raises(ZeroDivisionError), case.make(10).take():
        raise ZeroDivisionError
    with case.make(10).take():
        pass


def test_of_many_who_want_it_each_has_its_turn_alone(case: Case) -> None:
    inside: list[int] = []
    together: list[int] = []

    def work(number: int) -> None:
        with case.make(60).take() as turn:
            inside.append(number)
            together.append(len(inside))
            assert isinstance(turn.append(refusal()), Appended)
            inside.remove(number)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(24)))
    assert together == [1] * 24
