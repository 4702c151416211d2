"""`cameo identity assess`, as far as no model is needed: wrong use is said before hours of work, and help says how to lift what refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from serving.cli.identity import identity


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "takes" / "sub").mkdir(parents=True)
    for name in ("a.webm", "sub/b.mp4"):
        (tmp_path / "takes" / name).write_bytes(b"")
    return tmp_path / "takes"


@pytest.mark.parametrize("rows", ["", "c.webm,bona_fide\n", "takes/a.webm,bona_fide\n", "b.webm,photo\nA.webm,photo\n"])
def test_labels_that_name_no_file_there_are_wrong_use_and_nothing_is_assessed(folder: Path, rows: str) -> None:
    table = folder.parent / "labels.csv"
    table.write_text("file,label\n" + rows, encoding="utf-8")
    done = CliRunner().invoke(identity, ["assess", str(folder), "--labels", str(table)])
    assert done.exit_code == 2
    assert "labels.csv labels none of the 2 recordings" in done.output
    assert "a.webm" in done.output, "how its names should read"
    assert "[1/2]" not in done.output


def test_help_says_how_media_that_software_wrote_is_measured() -> None:
    text = CliRunner().invoke(identity, ["assess", "--help"]).output
    assert '{"injection.encoder": 99, "injection.timing": 0}' in text
