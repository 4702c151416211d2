"""The consent view on a real LMDB: applied once, whole batches, gaps refused, the same facts as the fold in memory."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from policy.adapters.view import ViewReader, ViewWriter
from policy.core.digest import facts_digest, head_row
from policy.errors import StaleViewError, ViewError
from policy.fakes import InMemoryFacts
from schemas.account import AccountBlocked, AccountFollowed, AccountRegistered, AccountUnblocked
from schemas.consent import GrantGiven
from schemas.generation import AttemptLost, GenerationProgressed, GenerationReleased, GenerationStarted, UseRef
from schemas.registry import Event
from tests.policy_parts import Feed

ANN, BEN = "account-" + "a" * 32, "account-" + "b" * 32
CAMEO = "cameo-" + "c" * 32
ONE, TWO = "generation-" + "1" * 32, "generation-" + "2" * 32
USE = (UseRef(cameo=CAMEO, grant="g1"),)
REGISTERED = AccountRegistered(region="KR", locale="ko", minor=False)


def started(attempt: int = 1) -> GenerationStarted:
    return GenerationStarted(attempt=attempt, decision="d", public_key="k", holding={}, not_after_us=None, uses=USE, assets=())


def released() -> GenerationReleased:
    return GenerationReleased(attempt=1, decision="d", sealed_sha256="s", film_sha256="f", key_id="k", holding={}, uses=USE)


GRANT = GrantGiven(grant="g1", grantee=BEN, purposes=("personal",), facets=("face",), from_us=None, until_us=None, uses=2, review=False)
HISTORY: tuple[tuple[str, Event], ...] = (
    (ANN, REGISTERED),
    (BEN, REGISTERED),
    (ANN, AccountFollowed(account=BEN)),
    (ANN, AccountBlocked(account=BEN)),
    (ANN, AccountUnblocked(account=BEN)),
    (CAMEO, GRANT),
    (ONE, started()),
    (ONE, GenerationProgressed(attempt=1, permille=5)),
    (TWO, started()),
    (TWO, AttemptLost(attempt=1, final=False, codes=(), uses=USE)),
    (ONE, released()),
)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[ViewWriter]:
    made = ViewWriter(tmp_path / "view")
    yield made
    made.close()


def reader_of(writer: ViewWriter) -> ViewReader:
    return ViewReader(writer._folder)


def in_memory_digest(history: Sequence[tuple[str, Event]]) -> str:
    facts = InMemoryFacts(history)
    rows = [(stream, key, fact.value, fact.revision) for stream, kept in facts.facts.items() for key, fact in kept.items()]
    return facts_digest(rows + [head_row(stream, *head) for stream, head in facts.heads.items()])


def test_the_view_holds_the_very_facts_of_the_fold(writer: ViewWriter) -> None:
    writer.apply(Feed().of(*HISTORY))
    assert reader_of(writer).digest() == in_memory_digest(HISTORY)


def test_applying_twice_equals_once(writer: ViewWriter) -> None:
    events = Feed().of(*HISTORY)
    for one in events:
        writer.apply([one])
    digest, used = reader_of(writer).digest(), reader_of(writer).used(CAMEO, "g1", TWO)
    writer.apply(events)
    assert (reader_of(writer).digest(), reader_of(writer).used(CAMEO, "g1", TWO)) == (digest, used)


def test_uses_are_reserved_consumed_and_returned(writer: ViewWriter) -> None:
    writer.apply(Feed().of(*HISTORY))
    assert reader_of(writer).used(CAMEO, "g1", ONE)[:2] == (0, True)
    assert reader_of(writer).used(CAMEO, "g1", TWO)[:2] == (1, False)


def test_a_gap_refuses_and_writes_nothing_of_its_batch(writer: ViewWriter) -> None:
    events = Feed().of((ANN, REGISTERED), (ANN, AccountFollowed(account=BEN)), (ANN, AccountBlocked(account=BEN)))
    with pytest.raises(StaleViewError, match=r"feed\.gap"):
        writer.apply([events[0], events[2]])
    assert reader_of(writer).head(ANN) is None
    writer.apply(events)
    assert reader_of(writer).get(ANN, f"blocks/{BEN}") is not None


def test_a_hole_in_a_stream_is_a_gap_even_where_the_sequence_has_none(writer: ViewWriter) -> None:
    first, second = Feed().of((ANN, REGISTERED), (ANN, AccountFollowed(account=BEN)))
    with pytest.raises(StaleViewError, match=r"feed\.gap"):
        writer.apply([second._replace(partition_seq=first.partition_seq)])


def test_a_beat_counts_from_when_its_events_are_here(writer: ViewWriter) -> None:
    feed = Feed()
    events = feed.of(*HISTORY)
    writer.apply([], feed.beat(1), now=(1_000_000, 50))
    reader = reader_of(writer)
    with pytest.raises(StaleViewError, match=r"feed\.missing"):
        reader.freshness(1_000_100, 60)
    assert reader.position == -1
    writer.apply(events, now=(1_000_200, 250))
    fresh = reader.freshness(1_000_300, 350)
    assert (fresh.beat_time_us, fresh.log_index, reader.position) == (1_000_000, feed.index, feed.index)


def test_beats_that_wait_for_events_for_too_long_are_a_gap(writer: ViewWriter) -> None:
    feed = Feed()
    writer.apply(feed.of((ANN, REGISTERED)), feed.beat(1), now=(1_000_000, 0))
    feed.of((ANN, AccountFollowed(account=BEN)))
    writer.apply([], feed.beat(2, 1_200_000), now=(1_200_000, 200_000))
    assert reader_of(writer).freshness(1_300_000, 300_000).age_us == 300_000
    with pytest.raises(StaleViewError, match=r"feed\.gap"):
        reader_of(writer).freshness(1_500_000, 500_000)


def test_beats_of_an_older_relay_do_not_count(writer: ViewWriter) -> None:
    feed = Feed()
    writer.apply([], feed.beat(1, 1_000_000, epoch=2), now=(1_000_000, 0))
    writer.apply([], feed.beat(9, 1_400_000, epoch=1), now=(1_400_000, 400_000))
    with pytest.raises(StaleViewError, match=r"feed\.epoch"):
        reader_of(writer).freshness(1_500_000, 500_000)


def test_a_reading_stays_as_it_was_while_the_view_moves_on(writer: ViewWriter) -> None:
    feed = Feed()
    writer.apply(feed.of((ANN, REGISTERED)))
    with reader_of(writer).reading() as facts:
        assert facts.head(ANN) == (1, 1)
        writer.apply(feed.of((ANN, AccountBlocked(account=BEN))))
        assert facts.head(ANN) == (1, 1)
        assert facts.get(ANN, f"blocks/{BEN}") is None
    assert reader_of(writer).consent_revisions([ANN, BEN]) == {ANN: 2, BEN: 0}


def test_what_is_no_consent_leaves_the_consent_revision(writer: ViewWriter) -> None:
    writer.apply(Feed().of((ONE, started()), (ONE, GenerationProgressed(attempt=1, permille=5))))
    assert reader_of(writer).head(ONE) == (2, 0)


def test_where_the_feed_goes_on_is_kept(tmp_path: Path) -> None:
    feed = Feed()
    writer = ViewWriter(tmp_path / "view")
    writer.apply(feed.of((ANN, REGISTERED)), offsets={3: 17})
    writer.close()
    again = ViewWriter(tmp_path / "view")
    assert (again.state.offsets[3], list(again.state.applied), again.state.log_index) == (17, feed.sequences, 0)
    again.close()


def test_a_view_of_another_incarnation_is_emptied(tmp_path: Path) -> None:
    writer = ViewWriter(tmp_path / "view", incarnation=1)
    writer.apply(Feed().of((ANN, REGISTERED)))
    writer.close()
    again = ViewWriter(tmp_path / "view", incarnation=2)
    assert (reader_of(again).head(ANN), sum(again.state.applied)) == (None, 0)
    again.close()


def test_no_view_is_a_missing_feed(tmp_path: Path) -> None:
    with pytest.raises(StaleViewError, match=r"feed\.missing"):
        ViewReader(tmp_path / "nowhere")


def test_a_second_writer_after_a_reader_in_one_process_is_refused(tmp_path: Path) -> None:
    ViewWriter(tmp_path / "view").close()
    reader = ViewReader(tmp_path / "view")
    with pytest.raises(ViewError):
        ViewWriter(tmp_path / "view")
    reader.close()


def test_another_process_reads_what_was_applied(writer: ViewWriter) -> None:
    writer.apply(Feed().of(*HISTORY))
    program = textwrap.dedent(
        f"""
        from policy.adapters.view import ViewReader
        print(ViewReader({str(writer._folder)!r}).digest())
        """
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": "."})
    assert told.stdout.strip() == in_memory_digest(HISTORY)


def test_a_writer_killed_within_a_batch_loses_and_halves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "view"
    program = textwrap.dedent(
        f"""
        import os, signal, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_view import *
        from tests.policy_parts import Feed
        from policy.adapters import view_writer
        feed = Feed()
        writer = ViewWriter({str(folder)!r})
        writer.apply(feed.of((ANN, REGISTERED)))
        calls = 0
        class Dying(ViewWriter):
            def _beaten(self, *arguments):
                os.kill(os.getpid(), signal.SIGKILL)
        writer.__class__ = Dying
        writer.apply(feed.of((BEN, REGISTERED), (ONE, started())))
        """
    )
    died = subprocess.run([sys.executable, "-c", program], check=False, env=os.environ | {"PYTHONPATH": "."})
    assert died.returncode == -9
    writer = ViewWriter(folder)
    assert (reader_of(writer).head(ANN), reader_of(writer).head(BEN)) == ((1, 1), None)
    writer.close()
