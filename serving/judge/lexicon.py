"""Owns reading the lexicon's files; does not look for their words."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from serving.core.judging import Block, Concept, Lexicon, Thresholds, When, understand

FOLDER = Path(__file__).with_name("words")
FILES = ("blocks.toml", "categories.toml", "innocent.toml", "meanings.toml", "things.toml")
MATCHER = 1
"""Raised by one when the code that matches changes what it finds, so that later verdicts say so."""


class LexiconError(Exception):
    """A file of the lexicon is not one."""


def load(folder: Path = FOLDER) -> Lexicon:
    """Read a lexicon. Its version is the digest of its files and the matcher's number. Raises LexiconError."""
    try:
        data = {name: (folder / name).read_bytes() for name in FILES}
        read = {name: tomllib.loads(content.decode()) for name, content in data.items()}
        return _made(read, hashlib.sha256(b"\0".join(data.values())).hexdigest())
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError, msgspec.ValidationError) as error:
        message = f"{folder}: {error}"
        raise LexiconError(message) from error


@cache
def installed() -> Lexicon:
    """Give the lexicon of this installation; read once."""
    return load()


def categories_of(words: str) -> tuple[str, ...]:
    """Tell what a rule in its owner's words is about, sorted; empty where that was not understood."""
    return tuple(sorted(understand(words, installed()).categories))


def _made(read: dict[str, dict[str, Any]], digest: str) -> Lexicon:
    meanings = read["meanings.toml"]
    examples: dict[str, list[str]] = meanings["examples"]
    concepts = {
        name: msgspec.convert({"examples": examples.get(name, ()), "category": file == "categories.toml"} | fields, Concept)
        for file in ("categories.toml", "things.toml")
        for name, fields in read[file].items()
    }
    groups = msgspec.convert(read["blocks.toml"]["groups"], dict[str, tuple[str, ...]])
    blocks = tuple(_block(fields, tuple(examples[fields["name"]])) for fields in read["blocks.toml"]["block"])
    named = {group for block in blocks for when in block.when for group in (*when.all, *when.unless)}
    if named != groups.keys():
        message = f"groups that no block names, or that are none: {sorted(named ^ groups.keys())}"
        raise LexiconError(message)
    return Lexicon(
        version=f"words-{MATCHER}-{digest[:16]}",
        concepts=concepts,
        groups=groups,
        blocks=blocks,
        innocent=tuple(read["innocent.toml"]["innocent"]),
        harmless=tuple(meanings["harmless"]),
        thresholds=msgspec.convert(meanings["thresholds"], Thresholds),
    )


def _block(fields: dict[str, Any], examples: tuple[str, ...]) -> Block:
    return Block(
        name=fields["name"],
        said={locale: dict(fields[locale]) for locale in ("en", "ko")},
        when=msgspec.convert(fields["when"], tuple[When, ...]),
        examples=examples,
    )
