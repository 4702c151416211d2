"""Owns writing what was heard in the words of the lists: case, spelling, numbers, spacing. Does not compare phrases."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from identity.core.words import DIGITS, SOUNDS_LIKE_DIGIT
from identity.core.words_ko import ALSO_DIGIT_KO, DIGITS_KO, SPELT_OTHERWISE_KO, WORDS_KO

_DIGIT_NAMES: Final = tuple(DIGITS)
_TEENS: Final = dict(
    zip(
        ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
        range(10, 20),
        strict=True,
    )
)
_TENS: Final = dict(zip(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), range(2, 10), strict=True))
_TOKEN: Final = re.compile(r"[a-z]+|[0-9]")
_TOKEN_KO: Final = re.compile(r"[가-힣]+|[a-z]+|[0-9]")


def normalised(text: str, language: str = "en") -> tuple[str, ...]:
    """Write words in lower case and every number as its spoken digits, in the words of that language's list.

    "Four two", "42", "forty-two" and "4:2" are the same; "four hundred" is not 4 0 0 and stays as it is. Korean is
    read without its spaces: "하나 둘", "하나둘", "일이" and "12" are the same.
    """
    return _korean(text) if language == "ko" else _english(text)


def _english(text: str) -> tuple[str, ...]:
    out: list[str] = []
    tokens: list[str] = _TOKEN.findall(text.lower().replace("'", ""))
    i = 0
    while i < len(tokens):
        token = SOUNDS_LIKE_DIGIT.get(tokens[i], tokens[i])
        if token.isdigit():
            out.append(_DIGIT_NAMES[int(token)])
        elif token in _TEENS:
            out += [_DIGIT_NAMES[int(digit)] for digit in str(_TEENS[token])]
        elif token in _TENS:
            unit = tokens[i + 1] if i + 1 < len(tokens) else ""
            follows = unit in _DIGIT_NAMES[1:]
            out += [_DIGIT_NAMES[_TENS[token]], unit if follows else "zero"]
            i += follows
        else:
            out.append(token)
        i += 1
    return tuple(out)


def _korean(text: str) -> tuple[str, ...]:
    out: list[str] = []
    run = ""
    for token in (*_TOKEN_KO.findall(text.lower()), ""):
        if token and "가" <= token[0] <= "힣":
            run += token
            continue
        if run:
            out += _cut(run)
            run = ""
        if token.isdigit():
            out.append(DIGITS_KO[int(token)])
        elif token:
            out.append(token)
    return tuple(out)


def _cut(run: str) -> Sequence[str]:
    """Cut Hangul without spaces into words of the list; what cannot be cut wholly stays one word."""
    best: list[list[str] | None] = [[], *([None] * len(run))]
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - _longest()), end):
            before, word = best[start], _vocabulary().get(run[start:end])
            if before is not None and word is not None and (best[end] is None or len(before) + 1 < len(best[end] or ())):
                best[end] = [*before, word]
    return best[-1] or [run]


@cache
def _vocabulary() -> dict[str, str]:
    own = {word: word for word in (*WORDS_KO, *DIGITS_KO)}
    return {**own, **ALSO_DIGIT_KO, **SPELT_OTHERWISE_KO}


@cache
def _longest() -> int:
    return max(map(len, _vocabulary()))


def distance(said: Sequence[str], asked: Sequence[str]) -> int:
    """Words to put in, take out or exchange to make one of the other."""
    row = list(range(len(asked) + 1))
    for i, one in enumerate(said, 1):
        following = [i]
        for j, other in enumerate(asked, 1):
            following.append(min(row[j] + 1, following[-1] + 1, row[j - 1] + (one != other)))
        row = following
    return row[-1]


def distress_heard(heard: Sequence[str], word: str, language: str = "en") -> bool:
    """Whether any recogniser heard the word that an account set for danger, as a word of its own.

    `heard` is what each recogniser wrote. One of them suffices, for a call for help that is missed costs more than
    one that was none. Spaces and case do not matter; an empty word is never heard.
    """
    wanted = normalised(word, language)
    if not wanted:
        return False
    for text in heard:
        said = normalised(text, language)
        if any(said[i : i + len(wanted)] == wanted for i in range(len(said) - len(wanted) + 1)):
            return True
        if language == "ko" and "".join(wanted) in "".join(said):
            return True
    return False
