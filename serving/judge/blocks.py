"""Owns what people read about a hard block: its title, why it holds for all, and what they can do. Does not find it."""

from __future__ import annotations

from typing import Literal, TypedDict

from serving.judge.lexicon import installed

Locale = Literal["en", "ko"]

UNREADABLE = "request_unreadable"
"""The hard block of a request that nobody can read any more, or that is not the one that was digested."""

_UNREADABLE = {
    "en": {"title": "Unreadable request", "why": "Nobody can read what was asked for.", "remedy": "Ask for a new generation."},
    "ko": {"title": "읽을 수 없는 요청", "why": "요청한 내용을 읽을 수 없습니다.", "remedy": "새로 생성을 요청하세요."},
}
_RETIRED = {
    "en": {"title": "A hard block of an earlier version", "why": "Nobody can permit this.", "remedy": "Change the prompt, or appeal."},
    "ko": {"title": "이전 판의 차단", "why": "누구도 허락할 수 없는 내용입니다.", "remedy": "프롬프트를 바꾸거나 이의를 제기하세요."},
}


class BlockWords(TypedDict):
    """A hard block in words, in one language."""

    name: str
    title: str
    why: str
    remedy: str


def block_words(name: str, locale: Locale) -> BlockWords:
    """Put a hard block's name (of `generation.judged`) into words; one that this version no longer has says so."""
    said = {block.name: block.said for block in installed().blocks}.get(name, _UNREADABLE if name == UNREADABLE else _RETIRED)[locale]
    return BlockWords(name=name, title=said["title"], why=said["why"], remedy=said["remedy"])


def block_names() -> tuple[str, ...]:
    """List every hard block of this installation, sorted."""
    return tuple(sorted(block.name for block in installed().blocks))
