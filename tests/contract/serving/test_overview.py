"""One suite for every Overview: the fake over the ledger's twin, and Postgres."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from psycopg_pool import ConnectionPool

from schemas.case import CaseClosed, CaseOpened
from schemas.generation import AppealAnswered, GenerationAppealed
from schemas.ids import StreamKind, stream_id
from schemas.operation import AppRegistered, AppStandingChanged
from schemas.registry import Event
from serving.adapters.overview import PostgresOverview
from serving.overview_fakes import InMemoryOverview
from serving.overview_ports import Overview
from streams.adapters.postgres import PostgresEventStore
from streams.fakes import InMemoryEventStore
from streams.ports import Append, Appended, EventStore, NewEvent
from tests.contract.serving.test_access_store import pool
from tests.parts import Installation

__all__ = ["pool"]


class Told:
    """An overview, and the ledger that it is of."""

    def __init__(self, overview: Overview, store: EventStore, worker: EventStore) -> None:
        self.overview, self.store, self.worker = overview, store, worker

    def append(self, stream: str, *events: Event) -> None:
        """Append as who may: cases are opened and closed by the worker."""
        store = self.worker if stream.startswith("case-") else self.store
        new = [NewEvent(stream, event, secrets.token_hex(16)) for event in events]
        assert isinstance(store.append(Append(actor="a", events=new, correlation="c")), Appended)


@pytest.fixture(params=["fake", "postgres"])
def told(request: pytest.FixtureRequest) -> Iterator[Told]:
    if request.param == "fake":
        store = InMemoryEventStore()
        yield Told(InMemoryOverview(store), store, store)
        return
    pool: ConnectionPool = request.getfixturevalue("pool")
    installation: Installation = request.getfixturevalue("installation")
    settings = installation.settings
    with PostgresEventStore(settings.dsn("api"), "main") as real, PostgresEventStore(settings.dsn("worker"), "main") as worker:
        yield Told(PostgresOverview(pool), real, worker)


def new(kind: StreamKind) -> str:
    return stream_id(kind, secrets.token_bytes(16))


def test_apps_are_listed_with_their_standing_by_owner_and_all(told: Told) -> None:
    mine, theirs, (first, second, third) = new("account"), new("account"), (new("app") for _ in range(3))
    told.append(first, AppRegistered(name="First", owner=mine))
    told.append(second, AppRegistered(name="Second", owner=theirs))
    told.append(third, AppRegistered(name="Third", owner=mine), AppStandingChanged(standing="suspended", reason="r"))
    assert list(told.overview.apps(mine)) == [(first, "First", mine, "good"), (third, "Third", mine, "suspended")]
    assert [one.app for one in told.overview.apps(None)][-3:] == [first, second, third]


def test_appeals_are_listed_oldest_first_until_they_are_answered(told: Told) -> None:
    before = len(told.overview.open_appeals())
    films = [new("generation") for _ in range(3)]
    for number, film in enumerate(films):
        told.append(film, GenerationAppealed(appeal=f"{number:032x}", codes=("content.blocked",)))
    told.append(films[1], AppealAnswered(appeal=f"{1:032x}", outcome="upheld", reason="r"))
    waiting = told.overview.open_appeals()[before:]
    assert [(one.generation, one.appeal, one.codes) for one in waiting] == [
        (films[0], f"{0:032x}", ("content.blocked",)),
        (films[2], f"{2:032x}", ("content.blocked",)),
    ]
    assert 0 < waiting[0].time_us <= waiting[1].time_us


def test_cases_are_listed_oldest_due_first_by_kind_state_and_time_in_pages(told: Told) -> None:
    base = 10**15 + secrets.randbelow(10**9) * 1000
    first, second, third = sorted(new("case") for _ in range(3))
    for name, kind, due_us in ((first, "level", base + 2), (second, "distress", base), (third, "level", base + 2)):
        opened = CaseOpened(kind=kind, cameo=new("cameo"), enrolment="e", evidence="x", codes=("c",), people=1, due_us=due_us)  # type: ignore[arg-type]
        told.append(name, opened)
    told.append(third, CaseClosed(outcome="refuse"))

    def listed(
        kind: str | None, state: str, before: int | None = None, limit: int = 100, after: tuple[int, str] | None = None
    ) -> list[str]:
        after = after or (base - 1, "")
        return [one.case for one in told.overview.cases(kind, state, before, limit, after)]

    assert listed(None, "any") == [second, first, third]
    assert listed(None, "open") == [second, first]
    assert listed("level", "closed") == [third]
    assert listed(None, "any", base + 1) == [second]
    assert listed(None, "any", None, 2) == [second, first]
    assert listed(None, "any", None, 2, (base + 2, first)) == [third]
    (one,) = told.overview.cases("distress", "open", None, 1, (base - 1, ""))
    assert (one.people, one.due_us, one.outcome, one.opened_us > 0) == (1, base, None, True)
