"""Every fault of the feed and its code, on a real view: what was fresh a moment before refuses, and says why.

The faults of real parts (a relay that is frozen, Kafka away, a ledger set back, a host cut off) are in
tests/integration/streams and tests/chaos/streams; what they come to in the view is this table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from policy.adapters.view import ViewReader, ViewWriter
from policy.adapters.view_layout import STATE, decode_state, encode_state
from policy.errors import StaleViewError
from schemas.account import AccountBlocked, AccountRegistered
from tests.policy_parts import Feed

ANN, BEN = "account-" + "a" * 32, "account-" + "b" * 32
REGISTERED = AccountRegistered(region="KR", locale="ko", minor=False)
BLOCKED = AccountBlocked(account=BEN)
HALF_A_SECOND_US = 500_000
START_US = 1_700_000_000_000_000


@dataclass
class Host:
    """A host: its two clocks, its view, and the relay's beats that reach it."""

    folder: Path
    feed: Feed = field(default_factory=Feed)
    wall_us: int = START_US
    mono_us: int = 50_000_000
    postgres_us: int = START_US
    beats: int = 0
    epoch: int = 3

    def __post_init__(self) -> None:
        self.writer = ViewWriter(self.folder / "view")
        self.apply((ANN, REGISTERED))
        self.reader = ViewReader(self.folder / "view")

    def pass_us(self, by_us: int) -> None:
        self.wall_us += by_us
        self.mono_us += by_us
        self.postgres_us += by_us

    def apply(self, *history, **beat: int) -> None:
        events = self.feed.of(*history)
        self.writer.apply(events, self.beat(**beat), now=(self.wall_us, self.mono_us))

    def beat(self, **other: int):
        self.beats += 1
        made = self.feed.beat(self.beats, self.postgres_us, self.epoch)
        return msgspec.structs.replace(made, **other)

    def beating(self, for_us: int, send: Callable[[], None]) -> None:
        for _ in range(for_us // 200_000):
            self.pass_us(200_000)
            send()

    def code(self) -> str | None:
        try:
            self.reader.freshness(self.wall_us, self.mono_us)
        except StaleViewError as error:
            return error.code
        return None

    def reopened(self, **state: object) -> None:
        """Another start of the feeder and its readers, on what lies in the folder; `state`: what a restored folder says."""
        self.writer.close()
        self.writer = ViewWriter(self.folder / "view")
        if state:
            view = self.writer._view
            with view.environment.begin(write=True) as transaction:
                found = decode_state(transaction.get(STATE, db=view.meta))
                transaction.put(STATE, encode_state(msgspec.structs.replace(found, **state)), db=view.meta)
        self.reader = ViewReader(self.folder / "view")


def nothing_comes(host: Host) -> None:
    host.pass_us(HALF_A_SECOND_US)


def clock_jumps_forward(host: Host) -> None:
    host.wall_us += HALF_A_SECOND_US


def clock_jumps_back(host: Host) -> None:
    host.wall_us -= 100_001


def clock_jumps_back_by_less_and_nothing_comes(host: Host) -> None:
    host.pass_us(HALF_A_SECOND_US)
    host.wall_us -= 90_000


def beat_from_the_future(host: Host) -> None:
    host.apply(time_us=host.postgres_us + 100_001)


def beat_from_the_future_and_then_the_clock_is_set(host: Host) -> None:
    host.apply(time_us=host.postgres_us + 200_000)
    host.wall_us += 200_000


def old_view_restored(host: Host) -> None:
    host.pass_us(3_600_000_000)
    host.reopened()


def old_view_restored_after_a_new_start_of_the_host(host: Host) -> None:
    """The monotonic clock of the new start may say anything, the wall clock may be wrong by as much: neither is asked."""
    kept = host.writer.state.beat
    host.reopened(beat=msgspec.structs.replace(kept, boot="another start"))


def view_without_beat_restored(host: Host) -> None:
    host.reopened(beat=None)


def old_ledger_restored(host: Host) -> None:
    """The relay goes on under a newer epoch, over a log that is shorter than an earlier beat said."""
    host.apply((ANN, BLOCKED))
    host.epoch, host.beats = host.epoch + 1, 0
    host.beating(HALF_A_SECOND_US + 100_000, lambda: host.apply(log_index=0, sequences=(0,) * 32))


def old_ledger_found_out(host: Host) -> None:
    host.writer.empty(rewound=True)


def lost_partition(host: Host) -> None:
    host.feed.of((ANN, BLOCKED))
    host.beating(HALF_A_SECOND_US + 100_000, host.apply)


def skipped_event(host: Host) -> None:
    skipped, following = host.feed.of((ANN, BLOCKED), (ANN, REGISTERED))
    with pytest.raises(StaleViewError, match=r"feed\.gap"):
        host.writer.apply([following])
    assert skipped.partition_seq == following.partition_seq - 1
    host.beating(HALF_A_SECOND_US + 100_000, host.apply)


def second_relay_of_an_older_epoch(host: Host) -> None:
    host.beating(HALF_A_SECOND_US + 100_000, lambda: host.apply(epoch=host.epoch - 1))


def feeder_had_no_room(host: Host) -> None:
    (host.folder / "view" / "refused").write_text("feed.full")
    host.pass_us(HALF_A_SECOND_US)


FAULTS = {
    nothing_comes: "feed.stale",
    clock_jumps_forward: "feed.stale",
    clock_jumps_back: "feed.ahead",
    clock_jumps_back_by_less_and_nothing_comes: "feed.stale",
    beat_from_the_future: "feed.ahead",
    beat_from_the_future_and_then_the_clock_is_set: "feed.ahead",
    old_view_restored: "feed.stale",
    old_view_restored_after_a_new_start_of_the_host: "feed.stale",
    view_without_beat_restored: "feed.missing",
    old_ledger_restored: "feed.rewound",
    old_ledger_found_out: "feed.rewound",
    lost_partition: "feed.gap",
    skipped_event: "feed.gap",
    second_relay_of_an_older_epoch: "feed.epoch",
    feeder_had_no_room: "feed.full",
}


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    made = Host(tmp_path)
    yield made
    made.writer.close()


@pytest.mark.parametrize(("fault", "code"), FAULTS.items(), ids=lambda one: getattr(one, "__name__", one))
def test_a_fault_refuses_with_its_code(host: Host, fault: Callable[[Host], None], code: str) -> None:
    assert host.code() is None
    fault(host)
    assert host.code() == code


RECOVERS = [
    fault for fault in FAULTS if fault not in {clock_jumps_back, beat_from_the_future_and_then_the_clock_is_set, old_ledger_found_out}
]


@pytest.mark.parametrize("fault", RECOVERS, ids=lambda one: one.__name__)
def test_it_ends_with_the_fault(host: Host, fault: Callable[[Host], None]) -> None:
    """Clocks that agree again, the events that were missing, and a beat of the one relay: fresh again."""
    fault(host)
    host.wall_us = host.postgres_us
    missing = Feed().of((ANN, REGISTERED), (ANN, BLOCKED), (ANN, REGISTERED))[: host.feed.index + 1]
    host.epoch, host.beats = host.epoch + 1, 0
    host.writer.apply(missing, host.beat(), now=(host.wall_us, host.mono_us))
    host.writer._allow()
    assert host.code() is None


def test_a_view_of_another_life_of_the_ledger_is_missing(host: Host) -> None:
    host.writer.close()
    host.writer = ViewWriter(host.folder / "view", incarnation=2)
    host.reader = ViewReader(host.folder / "view")
    assert host.code() == "feed.missing"
