"""The demo's folder: made anew where a demo left it, never where something else lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.demo.stage import StepError, _empty


def test_what_a_demo_left_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "demo" / "installation").mkdir(parents=True)
    (tmp_path / "demo" / "film.mp4").touch()
    _empty(tmp_path / "demo")
    assert list((tmp_path / "demo").iterdir()) == []


@pytest.mark.parametrize("name", [".", "new"])
def test_a_folder_that_is_empty_or_new_is_taken(tmp_path: Path, name: str) -> None:
    _empty(tmp_path / name)
    assert (tmp_path / name).is_dir()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(StepError, match="empty folder"):
        _empty(tmp_path)
    assert (tmp_path / "thesis.txt").exists()
