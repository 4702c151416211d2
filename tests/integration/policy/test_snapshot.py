"""Snapshots of a real view: what is taken is what comes back, and what is not whole or not ours is refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bench.view.people import People
from policy.adapters import view_layout, view_snapshot
from policy.adapters.view import ViewReader, ViewWriter
from policy.adapters.view_snapshot import MANIFEST, Snapshot
from policy.errors import SnapshotError, StaleViewError, ViewHeldError
from schemas.account import AccountRegistered
from tests.policy_parts import Feed

ANN = "account-" + "a" * 32
REGISTERED = AccountRegistered(region="KR", locale="ko", minor=False)
PEOPLE = People(30)
NOW = (1_000_000, 0)


class Fed:
    """A view of thirty people, its feed, and the folder of its snapshots."""

    def __init__(self, folder: Path) -> None:
        self.view, self.snapshots, self.other = folder / "view", folder / "snapshots", folder / "other"
        self.feed = Feed()
        self.writer = ViewWriter(self.view)
        self.apply(*(event for person in range(PEOPLE.size) for event in PEOPLE.history(person)))

    def apply(self, *history) -> None:
        self.writer.apply(self.feed.of(*history), self.feed.beat(self.feed.index + 1), offsets=dict.fromkeys(range(32), 5), now=NOW)

    def take(self) -> tuple[Path, Snapshot]:
        return view_snapshot.take(self.view, self.snapshots)

    def restore(self, incarnation: int = 1, partitions: range | None = None) -> tuple[Snapshot | None, list[str]]:
        told: list[str] = []
        return view_snapshot.restore(self.snapshots, self.other, incarnation, partitions, told.append), told


@pytest.fixture
def fed(tmp_path: Path) -> Iterator[Fed]:
    made = Fed(tmp_path)
    yield made
    made.writer.close()
    view_layout.close(made.other)


def test_a_restored_view_holds_the_same_and_goes_on(fed: Fed) -> None:
    _, snapshot = fed.take()
    before = ViewReader(fed.view).digest()
    fed.apply((ANN, REGISTERED))
    assert fed.restore() == (snapshot, [])
    again = ViewWriter(fed.other)
    assert ViewReader(fed.other).digest() == before != ViewReader(fed.view).digest()
    assert again.state.offsets == (5,) * 32
    tail = Feed()
    tail.sequences, tail.index = list(again.state.applied), again.state.log_index
    again.apply(tail.of((ANN, REGISTERED)))
    assert ViewReader(fed.other).digest() == ViewReader(fed.view).digest()
    again.close()


def test_an_open_reader_follows_to_the_view_that_was_put_in_the_place_of_its_own(fed: Fed) -> None:
    fed.take()
    fed.apply((ANN, REGISTERED))
    fed.writer.close()
    reader = ViewReader(fed.view)
    assert reader.head(ANN) == (1, 1)
    for name in (view_layout.DATA, view_layout.READERS):
        (fed.view / name).unlink()
    assert view_snapshot.restore(fed.snapshots, fed.view, 1) is not None
    assert reader.head(ANN) == (1, 1)
    assert reader.freshness(*NOW).age_us == 0
    for code in ("feed.stale", "feed.missing"):
        with pytest.raises(StaleViewError, match=code):
            reader.freshness(NOW[0] + 500_000, NOW[1] + 500_000)
    assert reader.head(ANN) is None
    reader.close()


def test_a_restored_view_refuses_until_a_beat_has_come(fed: Fed) -> None:
    assert ViewReader(fed.view).freshness(*NOW).age_us == 0
    fed.take()
    fed.restore()
    with pytest.raises(StaleViewError, match=r"feed\.missing"):
        ViewReader(fed.other).freshness(*NOW)


def test_a_snapshot_is_smaller_than_what_the_feed_left(fed: Fed) -> None:
    _, snapshot = fed.take()
    assert snapshot.bytes < ViewReader(fed.view).statistics()["bytes"]


def test_the_newest_two_are_kept_and_the_newest_is_taken(fed: Fed) -> None:
    taken = []
    for number in range(3):
        fed.apply((f"account-{number:032x}", REGISTERED))
        taken.append(fed.take())
    assert [folder.name for folder in view_snapshot.newest_first(fed.snapshots)] == [taken[2][0].name, taken[1][0].name]
    assert fed.restore()[0] == taken[2][1]


def test_without_a_snapshot_or_with_a_view_nothing_is_done(fed: Fed) -> None:
    assert fed.restore() == (None, [])
    fed.take()
    ViewWriter(fed.other).close()
    assert fed.restore() == (None, [])


def changed(folder: Path, **said: object) -> None:
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest | said))


def flip(folder: Path) -> None:
    data = bytearray((folder / "data.mdb").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "data.mdb").write_bytes(data)


def cut(folder: Path) -> None:
    data = (folder / "data.mdb").read_bytes()
    (folder / "data.mdb").write_bytes(data[: len(data) // 2])


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (flip, "bytes were changed"),
        (cut, "its bytes is"),
        (lambda folder: (folder / "data.mdb").unlink(), "No such file"),
        (lambda folder: (folder / MANIFEST).write_text("{"), "truncated"),
        (lambda folder: changed(folder, layout="1"), "its layout is 1"),
        (lambda folder: changed(folder, incarnation=7), "its incarnation is 7"),
        (lambda folder: changed(folder, held=[1]), "its held is"),
        (lambda folder: changed(folder, log_index=5), "stands elsewhere"),
    ],
)
def test_a_snapshot_that_is_not_whole_or_not_ours_is_passed_over_for_an_older_one(fed: Fed, spoil, why: str) -> None:
    _, older = fed.take()
    fed.apply((ANN, REGISTERED))
    folder, _ = fed.take()
    spoil(folder)
    found, told = fed.restore()
    assert found == older
    assert [why in one for one in told] == [True]
    with pytest.raises(SnapshotError):
        view_snapshot.check(folder, 1)


@pytest.mark.parametrize(("incarnation", "partitions"), [(2, None), (1, range(4))])
def test_a_host_that_wants_another_one_begins_empty(fed: Fed, incarnation: int, partitions: range | None) -> None:
    fed.take()
    found, told = fed.restore(incarnation, partitions)
    assert (found, len(told)) == (None, 1)
    assert not (fed.other / "data.mdb").exists()


def test_an_empty_view_has_no_snapshot(tmp_path: Path) -> None:
    writer = ViewWriter(tmp_path / "view")
    with pytest.raises(SnapshotError, match="nothing"):
        view_snapshot.take(tmp_path / "view", tmp_path / "snapshots")
    writer.close()


def test_one_process_writes_a_view_at_a_time(fed: Fed) -> None:
    with pytest.raises(ViewHeldError):
        ViewWriter(fed.view)
    fed.writer.close()
    fed.writer = ViewWriter(fed.view)
    assert fed.writer.state.log_index == fed.feed.index


def test_a_view_of_an_older_layout_is_built_anew_and_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "view"
    writer = ViewWriter(folder)
    writer.apply(Feed().of((ANN, REGISTERED)))
    with writer._view.environment.begin(write=True) as transaction:
        transaction.put(view_layout.LAYOUT_KEY, b"1", db=writer._view.meta)
    writer.close()
    with pytest.raises(StaleViewError, match=r"feed\.missing.*layout"):
        ViewReader(folder)
    again = ViewWriter(folder)
    assert (again.state.log_index, ViewReader(folder).head(ANN)) == (-1, None)
    again.close()
    shutil.rmtree(folder)
