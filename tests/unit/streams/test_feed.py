"""What of the feed is applied, dropped, or asked of the ledger."""

from __future__ import annotations

import msgspec
import pytest

from schemas.envelope import Envelope
from schemas.errors import SchemaError
from schemas.ids import PARTITIONS, partition_of
from streams.core.carried import Beat, Carried, carried, decode_beat, encode_beat, headers, number, time_text
from streams.core.feed import Gap, Reached, missing, newest, sift

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
