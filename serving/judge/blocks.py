"""Owns what people read about a hard block: its title, why it holds for all, and what they can do. Does not find it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypedDict

from serving.core.reasons import Reason
from serving.judge.lexicon import installed

Locale = Literal["en", "ko"]

CODE = "content.blocked"

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


def told(reasons: Iterable[Reason], blocks: Iterable[str]) -> list[Reason]:
    """Say in place of `content.blocked` which blocks a verdict named, each with its own why and remedy."""
    named = [(block_words(name, "en"), block_words(name, "ko")) for name in blocks]
    instead = [
        Reason(code=CODE, message=f"{en['title']}. {en['why']}", remedy=en["remedy"], ko=f"{ko['title']}. {ko['why']} {ko['remedy']}")
        for en, ko in named
    ]
    return [one for reason in reasons for one in (instead if reason["code"] == CODE and instead else [reason])]
