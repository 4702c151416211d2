"""What of the feed is applied, dropped, or asked of the ledger."""

from __future__ import annotations

import msgspec
import pytest

from schemas.envelope import Envelope
from schemas.errors import SchemaError
from schemas.ids import PARTITIONS, partition_of
from streams.core.carried import Beat, Carried, carried, decode_beat, encode_beat, headers, number, time_text
from streams.core.feed import Gap, Place, Reached, Record, is_set_back, missing, newest, shares, sift

STREAM = "account-" + "a" * 32
AT = partition_of(STREAM)


def envelope(revision: int) -> Envelope:
    return Envelope(
        tenant="main", stream=STREAM, revision=revision, position=revision, event_id=f"e{revision}", type="account.blocked", version=1,
        actor="a", acting_as=None, app=None, correlation="c", causation=None, time_us=1_700_000_000_000_001, data={"account": "b"}, sealed={},
    )  # fmt: skip


def event(seq: int, epoch: int = 1) -> Carried:
    return Carried(seq - 1, AT, seq, epoch, envelope(seq))


def reached(seq: int, epoch: int = 1) -> Reached:
    sequences = [0] * PARTITIONS
    sequences[AT] = seq
    return Reached(tuple(sequences), epoch)


def beat(seq: int, epoch: int = 1, count: int = 1) -> Beat:
    return Beat(epoch=epoch, beat=count, time_us=1, log_index=seq - 1, sequences=reached(seq).sequences)


def test_events_that_continue_are_applied_in_order_and_repeats_are_dropped() -> None:
    sifted = sift(reached(1), [event(1), event(2), event(2), event(3)])
    assert [one.partition_seq for one in sifted.apply] == [2, 3]
    assert sifted.reached == reached(3)
    assert sifted.gaps == ()


def test_what_does_not_continue_is_a_gap_up_to_the_last_that_is_known() -> None:
    sifted = sift(reached(1), [event(2), event(4), event(5)])
    assert [one.partition_seq for one in sifted.apply] == [2]
    assert sifted.gaps == (Gap(AT, 3, 5),)


def test_a_relay_that_is_over_is_not_believed() -> None:
    sifted = sift(reached(1, epoch=3), [event(2, epoch=2)])
    assert sifted.apply == ()
    assert sifted.gaps == (Gap(AT, 2, 2),)
    assert sifted.reached.epoch == 3


def test_the_newest_beat_counts_by_epoch_then_number() -> None:
    assert newest([beat(1, 1, 9), beat(1, 2, 1)], None) == beat(1, 2, 1)
    assert newest([beat(1, 1, 9)], beat(1, 2, 1)) is None
    assert newest([], None) is None


def test_a_beat_names_what_the_view_lacks() -> None:
    assert missing(reached(3), beat(5)) == (Gap(AT, 4, 5),)
    assert missing(reached(5), beat(5)) == ()


def test_an_event_comes_back_from_kafka_as_it_was_numbered() -> None:
    (one,), after = number([envelope(7)], 41, [0] * PARTITIONS)
    assert after[AT] == 1
    assert carried(AT, one.value, headers(one, 3)) == Carried(41, AT, 1, 3, envelope(7))


@pytest.mark.parametrize("wrong", ["partition", "headers", "place", "bytes"])
def test_what_no_relay_sends_is_refused(wrong: str) -> None:
    (one,), _ = number([envelope(7)], 41, [0] * PARTITIONS)
    found = headers(one, 0 if wrong == "place" else 1)
    with pytest.raises(SchemaError):
        carried(
            (AT + 1) % PARTITIONS if wrong == "partition" else AT,
            one.value + b" " if wrong == "bytes" else one.value,
            found[:-1] if wrong == "headers" else found,
        )


def test_a_beat_comes_back_as_it_was_sent_and_names_every_partition() -> None:
    assert decode_beat(encode_beat(beat(5))) == beat(5)
    with pytest.raises(SchemaError):
        decode_beat(encode_beat(msgspec.structs.replace(beat(5), sequences=(1, 2))))


def test_time_is_written_to_the_microsecond_in_utc() -> None:
    assert time_text(1_700_000_000_000_001) == "2023-11-14T22:13:20.000001Z"


def test_what_a_view_does_not_hold_is_neither_applied_nor_missing() -> None:
    elsewhere = Reached(held=tuple(at for at in range(PARTITIONS) if at != AT))
    sifted = sift(elsewhere, [event(1), event(3)])
    assert (sifted.apply, sifted.gaps, sifted.reached) == ((), (), elsewhere)
    assert missing(elsewhere, beat(3)) == ()


@pytest.mark.parametrize(
    ("place", "record", "event_id", "set_back"),
    [
        (Place(1, 4, "e"), Record(1, 2, reached(5).sequences), "e", False),
        (Place(1, 4, "e"), Record(1, 3, reached(9).sequences), "e", False),
        (Place(1), Record(1, 2, reached(5).sequences), None, False),
        (Place(1, 4, "e"), Record(1, 2, reached(4).sequences), "e", True),
        (Place(1, 4, "e"), Record(1, 1, reached(5).sequences), "e", True),
        (Place(1, 4, "e"), Record(1, 2, reached(5).sequences), "another", True),
        (Place(1, 4, "e"), Record(1, 2, reached(5).sequences), None, True),
    ],
)
def test_a_ledger_that_knows_less_or_other_than_was_applied_was_set_back(
    place: Place, record: Record, event_id: str | None, *, set_back: bool
) -> None:
    assert is_set_back(reached(5, epoch=2), place, record, event_id) is set_back


@pytest.mark.parametrize(("text", "held"), [("0-31", tuple(range(32))), ("3", (3,)), ("3, 7-9,8", (3, 7, 8, 9))])
def test_a_share_is_read(text: str, held: tuple[int, ...]) -> None:
    assert shares(text) == held


@pytest.mark.parametrize("text", ["", "32", "0-32", "5-3", "a", "-1"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- int's own words, or ours
        shares(text)
