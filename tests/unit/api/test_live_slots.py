"""Sessions of one process: an account has one, its newest; when all are taken one is told when to come again; none outlives its challenge."""

from __future__ import annotations

import secrets
import time
from contextlib import ExitStack
from typing import Any

import msgspec
import pytest

from identity.core.challenge import Challenge
from identity.core.codes import message
from identity.core.live_plan import length_us
from identity.core.live_session import FIRST_US, MAX_US
from schemas.cameo import LiveFailed, RecordingReceived
from serving.errors import UnavailableError
from serving.fakes import InMemoryAskingLedger
from serving.handlers.live import MAX_GOING, NEEDED_US, LiveDesk, Waiting
from tests.live_client import CHUNK_US, Clock, Nobody, answer, hello, send
from tests.unit.api.conftest import Place, make_place
from tests.unit.api.test_live import BODY, Enrolling, opened, problem, until_a_step

NOW_US = 1_000_000_000


@pytest.fixture
def min_(place: Place) -> Enrolling:
    return Enrolling(place)


def waiting(account: str) -> Waiting:
    """A challenge of somebody's that nobody will hand in."""
    challenge = Challenge(secrets.token_hex(16), account, (), (), NOW_US, NOW_US + 120_000_000, way="stepwise")
    return Waiting(challenge, "", (), lambda *_: pytest.fail("handed in"))  # type: ignore[arg-type, return-value]


def begun(desk: LiveDesk, account: str) -> Waiting:
    one = waiting(account)
    desk.expect(one)
    return desk.take(account, one.challenge.challenge_id)


def desk_at(now_us: int = NOW_US) -> LiveDesk:
    return LiveDesk(lambda: now_us)


def test_one_account_never_takes_the_slots_of_others() -> None:
    desk = desk_at()
    for _ in range(2 * MAX_GOING):
        begun(desk, "account-a")
    for number in range(MAX_GOING - 1):
        begun(desk, f"account-{number}")


def test_an_end_of_an_earlier_session_gives_no_slot_away() -> None:
    desk = desk_at()
    earlier, newer = begun(desk, "account-a"), begun(desk, "account-a")
    for number in range(MAX_GOING - 1):
        begun(desk, f"account-{number}")
    desk.over(earlier, "live.broken")
    with pytest.raises(UnavailableError):
        begun(desk, "account-z")
    desk.over(newer, None)
    begun(desk, "account-z")


def test_when_all_are_taken_one_comes_again_and_the_challenge_is_still_open() -> None:
    desk, mine = desk_at(), waiting("account-z")
    others = [begun(desk, f"account-{number}") for number in range(MAX_GOING)]
    desk.expect(mine)
    with pytest.raises(UnavailableError) as told:
        desk.take("account-z", mine.challenge.challenge_id)
    assert (told.value.code, told.value.status) == ("live.busy", 503)
    assert told.value.retry_after_s
    assert told.value.ko
    desk.over(others[0], None)
    assert desk.take("account-z", mine.challenge.challenge_id) is mine


def test_who_is_told_to_come_again_reads_when_in_both_languages(min_: Enrolling) -> None:
    live: LiveDesk = min_.place.client.app.state.parts.live  # type: ignore[attr-defined]
    for number in range(MAX_GOING):
        one = waiting(f"account-{number}")
        one.challenge = msgspec.structs.replace(one.challenge, expires_at_us=min_.clock.now_us + 120_000_000)
        live.expect(one)
        live.take(one.challenge.account, one.challenge.challenge_id)
    with min_.connect() as socket:
        told = opened(socket, min_)
    assert (told["code"], told["retry_after_s"]) == ("live.busy", 10)
    assert told["detail"]
    assert told["ko"]


