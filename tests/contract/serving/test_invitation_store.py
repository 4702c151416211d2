"""One suite for every InvitationStore: the fake and Postgres."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from psycopg_pool import ConnectionPool

from serving.adapters.invitations import PostgresInvitationStore
from serving.overview_fakes import InMemoryInvitationStore
from serving.overview_ports import InvitationStore
from tests.contract.serving.test_access_store import pool

__all__ = ["pool"]
A, B = "account-a", "account-b"


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> InvitationStore:
    return InMemoryInvitationStore() if request.param == "fake" else PostgresInvitationStore(request.getfixturevalue("pool"))


def test_a_code_is_redeemed_by_one_account_which_may_ask_again(store: InvitationStore) -> None:
    by, code = secrets.token_hex(8), secrets.token_bytes(32)
    made = store.add(by, code, 60, None)
    assert made is not None
    assert store.redeem(code, A) == (made.invitation, by)
    assert store.redeem(code, A) == (made.invitation, by)
    assert store.redeem(code, B) is None
    assert store.redeem(secrets.token_bytes(32), A) is None


def test_a_code_expires_for_whoever_has_not_redeemed_it(store: InvitationStore) -> None:
    code = secrets.token_bytes(32)
    assert store.add(secrets.token_hex(8), code, 0, None) is not None
    assert store.redeem(code, A) is None


def test_a_giver_makes_no_more_than_they_may(store: InvitationStore) -> None:
    by = secrets.token_hex(8)
    assert [store.add(by, secrets.token_bytes(32), 60, 2) is not None for _ in range(3)] == [True, True, False]
    assert store.add(by, secrets.token_bytes(32), 60, None) is not None


def test_a_giver_sees_their_own(store: InvitationStore) -> None:
    by, code = secrets.token_hex(8), secrets.token_bytes(32)
    first = store.add(by, code, 60, None)
    store.add(secrets.token_hex(8), secrets.token_bytes(32), 60, None)
    assert first is not None
    assert list(store.of(by)) == [first]
    assert first.expires_at - first.made_at == timedelta(seconds=60)
    store.redeem(code, A)
    assert [one.redeemed for one in store.of(by)] == [True]


def test_of_many_at_once_one_redeems_and_no_more_are_made_than_may_be(pool: ConnectionPool) -> None:
    store, by, code, most = PostgresInvitationStore(pool), secrets.token_hex(8), secrets.token_bytes(32), 4
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: store.add(by, secrets.token_bytes(32), 60, most), range(16)))
        assert sum(one is not None for one in made) == most
        store.add("somebody", code, 60, None)
        assert sum(one is not None for one in threads.map(lambda number: store.redeem(code, f"account-{number}"), range(16))) == 1
