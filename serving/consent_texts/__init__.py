"""Owns the texts that people accept before their likeness is recorded, by version and language. Does not record who accepted one.

A file is VERSION.LANGUAGE.txt, its bytes are what is hashed, and none is ever changed: a new wording is a new version. Old versions
stay, so that whoever holds a receipt can read what was accepted. `SHA256SUMS` is checked when the texts are read.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent
LANGUAGES = ("en", "ko")


class TextsError(Exception):
    """The consent texts are not those that were published."""


class ConsentText(msgspec.Struct, frozen=True):
    """One text: `sha256` is of its bytes, in hex."""

    version: str
    language: str
    text: str
    sha256: str


@cache
def texts(folder: Path = FOLDER) -> tuple[ConsentText, ...]:
    """Read every text, oldest version first; raises TextsError where a file differs from its published hash."""
    lines = (line.split() for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines())
    published = {name: sha256 for sha256, name in lines}
    found: list[ConsentText] = []
    for path in sorted(folder.glob("*.txt")):
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        if published.get(path.name) != sha256:
            message = f"{path.name} is not the text that was published"
            raise TextsError(message)
        version, language, _ = path.name.rsplit(".", 2)
        found.append(ConsentText(version, language, content.decode(), sha256))
    if len(found) != len(published):
        message = "a published text is missing"
        raise TextsError(message)
    return tuple(found)


def in_force(language: str = "en") -> ConsentText:
    """Give the text that is accepted now, in a language; in English where there is none."""
    newest = max(one.version for one in texts())
    now = {one.language: one for one in texts() if one.version == newest}
    return now.get(language, now["en"])


def by_hash(sha256: str) -> ConsentText | None:
    """Find a text of any version."""
    return next((one for one in texts() if one.sha256 == sha256), None)


def acceptable(sha256: str) -> ConsentText | None:
    """Find a text that may be accepted now."""
    return next((one for one in map(in_force, LANGUAGES) if one.sha256 == sha256), None)
