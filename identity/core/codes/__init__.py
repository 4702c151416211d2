"""Owns what a person is told for each code: what is wrong and what to do, in a file for each group. Does not show scores, ever."""

from typing import Final

from identity.core.codes.answers import ANSWERS
from identity.core.codes.message import Message
from identity.core.codes.people import PEOPLE
from identity.core.codes.picture import PICTURE
from identity.core.codes.recordings import RECORDINGS
from identity.core.codes.sound import SOUND
from identity.core.codes.steps import STEPS
from identity.errors import UnknownCodeError

GROUPS: Final = (RECORDINGS, STEPS, PICTURE, SOUND, PEOPLE, ANSWERS)
CODES: Final[dict[str, Message]] = {code: words for group in GROUPS for code, words in group.items()}


def message(code: str) -> Message:
    """The message of a code. Raises UnknownCodeError for a code that no rule gives."""
    try:
        return CODES[code]
    except KeyError:
        raise UnknownCodeError(code) from None
