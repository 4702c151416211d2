"""A view of some partitions, and a view without room: neither ever calls absent what it does not have."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from policy.adapters.view import ViewReader, ViewWriter
from policy.adapters.view_waiting import await_at_least
from policy.adapters.view_writer import EVERY_QUESTION, held_partitions
from policy.core.opening import opening_events
from policy.core.question import gather, question_of
from policy.errors import StaleViewError, ViewFullError
from schemas.account import AccountBlocked, AccountRegistered
from schemas.ids import PARTITIONS, POLICY_STREAM, partition_of, stream_id
from tests.golden.policy.situations import NAMES, situations
from tests.policy_parts import Feed

REGISTERED = AccountRegistered(region="KR", locale="ko", minor=False)
HELD = range(8)


def account(wanted: Callable[[int], bool]) -> str:
    """Find an account whose partition is wanted."""
    names = (stream_id("account", number.to_bytes(16)) for number in range(1000))
    return next(name for name in names if wanted(partition_of(name)))


HERE = account(lambda partition: partition in HELD)
ELSEWHERE = account(lambda partition: partition not in {*HELD, *EVERY_QUESTION})


@pytest.fixture
def view(tmp_path: Path):
    writer = ViewWriter(tmp_path / "view", partitions=HELD)
    feed = Feed()
    history = [(HERE, REGISTERED), (HERE, AccountBlocked(account=ELSEWHERE)), (ELSEWHERE, REGISTERED), *opening_events("b" * 64, ["e"])]
    writer.apply(feed.of(*history), feed.beat(1), now=(1_000_000, 0))
    yield ViewReader(tmp_path / "view")
    writer.close()


def test_what_is_held_is_read_and_what_names_another_partition_is_kept(view: ViewReader) -> None:
    assert view.head(HERE) == (2, 2)
    assert view.get(HERE, f"blocks/{ELSEWHERE}") is not None
    assert view.get(POLICY_STREAM, "bundle") is not None


@pytest.mark.parametrize(
    "ask",
    [
        lambda view: view.head(ELSEWHERE),
        lambda view: view.get(ELSEWHERE, "account"),
        lambda view: view.scan(ELSEWHERE, "blocks/"),
        lambda view: view.consent_revision(ELSEWHERE),
        lambda view: view.used(HERE, "grant", HERE),
        lambda view: await_at_least(view, {ELSEWHERE: 1}),
    ],
)
def test_what_is_not_held_is_refused_by_its_own_code(view: ViewReader, ask: Callable[[ViewReader], object]) -> None:
    with pytest.raises(StaleViewError) as raised:
        ask(view)
    assert raised.value.code == "feed.shard"


def test_what_does_not_exist_in_a_held_partition_is_absent(view: ViewReader) -> None:
    absent = next(name for number in range(1000, 9000) if partition_of(name := stream_id("account", number.to_bytes(16))) in HELD)
    assert view.head(absent) is None
    assert view.get(absent, "account") is None
    assert view.head("no stream at all") is None


def test_no_question_is_gathered_on_facts_that_are_not_held(tmp_path: Path) -> None:
    """Whatever the share, a golden situation gathers as it must or is refused: never with a fact left out."""
    situation = situations()[0]
    whole = ViewWriter(tmp_path / "whole")
    whole.apply(Feed().of(*situation.events()))
    expected = gathered(ViewReader(tmp_path / "whole"))
    whole.close()
    answers: list[object] = []
    for share in range(0, PARTITIONS, 4):
        folder = tmp_path / f"share-{share}"
        writer = ViewWriter(folder, partitions=[at for at in range(PARTITIONS) if at not in range(share, share + 4)])
        writer.apply(Feed().of(*situation.events()))
        try:
            answers.append(gathered(ViewReader(folder)))
        except StaleViewError as error:
            answers.append(error.code)
        writer.close()
    assert "feed.shard" in answers
    assert all(answer in ("feed.shard", expected) for answer in answers)


def gathered(reader: ViewReader) -> object:
    question = question_of(reader, NAMES["generation"], "start")
    assert question is not None
    found = gather(reader, question)
    return found.input | {"now_us": 0}, found.holding


def test_freshness_is_judged_on_what_is_held(tmp_path: Path) -> None:
    feed = Feed()
    writer = ViewWriter(tmp_path / "two", partitions=HELD)
    events = feed.of((HERE, REGISTERED), (ELSEWHERE, REGISTERED))
    writer.apply(events[:1], feed.beat(1), now=(1_000_000, 0))
    assert ViewReader(tmp_path / "two").freshness(1_000_000, 0).log_index == 1
    writer.close()


def test_another_share_begins_anew(tmp_path: Path) -> None:
    writer = ViewWriter(tmp_path / "view", partitions=HELD)
    writer.apply(Feed().of((HERE, REGISTERED)))
    writer.close()
    again = ViewWriter(tmp_path / "view")
    assert (again.state.whole, again.state.log_index) == (True, -1)
    again.close()


def test_every_share_holds_what_every_question_reads() -> None:
    assert set(EVERY_QUESTION) <= set(held_partitions([3]))
    assert held_partitions(None) == tuple(range(PARTITIONS))
    with pytest.raises(ValueError, match="32"):
        held_partitions([32])


def test_a_full_view_stops_refuses_as_full_and_goes_on_where_it_was_when_there_is_room(tmp_path: Path) -> None:
    folder, feed = tmp_path / "view", Feed()
    writer = ViewWriter(folder, map_bytes=1 << 20)
    now = (time.time_ns() // 1000, time.monotonic_ns() // 1000)
    writer.apply(feed.of((HERE, REGISTERED)), feed.beat(1, now[0]), now=now)
    reader = ViewReader(folder)
    assert reader.freshness(*now).age_us == 0
    many = feed.of(*((HERE, AccountBlocked(account=stream_id("account", number.to_bytes(16)))) for number in range(40_000)))
    with pytest.raises(ViewFullError, match="CAMEO_VIEW_MIB"):
        writer.apply(many, feed.beat(2, now[0]), now=now)
    assert reader.freshness(*now).log_index == 0
    with pytest.raises(StaleViewError) as raised:
        reader.freshness(now[0] + 500_000, now[1] + 500_000)
    assert (raised.value.code, reader.head(HERE)) == ("feed.full", (1, 1))
    reader.close()
    writer.close()
    roomy = ViewWriter(folder, map_bytes=1 << 26)
    roomy.apply(many, feed.beat(2, now[0]), now=now)
    assert ViewReader(folder).freshness(*now).log_index == 40_000
    roomy.close()
