"""One suite for every AccessStore: the fake and Postgres."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from psycopg_pool import ConnectionPool

from serving.adapters.access import PostgresAccessStore
from serving.fakes import InMemoryAccessStore
from serving.migrate import MIGRATIONS
from serving.ports import AccessStore, SentRequest, Token
from streams.migrate import apply
from tests.parts import Installation

MIN = "account-" + "1" * 32
THEO = "account-" + "2" * 32
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def pool(installation: Installation) -> Iterator[ConnectionPool]:
    apply(installation.settings.dsn("owner"), MIGRATIONS)
    with ConnectionPool(installation.settings.dsn("api"), min_size=1, max_size=2, open=True) as pool:
        yield pool


@pytest.fixture(params=["fake", "postgres"])
def access(request: pytest.FixtureRequest) -> AccessStore:
    if request.param == "fake":
        return InMemoryAccessStore()
    pool = request.getfixturevalue("pool")
    with pool.connection() as connection:
        connection.execute("DELETE FROM access.requests")
        connection.execute("DELETE FROM access.things")
        connection.execute("DELETE FROM access.tokens")
        connection.execute("DELETE FROM access.handles")
    return PostgresAccessStore(pool)


def token(name: str, account: str = MIN, *, age_s: int = 0, expires_s: int | None = None) -> tuple[Token, bytes]:
    expires = None if expires_s is None else datetime.now(UTC) + timedelta(seconds=expires_s)
    made = Token(name, account, frozenset({"consent", "audit"}), None, "a label", NOW - timedelta(seconds=age_s), expires)
    return made, hashlib.sha256(name.encode()).digest()


def test_a_handle_is_given_to_one_account_for_good(access: AccessStore) -> None:
    assert access.claim_handle("민지", "민지", MIN)
    assert access.claim_handle("민지", "민지", MIN), "claiming again is no error"
    assert not access.claim_handle("민지", "민지", THEO)
    assert access.account_of("민지") == MIN
    assert access.handle_of(MIN) == "민지"
    assert access.handle_of(THEO) is None


def test_an_account_keeps_its_first_handle(access: AccessStore) -> None:
    access.claim_handle("min", "Min", MIN)
    assert not access.claim_handle("minji", "minji", MIN)
    assert access.handle_of(MIN) == "Min"


def test_a_token_is_known_by_its_hash_until_it_expires(access: AccessStore) -> None:
    for made, sha256 in (token("lasting"), token("future", expires_s=60), token("past", expires_s=-1)):
        access.add_token(made, sha256)
    assert access.token_by_hash(token("lasting")[1]) == token("lasting")[0]
    assert access.token_by_hash(token("future")[1]) is not None
    assert access.token_by_hash(token("past")[1]) is None
    assert access.token_by_hash(b"\0" * 32) is None


def test_tokens_are_listed_oldest_first_and_removed_by_their_owner_alone(access: AccessStore) -> None:
    for made, sha256 in (token("b", age_s=1), token("a", age_s=2), token("theirs", THEO)):
        access.add_token(made, sha256)
    assert [one.token_id for one in access.tokens_of(MIN)] == ["a", "b"]
    assert not access.remove_token(THEO, "a")
    assert access.remove_token(MIN, "a")
    assert not access.remove_token(MIN, "a")
    assert access.token_by_hash(token("a")[1]) is None


def test_a_forgotten_account_has_neither_handle_nor_token(access: AccessStore) -> None:
    access.claim_handle("min", "Min", MIN)
    for made, sha256 in (token("mine"), token("theirs", THEO)):
        access.add_token(made, sha256)
    access.forget(MIN)
    access.forget(MIN)
    assert access.account_of("min") is None
    assert access.token_by_hash(token("mine")[1]) is None
    assert access.token_by_hash(token("theirs")[1]) is not None
    assert access.claim_handle("min", "Min", THEO), "the handle is free again"


def test_a_thing_is_found_by_its_name_for_its_owner_alone_until_they_are_forgotten(access: AccessStore) -> None:
    rex, tom = "cameo-" + "a" * 32, "cameo-" + "b" * 32
    assert access.thing_named(MIN, b"rex") is None
    assert access.name_thing(MIN, b"rex", rex) == access.name_thing(MIN, b"rex", tom) == access.thing_named(MIN, b"rex") == rex
    assert access.name_thing(THEO, b"rex", tom) == tom
    access.forget(MIN)
    assert (access.thing_named(MIN, b"rex"), access.thing_named(THEO, b"rex")) == (None, tom)


def sent(name: str, *, age_s: int = 0, cameo: str = "cameo-" + "1" * 32, requester: str = MIN) -> SentRequest:
    return SentRequest(name, requester, cameo, "digest", f"event-{name}", NOW - timedelta(seconds=age_s))


def test_a_request_is_kept_once_and_found(access: AccessStore) -> None:
    assert access.add_request(sent("r1"), 5) == sent("r1")
    assert access.add_request(sent("r1", age_s=9), 5) == sent("r1"), "the one that was kept first"
    assert access.request_of("r1") == sent("r1")
    assert access.request_of("r2") is None


def test_unanswered_requests_to_one_cameo_are_bounded(access: AccessStore) -> None:
    for name in ("r1", "r2"):
        access.add_request(sent(name), 2)
    assert access.add_request(sent("r3"), 2) is None
    assert access.add_request(sent("r2"), 2) == sent("r2"), "asked again, it is there"
    assert access.add_request(sent("other", cameo="cameo-" + "2" * 32), 2) is not None
    assert access.add_request(sent("another", requester=THEO), 2) is not None
    access.answer_request("r1", "ignored")
    assert access.add_request(sent("r3"), 2) is None
    access.answer_request("r2", "refused")
    assert access.add_request(sent("r3"), 2) is not None


def test_requests_are_listed_newest_first_with_their_answers(access: AccessStore) -> None:
    for age_s, name in ((30, "r1"), (10, "r3"), (20, "r2")):
        access.add_request(sent(name, age_s=age_s), 5)
    access.answer_request("r2", "approved", "g1")
    listed = access.requests_sent(MIN, 2, None)
    assert [(one.request, one.state, one.grant) for one in listed] == [("r3", "open", None), ("r2", "approved", "g1")]
    assert [one.request for one in access.requests_sent(MIN, 9, (listed[-1].asked_at, "r2"))] == ["r1"]
    assert access.requests_sent(THEO, 9, None) == []
    assert [one.request for one in access.requests_of(["r1", "r3", "r9"])] == ["r3", "r1"]
    access.forget(MIN)
    assert list(access.requests_sent(MIN, 9, None)) == []
