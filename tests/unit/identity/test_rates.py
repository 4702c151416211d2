"""Error rates are named, counted and bounded as ISO/IEC 30107-3 asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from identity.core.rates import Labelled, rate, rates, worst
from identity.offline import LabelsError, Offline, files_of, labelled, labels_of


def test_rates_are_told_for_each_kind_and_the_worst_kind_is_named() -> None:
    found = [
        *(Labelled(None, accepted=place > 0) for place in range(10)),
        *(Labelled("photo", accepted=False) for _ in range(20)),
        *(Labelled("replay", accepted=place < 2) for place in range(4)),
    ]
    told = {one.name: (one.errors, one.count) for one in rates(found)}
    assert told == {"BPCER": (1, 10), "APCER photo": (0, 20), "APCER replay": (2, 4)}
    most = worst(rates(found))
    assert most is not None
    assert most.name == "APCER replay"


@pytest.mark.parametrize(
    ("errors", "count", "low", "high"),
    [(0, 20, 0, 161_130), (1, 10, 17_876, 404_150), (2, 4, 150_036, 849_964), (10, 10, 722_467, 1_000_000)],
)
def test_intervals_are_wilsons(errors: int, count: int, low: int, high: int) -> None:
    one = rate("APCER photo", errors, count)
    assert (one.low_micro, one.high_micro) == (pytest.approx(low, abs=15), pytest.approx(high, abs=15))


@pytest.mark.parametrize(("errors", "count"), [(0, 0), (2, 1), (-1, 3)])
def test_a_rate_of_nothing_is_no_rate(errors: int, count: int) -> None:
    with pytest.raises(ValueError, match="errors among"):
        rate("BPCER", errors, count)


def test_labels_are_read_by_name_and_by_path(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("\ufefffile,label,note\na.webm,bona_fide,\nsub/b.mp4,photo,무언가\n", encoding="utf-8")
    labels = labels_of(table)
    answers = [
        Offline(str(tmp_path / name), accepted=accepted, review=False, codes=(), left_out=(), results=())
        for name, accepted in (("a.webm", True), ("sub/b.mp4", True))
    ]
    assert [labelled(one, labels, tmp_path) for one in answers] == [Labelled(None, accepted=True), Labelled("photo", accepted=True)]
    assert (
        labelled(Offline(str(tmp_path / "c.mp4"), accepted=True, review=False, codes=(), left_out=(), results=()), labels, tmp_path) is None
    )


@pytest.mark.parametrize("text", ["", "name,label\na,b\n", "file,label\na.webm,\n", "file,label\na.webm,photo\na.webm,photo\n"])
def test_labels_that_cannot_be_read_say_where(tmp_path: Path, text: str) -> None:
    table = tmp_path / "labels.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(LabelsError, match=r"labels\.csv"):
        labels_of(table)


def test_a_folder_is_walked_in_order_and_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("b.webm", "a.MP4", "notes.txt", "sub/c.mkv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert [path.name for path in files_of(tmp_path)] == ["a.MP4", "b.webm", "c.mkv"]
