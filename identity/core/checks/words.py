"""Owns check 6: the words are those asked, exactly after normalisation. Does not recognise speech."""

import re
from typing import Final

from identity.core.assessment import CheckResult, Profile, measured
from identity.core.challenge import Challenge
from identity.core.words import DIGITS, SOUNDS_LIKE_DIGIT

_DIGIT_NAMES: Final = tuple(DIGITS)
_TEENS: Final = {
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "thirteen": "13",
    "fourteen": "14",
    "fifteen": "15",
    "sixteen": "16",
    "seventeen": "17",
    "eighteen": "18",
    "nineteen": "19",
}
_TENS: Final = {
    "twenty": 2,
    "thirty": 3,
    "forty": 4,
    "fifty": 5,
    "sixty": 6,
    "seventy": 7,
    "eighty": 8,
    "ninety": 9,
}
_TOKEN: Final = re.compile(r"[a-z]+|[0-9]")
_SOURCE = "rule: exact after normalisation (design, check 6)"


def check(heard: str, challenge: Challenge, profile: Profile) -> tuple[CheckResult, ...]:
    """Score: 1 when word for word as asked, else 0. Nothing heard has a code of its own."""
    said = normalised(heard)
    if not said:
        return (measured(6, "words.not_heard", 0.0, 1.0, _SOURCE, profile=profile),)
    exact = said == normalised(" ".join(challenge.phrase))
    return (measured(6, "words.not_as_asked", float(exact), 1.0, _SOURCE, profile=profile),)


def normalised(text: str) -> tuple[str, ...]:
    """Write words in lower case and every number as its spoken digits.

    "Four two", "42", "forty-two" and "4:2" are the same; "four hundred" is not 4 0 0 and stays as it is.
    """
    out: list[str] = []
    tokens: list[str] = _TOKEN.findall(text.lower().replace("'", ""))
    i = 0
    while i < len(tokens):
        written = tokens[i]
        token = SOUNDS_LIKE_DIGIT.get(written, written)
        if token.isdigit():
            out.append(_DIGIT_NAMES[int(token)])
        elif token in _TEENS:
            out += [_DIGIT_NAMES[int(c)] for c in _TEENS[token]]
        elif token in _TENS:
            unit = tokens[i + 1] if i + 1 < len(tokens) else ""
            follows = unit in _DIGIT_NAMES[1:]
            out += [_DIGIT_NAMES[_TENS[token]], unit if follows else "zero"]
            i += follows
        else:
            out.append(token)
        i += 1
    return tuple(out)
