"""One suite for the book of recoveries, in memory and in Postgres."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import pytest

from serving.ports import AccessStore
from serving.verification_ports import Recovery, RecoveryBook
from tests.contract.serving.test_access_store import pool

__all__ = ["pool"]
BEGUN = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(params=["memory", "postgres"])
def kept(request: pytest.FixtureRequest) -> tuple[RecoveryBook, AccessStore]:
    from serving.fakes import InMemoryAccessStore
    from serving.verification_fakes import InMemoryRecoveryBook

    if request.param == "memory":
        return InMemoryRecoveryBook(), InMemoryAccessStore()
    from serving.adapters.access import PostgresAccessStore
    from serving.adapters.verifications import PostgresRecoveryBook

    pool = request.getfixturevalue("pool")
    return PostgresRecoveryBook(pool), PostgresAccessStore(pool)


def begun(kept: tuple[RecoveryBook, AccessStore]) -> str:
    from serving.handlers.tokens import make_token

    book, access = kept
    made = make_token(access, secrets.token_bytes(32), f"account-{secrets.token_hex(16)}", frozenset({"recover"}), now=datetime.now(UTC))
    book.begin_recovery(made.token.token_id, made.token.account, BEGUN)
    return made.token.token_id


def test_a_recovery_is_known_by_its_token(kept: tuple[RecoveryBook, AccessStore]) -> None:
    token = begun(kept)
    assert kept[0].recovery_of(token) == Recovery(BEGUN)
    assert kept[0].recovery_of("f" * 16) is None


def test_a_recovery_is_ended_once_and_again_by_the_same_command_alone(kept: tuple[RecoveryBook, AccessStore]) -> None:
    token = begun(kept)
    assert [kept[0].end_recovery(token, under) for under in ("a", "b", "a")] == [True, False, True]
    assert kept[0].recovery_of(token) == Recovery(BEGUN, "a")
