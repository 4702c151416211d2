"""The view that the bench writes in one go is the view that the feed would come to."""

from __future__ import annotations

from pathlib import Path

from bench.arriving import fill_view
from bench.view.dense import build
from bench.view.people import People
from policy.adapters import view_layout
from policy.adapters.view import ViewReader


def test_a_view_written_in_one_go_says_what_the_feed_would_have_written(tmp_path: Path) -> None:
    people = People(40)
    build(tmp_path / "dense", people)
    fill_view(tmp_path / "fed", (event for person in range(people.size) for event in people.history(person)))
    dense, fed = ViewReader(tmp_path / "dense"), ViewReader(tmp_path / "fed")
    assert dense.digest() == fed.digest()
    assert dense.statistics() | {"bytes": 0, "meta": 0} == fed.statistics() | {"bytes": 0, "meta": 0}
    for folder in ("dense", "fed"):
        view_layout.close(tmp_path / folder)
