"""One suite for every ProofStore: the fake and Postgres. Nothing of a secret is readable in the database."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from serving.adapters.access import PostgresAccessStore
from serving.adapters.proofs import PostgresProofStore
from serving.ports import Proof, ProofStore, Try
from serving.proof_fakes import InMemoryProofStore
from tests.contract.serving.test_access_store import pool
from tests.parts import Installation

__all__ = ["pool"]
KEY, SECRET = b"k" * 32, b"s" * 20
Made = tuple[ProofStore, str]


@pytest.fixture(params=["fake", "postgres"])
def made(request: pytest.FixtureRequest) -> Made:
    """A store, and an account that has a handle and a secret."""
    account = f"account-{secrets.token_hex(16)}"
    store: ProofStore = InMemoryProofStore()
    if request.param == "postgres":
        pool = request.getfixturevalue("pool")
        PostgresAccessStore(pool).claim_handle(account, account, account)
        store = PostgresProofStore(pool, KEY)
    store.put_secret(account, SECRET)
    return store, account


def test_a_secret_is_given_back_with_every_try(made: Made) -> None:
    store, account = made
    assert store.has_secret(account)
    assert store.take_try(account, 5, 60) == Try(SECRET, 0, "")
    assert not store.has_secret("account-" + "0" * 32)
    assert store.take_try("account-" + "0" * 32, 5, 60) is None


def test_the_last_try_locks_and_success_unlocks(made: Made) -> None:
    store, account = made
    assert [type(store.take_try(account, 3, 60)) for _ in range(3)] == [Try] * 3
    locked = store.take_try(account, 3, 60)
    assert isinstance(locked, datetime)
    assert timedelta(seconds=30) < locked - datetime.now(UTC) <= timedelta(seconds=61)
    store.forgive(account)
    assert isinstance(store.take_try(account, 3, 60), Try)


def test_a_lock_ends_and_then_all_tries_are_there_again(made: Made) -> None:
    store, account = made
    for _ in range(3):
        store.take_try(account, 3, 0)
    assert [type(store.take_try(account, 3, 60)) for _ in range(3)] == [Try] * 3
    assert isinstance(store.take_try(account, 3, 60), datetime)


def test_a_step_is_taken_once_and_none_older(made: Made) -> None:
    store, account = made
    assert store.take_step(account, 7, "key")
    assert store.take_try(account, 5, 60) == Try(SECRET, 7, "key")
    assert not store.take_step(account, 7, "key")
    assert not store.take_step(account, 6, "")
    assert store.take_step(account, 8, "")


def test_of_many_who_send_one_code_at_once_one_is_let_in(made: Made) -> None:
    store, account = made
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: store.take_step(account, 9, ""), range(16))) == 1


def test_of_many_tries_at_once_no_more_are_judged_than_one_after_another(made: Made) -> None:
    store, account = made
    with ThreadPoolExecutor(8) as pool:
        assert sum(isinstance(one, Try) for one in pool.map(lambda _: store.take_try(account, 5, 60), range(20))) == 5


def test_a_recovery_code_is_taken_once(made: Made) -> None:
    store, account = made
    store.put_codes(account, [b"a", b"b"])
    assert (store.take_code(account, b"c"), store.take_code(account, b"a"), store.take_code(account, b"a")) == (False, True, False)
    assert store.codes_left(account) == 1
    store.put_codes(account, [b"d"])
    assert not store.take_code(account, b"b"), "new codes take the place of the old ones"


def test_a_new_secret_forgets_codes_and_steps(made: Made) -> None:
    store, account = made
    store.put_codes(account, [b"a"])
    store.take_step(account, 7, "key")
    store.put_secret(account, b"t" * 20)
    assert store.take_try(account, 5, 60) == Try(b"t" * 20, 0, "")
    assert store.codes_left(account) == 0


def test_what_is_removed_is_gone(made: Made) -> None:
    store, account = made
    store.put_codes(account, [b"a"])
    store.remove(account)
    store.remove(account)
    assert store.take_try(account, 5, 60) is None
    assert store.codes_left(account) == 0


@pytest.fixture
def superuser(installation: Installation) -> Iterator[Callable[[str], list[str]]]:
    with psycopg.connect(installation.settings.dsn("owner")) as connection:
        yield lambda query: [str(row) for row in connection.execute(query.encode()).fetchall()]


def test_a_secret_lies_sealed_and_bound_to_its_account(pool: ConnectionPool, superuser: Callable[[str], list[str]]) -> None:
    access, store = PostgresAccessStore(pool), PostgresProofStore(pool, KEY)
    for account in ("account-x", "account-y"):
        access.claim_handle(account, account, account)
        store.put_secret(account, SECRET)
    rows = superuser("SELECT sealed FROM access.step_up WHERE account IN ('account-x', 'account-y')")
    assert len(set(rows)) == 2
    assert not any("ssssss" in row for row in rows)
    with pool.connection() as connection:
        connection.execute(
            "UPDATE access.step_up SET (nonce, sealed) = (SELECT nonce, sealed FROM access.step_up WHERE account = 'account-x')"
            " WHERE account = 'account-y'"
        )
    with pytest.raises(Exception, match=r"^$"):  # cryptography's InvalidTag says nothing
        store.take_try("account-y", 5, 60)


def test_whoever_is_forgotten_leaves_no_proof(pool: ConnectionPool, superuser: Callable[[str], list[str]]) -> None:
    access, store = PostgresAccessStore(pool), PostgresProofStore(pool, KEY)
    access.claim_handle("gone", "gone", "account-gone")
    store.put_secret("account-gone", SECRET)
    store.put_codes("account-gone", [b"a"])
    access.forget("account-gone")
    assert superuser("SELECT FROM access.step_up WHERE account = 'account-gone'") == []
    assert superuser("SELECT FROM access.recovery_codes WHERE account = 'account-gone'") == []


def proof(account: str = "account-x", **changes: object) -> Proof:
    return replace(Proof(secrets.token_hex(16), account, "token-one", "0a" * 32, b"s" * 32), **changes)  # type: ignore[arg-type]


def test_a_re_verification_is_taken_for_one_command_and_again_for_that(made: Made) -> None:
    store, _ = made
    one = proof()
    assert not store.use(one, "a command"), "nobody asked for it"
    store.expect(one)
    assert store.use(one, "a command")
    assert store.use(one, "a command"), "sent again"
    assert not store.use(one, "another")
    assert not store.use(one, "")
    other = proof(device=None)
    store.expect(other)
    assert store.use(other, "")
    assert not store.use(other, ""), "a command without a key cannot be sent again"


@pytest.mark.parametrize(
    "changes", [{"account": "account-y"}, {"session": "token-two"}, {"device": "0b" * 32}, {"device": None}, {"sha256": b"t" * 32}]
)
def test_a_re_verification_counts_where_it_was_asked_for_alone(made: Made, changes: dict[str, object]) -> None:
    store, _ = made
    one = proof()
    store.expect(one)
    elsewhere = replace(one, **changes)  # type: ignore[arg-type]
    store.expect(elsewhere)
    assert not store.use(elsewhere, "a command"), "the first stands"
    assert store.use(one, "a command")


def test_of_many_commands_at_once_one_takes_a_re_verification(made: Made) -> None:
    store, _ = made
    one = proof()
    store.expect(one)
    with ThreadPoolExecutor(8) as many:
        assert sum(many.map(lambda at: store.use(one, f"command {at}"), range(16))) == 1


def test_whoever_is_forgotten_leaves_no_re_verification(pool: ConnectionPool, superuser: Callable[[str], list[str]]) -> None:
    PostgresProofStore(pool, KEY).expect(proof("account-gone"))
    PostgresAccessStore(pool).forget("account-gone")
    assert superuser("SELECT FROM access.proofs WHERE account = 'account-gone'") == []
