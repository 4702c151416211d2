"""The lexicon's files: read whole or not at all, named by their digest, and true to themselves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from serving.core.judging import understand
from serving.core.judging.terms import parts_of
from serving.judge.lexicon import FILES, FOLDER, LexiconError, installed, load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "words"))


def test_the_version_is_the_digest_of_the_words(folder: Path):
    assert load(folder).version == installed().version
    with (folder / "innocent.toml").open("a") as file:
        file.write("\n")
    assert load(folder).version != installed().version


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_missing_or_none_is_refused(folder: Path, name: str):
    (folder / name).write_text("[[")
    with pytest.raises(LexiconError):
        load(folder)
    (folder / name).unlink()
    with pytest.raises(LexiconError):
        load(folder)


def test_a_group_that_no_block_names_is_refused(folder: Path):
    with (folder / "blocks.toml").open("a") as file:
        file.write('\nforgotten = ["x"]\n')
    with pytest.raises(LexiconError, match="forgotten"):
        load(folder)


def test_every_term_has_a_word_that_can_be_found():
    lexicon = installed()
    concepts = [term for one in lexicon.concepts.values() for term in (*one.names, *one.words, *one.hints)]
    groups = [term for terms in lexicon.groups.values() for term in terms]
    assert [term for term in (*concepts, *groups, *lexicon.innocent) if not parts_of(term)] == []


def test_every_category_is_understood_by_each_of_its_names():
    lexicon = installed()
    lost = [
        (name, word)
        for name, one in lexicon.concepts.items()
        if one.category
        for word in one.names
        if name not in understand(f"no {word}" if word.isascii() else f"{word} 금지", lexicon).categories
    ]
    assert lost == []
