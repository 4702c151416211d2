"""Owns what a person is asked to say and do. Does not keep challenges, nor tell whether one was used."""

import hashlib
from collections.abc import Collection
from enum import StrEnum
from typing import Final, Literal, TypeVar

import msgspec

from identity.core.lighting import sequence
from identity.core.profiles import Profile
from identity.core.words import DIGITS, WORDS
from identity.core.words_ko import DIGITS_KO, WORDS_KO
from identity.errors import EntropyError

_T = TypeVar("_T")

LIFETIME_US: Final = 2 * 60 * 1_000_000
"""Two minutes: issue 3, section 5."""
WORDS_ASKED: Final[dict[Profile, int]] = {Profile.SANDBOX: 2, Profile.BASIC: 2, Profile.VERIFIED: 3}
"""With three digits 21.5 bits, and 27.4 for `verified`: issue 5 asks for about 20 and 27."""
DIGITS_ASKED: Final = 3
UPLOAD_MOVEMENTS: Final = 3
STEPWISE_MOVEMENTS: Final = 4
MIN_ENTROPY_BYTES: Final = 32
Language = Literal["en", "ko"]
Way = Literal["upload", "stepwise"]
Without = Literal["turn", "speech", "sight", "light"]
"""What a person cannot do or may not be shown. `sight` asks for the same, read aloud, with more time."""
VOCABULARY: Final[dict[Language, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "en": (tuple(WORDS), tuple(DIGITS)),
    "ko": (WORDS_KO, DIGITS_KO),
}
"""Words and digits a language."""


class Movement(StrEnum):
    """What the head or the face is asked to do. Sides are the person's own: `left` is towards their left shoulder."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    CLOSER = "closer"
    BLINK = "blink"
    SMILE = "smile"


TURNS: Final = (Movement.LEFT, Movement.RIGHT, Movement.UP, Movement.DOWN)
SIDEWAYS: Final = frozenset({Movement.LEFT, Movement.RIGHT})
"""One of these is always asked of who can turn: depth is read from them (check 4)."""
STILL: Final = (Movement.CLOSER, Movement.BLINK, Movement.SMILE)
"""What needs no turn of the head."""


class Challenge(msgspec.Struct, frozen=True):
    """What one account must answer, once, before it expires. Times are UTC microseconds."""

    challenge_id: str
    account: str
    phrase: tuple[str, ...]
    movements: tuple[Movement, ...]
    issued_at_us: int
    expires_at_us: int
    language: Language = "en"
    way: Way = "upload"
    light: tuple[str, ...] = ()
    """Colours that the screen shows, in order; empty: none."""
    without: tuple[Without, ...] = ()

    def spoken(self) -> str:
        """The phrase as it is shown and said, digits as words."""
        return " ".join(self.phrase)

    def commitment(self, salt: str) -> str:
        """SHA-256 that binds to this challenge without telling it; `salt` is told with the challenge when it is over."""
        told = (self.challenge_id, self.account, self.language, self.phrase, self.movements, self.light, self.without)
        return hashlib.sha256(b"cameo.challenge.commitment.v1\0" + msgspec.json.encode((salt, *told))).hexdigest()


class Draw:
    """Uniform choices from fixed bytes: SHA-256 in counter mode, rejecting what would bias."""

    def __init__(self, entropy: bytes, label: bytes) -> None:
        """`label` keeps draws for different ends from the same bytes apart."""
        self._seed = hashlib.sha256(label + b"\0" + entropy).digest()
        self._counter = 0

    def below(self, bound: int) -> int:
        """Draw a whole number below `bound`."""
        limit = (1 << 32) - (1 << 32) % bound
        while True:
            block = hashlib.sha256(self._seed + self._counter.to_bytes(8, "big")).digest()
            self._counter += 1
            value = int.from_bytes(block[:4], "big")
            if value < limit:
                return value % bound

    def distinct(self, items: tuple[_T, ...], count: int) -> tuple[_T, ...]:
        """Draw `count` different ones, in random order."""
        left = list(items)
        return tuple(left.pop(self.below(len(left))) for _ in range(count))


def issue(
    account: str,
    now_us: int,
    entropy: bytes,
    *,
    profile: Profile = Profile.BASIC,
    language: Language = "en",
    way: Way = "upload",
    light: bool = False,
    without: Collection[Without] = (),
) -> Challenge:
    """Make the challenge that these random bytes stand for.

    `entropy` is at least 32 fresh random bytes; the same arguments give the same challenge. Distinct words of 64 with three
    distinct digits between them, by profile 21.5 or 27.4 bits; distinct movements: three turns of four for an upload (4.6
    bits), four of seven, one of them sideways, step by step (9.5 bits). Who cannot speak gets no phrase; who cannot turn
    gets only what needs no turn. `light`: the screen lights the face (18.8 bits more), unless a person must not see it.
    Raises EntropyError when fewer bytes are given.
    """
    if len(entropy) < MIN_ENTROPY_BYTES:
        raise EntropyError(f"{MIN_ENTROPY_BYTES} random bytes are needed, {len(entropy)} were given")
    draw = Draw(entropy, b"cameo.challenge.v2")
    return Challenge(
        challenge_id=hashlib.sha256(b"cameo.challenge.id.v1\0" + entropy).hexdigest()[:32],
        account=account,
        phrase=() if "speech" in without else _phrase(draw, profile, language),
        movements=_movements(draw, way, can_turn="turn" not in without),
        issued_at_us=now_us,
        expires_at_us=now_us + LIFETIME_US,
        language=language,
        way=way,
        light=sequence(draw.below) if light and "light" not in without else (),
        without=tuple(sorted(set(without))),
    )


def _phrase(draw: Draw, profile: Profile, language: Language) -> tuple[str, ...]:
    all_words, all_digits = VOCABULARY[language]
    words = draw.distinct(all_words, WORDS_ASKED[profile])
    digits = draw.distinct(all_digits, DIGITS_ASKED)
    half = len(words) // 2
    return (*words[:half], *digits, *words[half:])


def _movements(draw: Draw, way: Way, *, can_turn: bool) -> tuple[Movement, ...]:
    if not can_turn:
        return draw.distinct(STILL, len(STILL))
    pool, count = (TURNS, UPLOAD_MOVEMENTS) if way == "upload" else (tuple(Movement), STEPWISE_MOVEMENTS)
    while True:
        drawn = draw.distinct(pool, count)
        if SIDEWAYS.intersection(drawn):
            return drawn
