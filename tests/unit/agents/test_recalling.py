"""Which recordings are known after which events: over a log and a keyholder in memory."""

from collections.abc import Sequence

import msgspec
import pytest

from identity.core.fingerprint import Fingerprint
from identity.fakes import InMemoryReplayIndex
from identity.keys.rights import MOST_AT_ONCE
from identity.keys.wire import Opened
from streams.agents.following import Page
from streams.agents.recalling import KnownRecordings, Marked
from tests.unit.agents.test_following import page_of

A, B = ("cameo-" + letter * 32 for letter in "ab")


class Ledger:
    """A log of events with marks, and who opens them."""

    def __init__(self) -> None:
        self.events: list[Marked] = []
        self.marks: dict[int, bytes] = {}
        self.destroyed: set[str] = set()
        self.opened: list[tuple[int, str]] = []
        self.away = 0

    def records(self, stream: str, number: int) -> None:
        position = 7 * len(self.events) + 5
        self.events.append(Marked(3 * len(self.events), position, stream, erased=False))
        self.marks[position] = msgspec.msgpack.encode(mark(number))

    def erases(self, stream: str) -> None:
        self.destroyed.add(stream)
        self.events.append(Marked(3 * len(self.events), 7 * len(self.events) + 5, stream, erased=True))

    def marks_noted(self, after: int, limit: int) -> Page[Marked]:
        return page_of(self.events, after, limit)

    def unseal_at(self, positions: Sequence[int], purpose: str) -> list[Opened]:
        self.opened.append((len(positions), purpose))
        if self.away:
            self.away -= 1
            raise TimeoutError
        streams = {event.position: event.stream for event in self.events}
        return [
            Opened(
                position=p, stream=streams[p], event_id="e", fields={} if streams[p] in self.destroyed else {"fingerprints": self.marks[p]}
            )
            for p in positions
        ]


def mark(number: int) -> Fingerprint:
    return Fingerprint(f"{number:064x}")


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def known(ledger: Ledger) -> KnownRecordings:
    return KnownRecordings(ledger, ledger, InMemoryReplayIndex())


def test_a_recording_is_known_from_the_next_search_on(ledger: Ledger, known: KnownRecordings) -> None:
    assert known.search(mark(1)) == ()
    assert ledger.opened == [], "nothing is asked for nothing"
    ledger.records(A, 1)
    ledger.records(B, 2)
    assert known.search(mark(1)) == (mark(1),)
    assert (len(known), ledger.opened) == (2, [(2, "replay")])


def test_whoever_is_erased_is_forgotten_and_passed_over_by_who_starts_later(ledger: Ledger, known: KnownRecordings) -> None:
    ledger.records(A, 1)
    ledger.records(B, 2)
    known.follow()
    ledger.erases(A)
    later = KnownRecordings(ledger, ledger, InMemoryReplayIndex())
    assert known.follow() == 1
    assert [one.search(mark(1)) for one in (known, later)] == [(), ()]
    assert [one.search(mark(2)) for one in (known, later)] == [(mark(2),)] * 2


def test_what_cannot_be_opened_now_raises_and_is_taken_in_once_by_the_next_search(ledger: Ledger, known: KnownRecordings) -> None:
    ledger.records(A, 1)
    ledger.away = 1
    with pytest.raises(TimeoutError):
        known.search(mark(1))
    assert known.search(mark(1)) == (mark(1),)
    assert len(known) == 1


def test_many_are_opened_by_few_askings(ledger: Ledger, known: KnownRecordings) -> None:
    for number in range(MOST_AT_ONCE + 5):
        ledger.records(A, number)
    assert known.follow() == MOST_AT_ONCE + 5
    assert [count for count, _ in ledger.opened] == [MOST_AT_ONCE, 5]
