"""The sentence model as installed: its cosines are the published ones; anything else in its place is no model."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.judge.meaning import FOLDER, VERSION, MiniLm, meaning_of


@pytest.fixture(scope="module")
def meaning(models: Path) -> MiniLm:
    return MiniLm(models)


def test_cosines_are_those_of_the_model_card(meaning: MiniLm):
    """sentence-transformers' own example, in PyTorch: .695, .943, .257."""
    (row,) = meaning.alike(["That is a happy person"], ["That is a happy dog", "That is a very happy person", "Today is a sunny day"])
    assert row == pytest.approx([0.6946, 0.9429, 0.2569], abs=2e-4)


def test_a_text_longer_than_the_model_reads_is_cut(meaning: MiniLm):
    ((same,),) = meaning.alike(["word " * 400], ["word " * 500])
    assert same == pytest.approx(1.0, abs=1e-4)


def test_nothing_to_compare_gives_nothing(meaning: MiniLm):
    assert meaning.alike([], ["a"]) == []
    assert meaning.alike(["a"], []) == [[]]


def test_the_version_names_the_weights_of_the_table():
    table = (Path(__file__).parents[3] / "infra" / "models.toml").read_text(encoding="utf-8")
    assert f'sha256 = "{VERSION.rsplit("-", 1)[1]}' in table


@pytest.mark.parametrize("made", [(), ("model.safetensors",), ("tokenizer.json",), ("model.safetensors", "tokenizer.json")])
def test_files_that_are_missing_or_broken_give_no_model(tmp_path: Path, made: tuple[str, ...]):
    (tmp_path / FOLDER).mkdir()
    for name in made:
        (tmp_path / FOLDER / name).write_bytes(b"\x10\0\0\0\0\0\0\0not a model at all")
    assert meaning_of(tmp_path) is None
