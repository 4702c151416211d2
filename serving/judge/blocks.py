"""Owns what people read about a hard block: its title, why it holds for all, and what they can do. Does not find it."""

from __future__ import annotations

from typing import Literal, TypedDict

Locale = Literal["en", "ko"]


class BlockWords(TypedDict):
    """A hard block in words, in one language."""

    name: str
    title: str
    why: str
    remedy: str


def block_words(name: str, locale: Locale) -> BlockWords:
    """Put a hard block's name (of `generation.judged`) into words; a name that no file knows says so."""
    korean = locale == "ko"
    return BlockWords(
        name=name,
        title=name.replace("_", " "),
        why="누구도 허락할 수 없는 내용입니다." if korean else "Nobody can permit this.",
        remedy="프롬프트를 바꾸거나 이의를 제기하세요." if korean else "Change the prompt, or appeal.",
    )
