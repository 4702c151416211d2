"""Owns which colours a screen shows and what is read of their reflection. Does not look at pictures, nor judge.

Six saturated colours, none twice in a row, half a second each: two changes a second, so at most one pair of opposing changes
(a *flash* of WCAG 2.3.1) begins in any second, of the three that are allowed. People who cannot have it leave it out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

COLOURS: Final[dict[str, tuple[int, int, int]]] = {
    "red": (1, 0, 0),
    "yellow": (1, 1, 0),
    "green": (0, 1, 0),
    "cyan": (0, 1, 1),
    "blue": (0, 0, 1),
    "magenta": (1, 0, 1),
}
"""What the screen is filled with: red, green, blue, each off or on. White and black are left out: they say nothing in colour,
and brightness follows every movement of a head."""
COLOURS_ASKED: Final = 8
"""6 x 5^7 sequences: 18.8 bits."""
SLOT_US: Final = 500_000
LIT_US: Final = COLOURS_ASKED * SLOT_US

REGIONS: Final = ("forehead", "nose", "cheek_right", "cheek_left", "edge_right", "edge_left")
"""Parts of a face, sides being the person's own. The first four look at a screen in front of it; the edges, before the ears, lie
further from it and look past it."""
NEAR: Final = (0, 1, 2, 3)
EDGES: Final = (4, 5)


@dataclass(frozen=True)
class LightFacts:
    """Mean light of parts of every frame, linear (sRGB decoded), 0..1, in the order red, green, blue."""

    times_us: NDArray[np.int64]
    face: Floats
    """(frames, regions, 3) as REGIONS; nan where no face was read."""
    around: Floats
    """(frames, 3) beside the head; nan where the head fills the picture."""
    clipped: Floats
    """(frames,) part of the face whose brightest channel is at its end; nan where no face was read."""
    offsets: NDArray[np.int64]
    """(frames,) where each frame begins in the file, in bytes; -1 where nobody knows."""


def sequence(below: Callable[[int], int]) -> tuple[str, ...]:
    """Draw colours, no two alike in a row. `below(n)` is a uniform whole number below n."""
    names = tuple(COLOURS)
    drawn = [names[below(len(names))]]
    while len(drawn) < COLOURS_ASKED:
        others = [name for name in names if name != drawn[-1]]
        drawn.append(others[below(len(others))])
    return tuple(drawn)


def shown(colours: tuple[str, ...], times_us: NDArray[np.int64]) -> Floats:
    """What a screen shows at times from its first colour on: (times, 3), each 0..1; dark before and after. Raises KeyError."""
    table = np.asarray([(0, 0, 0), *(COLOURS[name] for name in colours)], np.float32)
    slots = np.floor_divide(times_us, SLOT_US)
    inside = (slots >= 0) & (slots < len(colours))
    return table[np.where(inside, slots + 1, 0)]
