"""Lists the stretches of the corpus's real clips, and what the person does in each: the challenge that would have asked for it.

What is done was read from the clips by eye on contact sheets, frame times by a reading of the undegraded clip. Mirrored, left
is right; reversed, the last comes first. Windows without a blink are left out, for check 4 asks for one and an enrolment lasts
longer than most of these; long holds of a pose are followed by what comes after them, as speaking would. `turns` is False for
who hardly turns: asked, they would have said that they cannot. `slow`: taken at 15 frames a second, for time. `unsure`:
what is done is too slight to be told by eye, so the check of movements counts as passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bench.identity.clips.taken import WEARS, Taken, Wear

_MIRROR: Final = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Window:
    """A stretch in which the person does `movements`. `spoken`: what they say in it, where they speak; () where they do not."""

    person: str
    clip: str
    start_s: float
    end_s: float
    movements: tuple[str, ...]
    ways: str
    turns: bool = True
    spoken: tuple[str, ...] = ()
    wears: int = 2
    slow: bool = False
    unsure: bool = False

    @property
    def seconds(self) -> float:
        return self.end_s - self.start_s


_TVL, _D9, _D12 = "bona_fide/tvl_real.mp4", "bona_fide/driving_d9.mp4", "bona_fide/driving_d12.mp4"
_D3, _NHT, _AOC = "bona_fide/driving_d3.mp4", "bona_fide/nht_public0.mp4", "bona_fide/sadtalker_AOC.mp4"
_FIRST: Final = ("everyone", "here", "today", "endeavoring", "towards", "a", "better", "more", "just", "future")
_LAST: Final = ("better", "more", "just", "future", "for", "our", "country", "and", "our", "world")
WINDOWS: Final[tuple[Window, ...]] = (
    Window("clip-tvl", _TVL, 6.3, 20.3, ("right", "down", "up"), "FMR", slow=True),
    Window("clip-tvl", _TVL, 10.9, 18.2, ("down", "up"), "FMR"),
    Window("clip-tvl", _TVL, 14.1, 18.3, ("up",), "FMR"),
    Window("clip-tvl", _TVL, 0.0, 20.3, ("left", "right", "down", "up"), "F", wears=3, slow=True),
    Window("clip-d9", _D9, 0.0, 4.4, ("blink",), "FM", turns=False),
    Window("clip-d9", _D9, 8.0, 13.6, ("smile",), "FMR", turns=False),
    Window("clip-d9", _D9, 13.6, 17.95, ("blink",), "FM", turns=False),
    Window("clip-d12", _D12, 0.0, 4.6, ("left", "right"), "FMR"),
    Window("clip-d12", _D12, 2.6, 7.3, ("right", "left"), "FM"),
    Window("clip-d12", _D12, 0.0, 7.3, ("left", "right", "left"), "FM"),
    Window("clip-d3", _D3, 7.0, 11.8, ("left",), "FMR", unsure=True),
    Window("clip-d3", _D3, 5.6, 11.8, ("left",), "FM", unsure=True),
    Window("clip-nht", _NHT, 0.9, 5.06, ("right", "up"), "FMR"),
    Window("clip-aoc", _AOC, 0.0, 4.4, ("blink",), "FM", turns=False, spoken=_FIRST, wears=3),
    Window("clip-aoc", _AOC, 2.52, 6.8, ("blink",), "FM", turns=False, spoken=_LAST, wears=3),
    Window("clip-aoc", _AOC, 0.0, 6.7, ("blink",), "FM", turns=False, spoken=(*_FIRST, *_LAST[4:]), wears=3),
)


@dataclass(frozen=True)
class Shot:
    """A window seen one way and worn one way: what is filmed and what a challenge would have asked."""

    window: Window
    taken: Taken
    movements: tuple[str, ...]


def shots() -> Iterator[Shot]:
    """Every window, each way, as it is and worn: which wears, turns about."""
    turn = 0
    for window in WINDOWS:
        for way in window.ways:
            wears: list[Wear] = ["clean", *(WEARS[(turn + k) % len(WEARS)] for k in range(window.wears))]
            turn += window.wears
            for wear in wears:
                yield shot(window, way, wear)


def shot(window: Window, way: str = "F", wear: Wear = "clean") -> Shot:
    """See a window forwards (F), mirrored (M) or reversed (R)."""
    taken = Taken(window.clip, window.start_s, window.end_s, mirrored=way == "M", reversed=way == "R", wear=wear, slow=window.slow)
    asked = tuple(_MIRROR.get(one, one) for one in window.movements) if way == "M" else window.movements
    return Shot(window, taken, asked[::-1] if way == "R" else asked)
