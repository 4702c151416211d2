"""The texts that people accept: each is the one that was published, in both languages, and old ones stay."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from serving import consent_texts
from serving.consent_texts import FOLDER, LANGUAGES, TextsError, acceptable, by_hash, in_force, texts

PUBLISHED = {
    ("2026-11", "en"): "ef038d81438facdab7fb19c7a1b7e26337c75726af4b31ce95c96a6802f79844",
    ("2026-11", "ko"): "2293e951ee01ab4f70ee59b33d1f8558e9e9a67f758dc8279906a455c035b486",
    ("2026-11-22", "en"): "ebb57e6fba77d3e27eca83f254aa8435457bda1fd91ac808f67b286b8fe045b1",
    ("2026-11-22", "ko"): "b46cda887d1799043b1d17a74b1b7a3d0b5fb94b0e4f6f4d3aeef5506f52fe15",
}
"""Add a version's hashes here when it is published; none is ever edited."""


def test_what_was_published_is_what_is_shown():
    assert {(one.version, one.language): one.sha256 for one in texts()} == PUBLISHED
    for one in texts():
        assert hashlib.sha256(one.text.encode()).hexdigest() == one.sha256
        assert by_hash(one.sha256) == one


def test_the_newest_text_is_in_force_in_every_language():
    newest = max(version for version, _ in PUBLISHED)
    assert [in_force(language).version for language in LANGUAGES] == [newest] * len(LANGUAGES)
    assert {in_force(language).language for language in LANGUAGES} == set(LANGUAGES)
    assert in_force("fr") == in_force("en")
    assert all(acceptable(in_force(language).sha256) for language in LANGUAGES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "texts", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "texts"


def test_an_edited_text_is_not_shown(folder):
    path = folder / "2026-11.en.txt"
    path.write_text(path.read_text().replace("at any time", "within a year"))
    with pytest.raises(TextsError, match="not the text"):
        texts(folder)


def test_a_text_that_vanished_is_missed(folder):
    (folder / "2026-11.ko.txt").unlink()
    with pytest.raises(TextsError, match="missing"):
        texts(folder)


def test_an_older_text_is_found_and_accepted_no_more(folder, monkeypatch):
    new = "A newer text."
    (folder / "2099-01.en.txt").write_text(new)
    with (folder / "SHA256SUMS").open("a") as sums:
        sums.write(f"{hashlib.sha256(new.encode()).hexdigest()}  2099-01.en.txt\n")
    read = texts(folder)
    monkeypatch.setattr(consent_texts, "texts", lambda: read)
    old = PUBLISHED["2026-11", "en"]
    assert by_hash(old).version == "2026-11"
    assert acceptable(old) is None
    assert in_force("ko").text == new, "no Korean text yet: English"
