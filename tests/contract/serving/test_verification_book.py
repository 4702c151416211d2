"""One suite for the book of re-verifications, in memory and in Postgres."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from serving.verification_fakes import InMemoryVerificationBook
from serving.verification_ports import KEPT, Ask, VerificationBook
from tests.contract.serving.test_access_store import pool

__all__ = ["pool"]


@pytest.fixture(params=["memory", "postgres"])
def book(request: pytest.FixtureRequest) -> VerificationBook:
    if request.param == "memory":
        return InMemoryVerificationBook()
    from serving.adapters.verifications import PostgresVerificationBook

    return PostgresVerificationBook(request.getfixturevalue("pool"))


def drawn(**changes: object) -> Ask:
    now = datetime.now(UTC).replace(microsecond=7)
    return replace(
        Ask(
            secrets.token_hex(16), f"account-{secrets.token_hex(16)}", None, f"account-{secrets.token_hex(16)}",
            "https://은행.example", "n" * 20, "stepwise", now, now + timedelta(hours=1),
        ),
        **changes,  # type: ignore[arg-type]
    )  # fmt: skip


def test_an_ask_is_kept_as_it_was_made_and_once(book: VerificationBook) -> None:
    one = drawn()
    assert book.add_ask(one, 3) == one == book.ask_of(one.ask)
    assert book.add_ask(replace(one, audience="other"), 3) == one
    assert book.ask_of("none") is None


def test_one_party_has_so_many_open_to_one_owner_and_no_more(book: VerificationBook) -> None:
    first = drawn()
    others = [replace(first, ask=secrets.token_hex(16)) for _ in range(2)]
    assert [book.add_ask(one, 2) is None for one in (first, *others)] == [False, False, True]
    book.decline(first.ask)
    assert book.add_ask(others[1], 2) is None, "or its party would learn that it was declined"
    book.close(others[0].ask)
    book.close(others[0].ask)
    assert book.add_ask(others[1], 2) == others[1], "what its party has the answer to counts no more"
    assert [one.ask for one in book.asks_to(first.owner, 10)] == [others[1].ask]
    assert book.add_ask(drawn(owner=first.owner), 2), "another party's own"


def test_both_sides_have_all_that_is_kept_for_their_export(book: VerificationBook) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    first = drawn(asked_at=now)
    over = drawn(owner=first.owner, asked_at=now + timedelta(seconds=1), expires_at=now - timedelta(seconds=1))
    by_them = drawn(party=first.owner, asked_at=now + timedelta(seconds=2))
    for one in (first, over, by_them, drawn()):
        book.add_ask(one, 3)
    book.decline(first.ask)
    assert book.kept_of(first.owner) == [by_them, over, replace(first, declined=True)]
    assert book.kept_of(first.party) == [replace(first, declined=True)]


def test_an_owner_sees_what_is_open_newest_first(book: VerificationBook) -> None:
    first = drawn()
    now = datetime.now(UTC).replace(microsecond=0)
    newer = drawn(owner=first.owner, asked_at=now + timedelta(seconds=5))
    over = drawn(owner=first.owner, expires_at=now - timedelta(seconds=1))
    declined = drawn(owner=first.owner)
    for one in (first, newer, over, declined):
        book.add_ask(one, 5)
    book.decline(declined.ask)
    book.decline(declined.ask)
    assert [one.ask for one in book.asks_to(first.owner, 10)] == [newer.ask, first.ask]
    assert [one.ask for one in book.asks_to(first.owner, 1)] == [newer.ask]


def test_the_challenge_that_answers_is_the_last_one_begun(book: VerificationBook) -> None:
    one = drawn()
    book.add_ask(one, 3)
    for challenge in ("c1", "c2"):
        book.begin(one.ask, challenge)
    found = book.ask_of(one.ask)
    assert found is not None
    assert found.verification == "c2"


def test_what_ran_out_more_than_a_day_ago_is_forgotten_and_nothing_else(book: VerificationBook) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    ran_out = {name: drawn(expires_at=now - ago) for name, ago in {"long": KEPT + timedelta(hours=1), "just": KEPT / 2}.items()}
    for one in (waits := drawn(), *ran_out.values()):
        book.add_ask(one, 3)
    book.decline(waits.ask)
    assert book.forget_over() >= 1
    assert [book.ask_of(one.ask) is None for one in (ran_out["long"], ran_out["just"], waits)] == [True, False, False]
    assert book.forget_over() == 0
