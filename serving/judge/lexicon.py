"""Owns reading the lexicon's file; does not look for its words."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from pathlib import Path

from serving.core.judging import Lexicon, understand

FILE = Path(__file__).with_name("lexicon.toml")


class LexiconError(Exception):
    """The lexicon's file is not one."""


def load(path: Path = FILE) -> Lexicon:
    """Read a lexicon. Its version is the digest of the file's bytes. Raises LexiconError."""
    data = path.read_bytes()
    try:
        read = tomllib.loads(data.decode())
        return Lexicon(
            version=f"lexicon-{hashlib.sha256(data).hexdigest()[:16]}",
            categories={name: frozenset(words) for name, words in read["categories"].items()},
            hard={block["name"]: tuple(frozenset(group) for group in block["all"]) for block in read["hard"]},
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        raise LexiconError(str(path)) from error


@cache
def installed() -> Lexicon:
    """Give the lexicon of this installation; read once."""
    return load()


def categories_of(words: str) -> tuple[str, ...]:
    """Tell what a rule in its owner's words is about, sorted; empty where that was not understood."""
    return tuple(sorted(understand(words, installed()).categories))