def test_whoever_takes_another_challenge_ends_the_session_before(min_: Enrolling) -> None:
    with ExitStack() as both:
        first = both.enter_context(min_.connect())
        opened(first, min_)
        again = min_.place.client.post("/v1/enrolments", json=BODY, headers=min_.headers).json()
        assert problem(first) == ("live.replaced", 4409)
        second = both.enter_context(min_.place.client.websocket_connect(again["live"]))
        second.send_json(hello(min_.token))
        assert second.receive_json()["type"] == "ready"
    assert min_.events(LiveFailed) == [], "no step was shown"


def test_one_that_is_replaced_after_a_step_was_shown_counts_as_broken_off(min_: Enrolling) -> None:
    with min_.connect() as socket:
        until_a_step(socket, min_)
        min_.place.client.post("/v1/enrolments", json=BODY, headers=min_.headers)
        assert problem(socket)[0] == "live.replaced"
    assert [one.code for one in min_.events(LiveFailed)] == ["live.broken"]


def test_one_that_was_answered_is_handed_in_all_the_same(min_: Enrolling) -> None:
    film = Nobody()
    live: LiveDesk = min_.place.client.app.state.parts.live  # type: ignore[attr-defined]
    with min_.connect() as socket:
        opened(socket, min_)
        began_us, told = min_.clock.now_us, list[dict[str, Any]]()
        times = iter(range(CHUNK_US, 40_000_000, CHUNK_US))
        while not any(one["type"] == "done" for one in told):
            recorded_us = next(times)
            min_.clock.now_us = began_us + recorded_us
            told = send(socket, film.film(recorded_us))
        another = waiting(min_.account)
        another.challenge = msgspec.structs.replace(another.challenge, expires_at_us=min_.clock.now_us + 120_000_000)
        live.expect(another)
        assert socket.receive_json()["type"] == "sealed"
    assert len(min_.events(RecordingReceived)) == 1


def test_somebody_elses_new_challenge_ends_nothing(place: Place) -> None:
    min_, theo = Enrolling(place), place.person("theo")[1]
    place.client.app.state.parts.live.clock_us = min_.clock  # type: ignore[attr-defined]
    with min_.connect() as socket:
        opened(socket, min_)
        place.client.post("/v1/enrolments", json=BODY, headers=theo)
        assert answer(socket, Nobody(), min_.clock)["type"] == "sealed"


def test_how_a_session_failed_is_told_in_both_languages(min_: Enrolling) -> None:
    with min_.connect() as socket:
        opened(socket, min_)
        socket.send_bytes(b"garbage" * 100)
        told = socket.receive_json()
    assert (told["code"], told["ko"]) == ("media.unreadable", message("media.unreadable").ko)


class Slow:
    """A ledger and live challenges that go by one clock, which the test sets forward."""

    def __init__(self) -> None:
        self.clock = Clock(time.time_ns() // 1000)
        self.place = make_place(InMemoryAskingLedger("main", self.clock))
        self.person = Enrolling(self.place)
        self.person.clock = self.clock
        self.live: LiveDesk = self.place.client.app.state.parts.live  # type: ignore[attr-defined]
        self.live.clock_us = self.clock


@pytest.fixture
def slow() -> Slow:
    return Slow()


def test_the_longest_session_that_begins_in_time_is_handed_in_in_time(slow: Slow) -> None:
    person, film = slow.person, Nobody()
    challenge = slow.live._waiting[person.started["enrolment"]]
    *before, last = challenge.plan
    longest_us = MAX_US - CHUNK_US * (len(challenge.plan) + 2)  # the next step is told with the next piece of the recording
    challenge.plan = (*before, msgspec.structs.replace(last, takes_us=last.takes_us + longest_us - length_us(challenge.plan)))
    slow.clock.now_us = challenge.challenge.expires_at_us - NEEDED_US
    with person.connect() as socket:
        assert opened(socket, person)["type"] == "ready"
        slow.clock.now_us += FIRST_US - 100_000  # a camera that starts at the last moment
        assert answer(socket, film, slow.clock, seconds=60)["type"] == "sealed"
    assert len(person.events(RecordingReceived)) == 1
