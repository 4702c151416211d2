"""Owns what a person is asked to say and do. Does not keep challenges, nor tell whether one was used."""

import hashlib
from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from identity.core.words import DIGITS, WORDS
from identity.errors import EntropyError

_T = TypeVar("_T")

LIFETIME_US: Final = 2 * 60 * 1_000_000
"""Two minutes: issue 3, section 5."""
WORDS_ASKED: Final = 4
DIGITS_ASKED: Final = 3
MOVEMENTS_ASKED: Final = 3
MIN_ENTROPY_BYTES: Final = 32


class Movement(StrEnum):
    """One turn of the head, named from the person's own side: `left` is towards their left shoulder."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


class Challenge(msgspec.Struct, frozen=True):
    """What one account must answer, once, before it expires. Times are UTC microseconds."""

    challenge_id: str
    account: str
    phrase: tuple[str, ...]
    movements: tuple[Movement, ...]
    issued_at_us: int
    expires_at_us: int

    def spoken(self) -> str:
        """The phrase as it is shown and said, digits as words."""
        return " ".join(self.phrase)


class _Draw:
    """Uniform choices from fixed bytes: SHA-256 in counter mode, rejecting what would bias."""

    def __init__(self, entropy: bytes, label: bytes) -> None:
        self._seed = hashlib.sha256(label + b"\0" + entropy).digest()
        self._counter = 0

    def below(self, bound: int) -> int:
        limit = (1 << 32) - (1 << 32) % bound
        while True:
            block = hashlib.sha256(self._seed + self._counter.to_bytes(8, "big")).digest()
            self._counter += 1
            value = int.from_bytes(block[:4], "big")
            if value < limit:
                return value % bound

    def distinct(self, items: tuple[_T, ...], count: int) -> tuple[_T, ...]:
        left = list(items)
        return tuple(left.pop(self.below(len(left))) for _ in range(count))


def issue(account: str, now_us: int, entropy: bytes) -> Challenge:
    """Make the challenge that these random bytes stand for.

    `entropy` is at least 32 fresh random bytes; the same arguments give the same challenge. Four distinct
    words of 64, three distinct digits in their middle and three distinct movements of four: 34 + 4.6 bits.
    Raises EntropyError when fewer bytes are given.
    """
    if len(entropy) < MIN_ENTROPY_BYTES:
        raise EntropyError(f"{MIN_ENTROPY_BYTES} random bytes are needed, {len(entropy)} were given")
    draw = _Draw(entropy, b"cameo.challenge.v1")
    words = draw.distinct(tuple(WORDS), WORDS_ASKED)
    digits = draw.distinct(tuple(DIGITS), DIGITS_ASKED)
    half = WORDS_ASKED // 2
    return Challenge(
        challenge_id=hashlib.sha256(b"cameo.challenge.id.v1\0" + entropy).hexdigest()[:32],
        account=account,
        phrase=(*words[:half], *digits, *words[half:]),
        movements=draw.distinct(tuple(Movement), MOVEMENTS_ASKED),
        issued_at_us=now_us,
        expires_at_us=now_us + LIFETIME_US,
    )
