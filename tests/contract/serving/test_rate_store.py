"""One suite for every RateStore: the fake and Postgres."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg_pool import ConnectionPool

from serving.adapters.rates import PostgresRateStore
from serving.rate_fakes import InMemoryRateStore
from serving.rate_ports import Allowance, Bound, RateStore
from streams.adapters.slowing import PostgresSlow
from streams.agents.errors import StateUnavailableError
from tests.conftest import Database
from tests.contract.serving.test_access_store import pool

__all__ = ["pool"]


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> RateStore:
    return InMemoryRateStore() if request.param == "fake" else PostgresRateStore(request.getfixturevalue("pool"))


def name(what: str = "start", who: str | None = None) -> str:
    return f"{what}/account/{who or 'account-' + secrets.token_hex(16)}"


def test_so_many_at_once_and_then_one_must_wait(store: RateStore) -> None:
    one = Allowance(name(), 3, 100)
    assert [store.take([one]) for _ in range(3)] == [None] * 3
    wait_s = store.take([one])
    assert wait_s is not None
    assert 90 < wait_s <= 100
    again = store.take([one])
    assert again is not None
    assert again <= wait_s, "to ask while one waits costs nothing more"


def test_the_allowance_fills_up_again(store: RateStore) -> None:
    one = Allowance(name(), 1, 0.2)
    assert store.take([one]) is None
    assert store.take([one]) is not None
    time.sleep(0.25)
    assert store.take([one]) is None


def test_all_that_is_asked_must_be_there_and_the_longest_wait_is_told(store: RateStore) -> None:
    narrow, wide = Allowance(name(), 1, 1000), Allowance(name(), 50, 1)
    assert store.take([narrow, wide]) is None
    wait_s = store.take([narrow, wide])
    assert wait_s is not None
    assert 900 < wait_s <= 1000
    assert store.take([wide]) is None
    assert store.take([]) is None


def test_one_name_is_not_anothers(store: RateStore) -> None:
    assert [store.take([Allowance(name(), 1, 1000)]) for _ in range(5)] == [None] * 5


def test_as_many_as_are_allowed_pass_at_once_and_no_more(store: RateStore) -> None:
    one, other = Allowance(name(), 7, 1000), Allowance(name(), 1000, 1)
    with ThreadPoolExecutor(8) as many:
        waits = list(many.map(lambda at: store.take([one, other] if at % 2 else [other, one]), range(40)))
    assert waits.count(None) == 7


def test_who_shares_a_face_waits_longer_each_time(pool: ConnectionPool, database: Database) -> None:
    a, b, c = (f"account-{secrets.token_hex(16)}" for _ in range(3))
    store, slow = PostgresRateStore(pool), PostgresSlow(database.dsn("worker"))
    told: list[float] = []
    for _ in range(3):
        slow([a, b])
        waits = [store.take([Allowance(name("start", who), 100, 1)]) for who in (a, b)]
        assert None not in waits
        told.append(min(wait for wait in waits if wait is not None))
    assert 890 < told[0] <= 900
    assert 1790 < told[1] <= 1800
    assert 3590 < told[2] <= 3600
    assert store.take([Allowance(name("submit", a), 100, 1)]) is not None
    assert store.take([Allowance(name("start", c), 100, 1)]) is None
    for _ in range(30):
        slow([a])
    longest = store.take([Allowance(name("start", a), 100, 1)])
    assert longest is not None
    assert longest <= 7 * 86400


@pytest.mark.parametrize("device", ["0a" * 32, None])
def test_a_challenge_is_bound_to_where_it_was_taken_first(store: RateStore, device: str | None) -> None:
    challenge = secrets.token_hex(16)
    assert store.bound(challenge) is None
    store.bind(challenge, Bound("account-x", "token-one", device))
    store.bind(challenge, Bound("account-x", "token-two", "0b" * 32))
    assert store.bound(challenge) == Bound("account-x", "token-one", device)


def test_the_api_may_not_slow_anybody(database: Database) -> None:
    with database.connect("api") as api, pytest.raises(Exception, match="permission denied"):
        api.execute("SELECT access.slow(%s)", (["account-" + "0" * 32],))


def test_what_counts_no_more_is_forgotten(pool: ConnectionPool, database: Database) -> None:
    store = PostgresRateStore(pool)
    old, new = name(), name()
    with database.connect("owner") as owner:
        owner.execute("INSERT INTO access.rates (name, full_at) VALUES (%s, now() - interval '2 minutes')", (old,))
    store.take([Allowance(new, 1, 1000)])
    assert store.forget_full() >= 1
    with database.connect("owner") as owner:
        left = [row[0] for row in owner.execute("SELECT name FROM access.rates").fetchall()]
    assert new in left
    assert old not in left


def test_the_worker_may_slow_accounts_and_see_nothing(database: Database) -> None:
    with database.connect("worker") as worker:
        worker.execute("SELECT access.slow(%s)", (["account-" + "0" * 32],))
        for query in ("SELECT * FROM access.rates", "SELECT * FROM access.tokens", "DELETE FROM access.rates"):
            with pytest.raises(Exception, match="permission denied"):
                worker.execute(query)


def test_the_worker_slows_whom_the_api_then_asks_to_wait(pool: ConnectionPool, database: Database) -> None:
    account = f"account-{secrets.token_hex(16)}"
    PostgresSlow(database.dsn("worker"))([account])
    wait_s = PostgresRateStore(pool).take([Allowance(name("start", account), 10, 1)])
    assert wait_s is not None
    assert 890 < wait_s <= 900
    with pytest.raises(StateUnavailableError):
        PostgresSlow("host=/nowhere dbname=none connect_timeout=1")([account])
