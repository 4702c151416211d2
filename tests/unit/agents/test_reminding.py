"""The person of an active cameo is reminded to be seen again a month before the date and at it, each once."""

from __future__ import annotations

import secrets

import pytest

from schemas.cameo import EnrolmentActivated, RefreshDue, SubjectKeyDestroyed
from schemas.codec import event_of
from schemas.consent import ConsentHeld
from schemas.ids import cameo_of, stream_id
from schemas.registry import Event
from streams.agents.expiring import remind
from streams.core.verification import REFRESH_US, REMIND_US
from streams.fakes import InMemoryEventStore
from streams.ports import Append, NewEvent

CAMEO = cameo_of(stream_id("account", bytes([1]) * 16))
BEGAN_US = 1_790_000_000_000_000
BY_US = BEGAN_US + REFRESH_US


class Year:
    """A cameo that became active, and a clock."""

    def __init__(self) -> None:
        self.now_us = BEGAN_US
        self.store = InMemoryEventStore(clock=lambda: self.now_us)
        self.add(EnrolmentActivated(enrolment="e", assurance="basic", refresh_by_us=BY_US))

    def add(self, event: Event) -> None:
        self.store.append(Append(actor="t", events=[NewEvent(CAMEO, event, secrets.token_hex(16))], correlation="c"))

    def at(self, now_us: int) -> bool:
        self.now_us = now_us
        return remind(self.store, CAMEO)

    def told(self) -> list[Event]:
        return [event_of(one) for one in self.store.read(CAMEO) if one.type == "enrolment.refresh_due"]


@pytest.fixture
def year() -> Year:
    return Year()


def test_a_month_before_and_at_the_date_each_once(year: Year) -> None:
    assert not year.at(BY_US - REMIND_US - 1)
    assert year.at(BY_US - REMIND_US)
    assert not year.at(BY_US - 1)
    assert year.at(BY_US)
    assert not year.at(BY_US + REFRESH_US)
    assert year.told() == [RefreshDue(refresh_by_us=BY_US, over=False), RefreshDue(refresh_by_us=BY_US, over=True)]


def test_whoever_was_seen_again_is_reminded_of_the_new_date(year: Year) -> None:
    year.now_us = BY_US - 1
    year.add(EnrolmentActivated(enrolment="f", assurance="basic", refresh_by_us=BY_US + REFRESH_US))
    assert not year.at(BY_US)
    assert year.at(BY_US + REFRESH_US)


@pytest.mark.parametrize("event", [ConsentHeld(), SubjectKeyDestroyed(key_id="k")])
def test_nobody_is_reminded_while_a_call_for_help_holds_the_cameo_nor_when_it_is_erased(year: Year, event: Event) -> None:
    year.add(event)
    assert not year.at(BY_US)


def test_no_date_is_no_reminder(year: Year) -> None:
    year.add(EnrolmentActivated(enrolment="f", assurance="basic"))
    assert not year.at(BY_US)
    assert not remind(year.store, cameo_of(stream_id("account", bytes([2]) * 16)))
