"""Operators' and plans' commands on the real ledger, many at once: a month is renewed once, a proposal is confirmed once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from schemas import account
from schemas.envelope import Sealed
from schemas.ids import SWITCH_STREAM, stream_id
from serving.errors import ConflictError, NotFoundError
from serving.handlers import plans, switches
from serving.handlers.desk import Caller, Desk
from streams.adapters.postgres import PostgresEventStore

if TYPE_CHECKING:
    from tests.conftest import Database

AT_ONCE = 8


class NoSealer:
    """Nothing here is personal."""

    def seal(self, account: str, stream: str, event_id: str, fields: Mapping[str, bytes]) -> Mapping[str, Sealed]:
        raise AssertionError(f"{account} {stream} {event_id} {sorted(fields)}")


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with PostgresEventStore(database.dsn("api"), "main") as store:
        yield Desk(store, NoSealer(), secrets.token_bytes, secrets.token_bytes(32))


def caller() -> Caller:
    return Caller(stream_id("account", secrets.token_bytes(16)), frozenset({"operator"}))


def together(call: Callable[[int], object]) -> list[object]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(call, range(AT_ONCE)))


def test_a_month_is_renewed_once_by_many_at_once(desk: Desk) -> None:
    who = caller()
    last_month_us = time.time_ns() // 1000 - 40 * 86_400_000_000
    over = account.PlanSet(
        plan="p", quota="q1", uses=3, duration_ms=None, from_us=last_month_us, until_us=last_month_us + 1, renews="monthly"
    )
    registered = account.AccountRegistered(region="KR", locale="ko", minor=False)
    desk.append(who, [desk.event(who.account, registered), desk.event(who.account, over)])
    together(lambda _: plans.renew(desk, who, who.account))
    assert [one.type for one in desk.store.read(who.account)].count("account.plan_set") == 2
    shown = plans.show(desk, who, who.account)
    assert (shown.left.films, shown.monthly) == (3, True)
    assert shown.until_us is not None
    assert shown.until_us > time.time_ns() // 1000


def test_a_proposal_is_confirmed_once_by_many_operators_at_once(desk: Desk) -> None:
    proposal = switches.throw(desk, caller(), "render", "r", on=True).proposal
    assert proposal is not None

    def confirm(_: int) -> str:
        try:
            switches.confirm(desk, caller(), proposal, "r")
        except (NotFoundError, ConflictError) as error:
            return error.code
        return "thrown"

    told = together(confirm)
    assert told.count("thrown") == 1
    assert set(told) <= {"thrown", "proposal.unknown", "stream.moved"}
    thrown = [one for one in desk.store.read(SWITCH_STREAM) if one.type == "switch.thrown"]
    assert [one.data["proposal"] for one in thrown] == [proposal]


def test_a_switch_thrown_off_while_many_confirm_stays_off_or_was_off_last(desk: Desk) -> None:
    for _ in range(6):
        proposal = switches.throw(desk, caller(), "engine/trivial", "r", on=True).proposal
        assert proposal is not None

        def act(number: int, proposal: str = proposal) -> None:
            if number == 0:
                switches.throw(desk, caller(), "engine/trivial", "stop", on=False)
                return
            try:
                switches.confirm(desk, caller(), proposal, "r")
            except (NotFoundError, ConflictError):
                return

        together(act)
        with desk.store.snapshot() as facts:
            assert not switches.is_on(facts, "engine/trivial"), "what was thrown off is not on again by an older proposal"
