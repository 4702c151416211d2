"""Owns which steps a live challenge consists of and how long each may take. Does not hand them out.

Everything is drawn from the entropy before the first step is shown; only a commitment of it leaves the server.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from identity.core.challenge import TURNS, VOCABULARY, Challenge, Draw
from identity.core.lighting import SLOT_US
from identity.core.live import StepKind

BEGIN_US: Final[dict[StepKind, int]] = {"move": 2_500_000, "stop": 2_500_000, "say": 3_000_000, "hold": 2_500_000, "light": 1_500_000}
"""Until when an answer must have begun to arrive. Choosing among a few answers takes people well under a second and 2.8 ms more a
year of age (Woods et al. 2015, 1466 people of 18-65, doi:10.3389/fnhum.2015.00193; 7,130 adults in Der & Deary 2006 slow likewise);
reading the step, the way there and back, a recorder's chunk and its network come on top. So several times what most need:
who is slower than most is looked at (live.slow), not refused. Unmeasured on people with this protocol."""
READ_ALOUD_US: Final = 1_400_000
"""More for who hears the steps: a short sentence of synthetic speech, .3 s a word (measured on the demonstration's voices)."""
MOVE_US: Final = (2_300_000, 3_000_000)
"""A movement and back: .9 s to begin and 1.3 s for the turn of a fictional actor. Unmeasured on people."""
WORD_US: Final = 700_000
"""A word of a list that is read: the demonstration's voices take .45-.7 s with its pause."""
FIRST_WORD_US: Final = (1_100_000, 1_800_000)
HOLD_US: Final = (1_000_000, 1_800_000)
BREAK_MOVE_US: Final = (550_000, 1_100_000)
"""When a movement is broken off: about when people have begun it."""
BREAK_SAY_US: Final = (500_000, 1_000_000)
"""When the last of three words is replaced: while the first is being said."""
AFTER_LIGHT_US: Final = 700_000


class Planned(msgspec.Struct, frozen=True):
    """A step to come.

    `begin_us`: until when after its issue its answer must have begun to arrive. `takes_us`: how far the recording must have
    gone on, by its own clock, before the next step is handed out.
    """

    kind: StepKind
    what: tuple[str, ...]
    begin_us: int
    takes_us: int


def plan(challenge: Challenge, entropy: bytes) -> tuple[Planned, ...]:
    """Draw the steps of a challenge: still first, then movements and parts of the phrase in random order, then the light.

    One movement is broken off by another, and the last word of one part is replaced while it is being said; of who hears
    the steps (`sight`) nothing is broken off, for nobody hears while speaking. Pauses are random.
    """
    draw = Draw(entropy, b"cameo.live.plan.v1")
    slower = READ_ALOUD_US if "sight" in challenge.without else 0
    moves = [[_planned(draw, "move", (str(movement),), slower)] for movement in challenge.movements]
    says = [[_planned(draw, "say", part, slower)] for part in _parts(draw, challenge.phrase)]
    if not slower:
        _break_move(draw, challenge, moves)
        _break_say(draw, challenge, says)
    steps = [_planned(draw, "hold", (), slower)]
    while moves or says:
        following = moves if draw.below(len(moves) + len(says)) < len(moves) else says
        steps += following.pop(0)
    if challenge.light:
        lit_us = SLOT_US * len(challenge.light) + AFTER_LIGHT_US
        steps.append(Planned("light", challenge.light, BEGIN_US["light"], lit_us))
    return tuple(steps)


def length_us(steps: Sequence[Planned]) -> int:
    """How much recording the steps take."""
    return sum(step.takes_us for step in steps)


def _planned(draw: Draw, kind: StepKind, what: tuple[str, ...], slower_us: int) -> Planned:
    between = {"move": MOVE_US, "say": FIRST_WORD_US}.get(kind, HOLD_US)
    words_us = WORD_US * len(what) if kind == "say" else 0
    return Planned(kind, what, BEGIN_US[kind] + slower_us, _between(draw, between) + words_us + slower_us)


def _between(draw: Draw, bounds: tuple[int, int]) -> int:
    return bounds[0] + 1000 * draw.below((bounds[1] - bounds[0]) // 1000)


def _parts(draw: Draw, phrase: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Two parts, one of them of three words at least."""
    if not phrase:
        return ()
    cut = len(phrase) // 2 + (draw.below(2) if len(phrase) % 2 else 0)
    return phrase[:cut], phrase[cut:]


def _break_move(draw: Draw, challenge: Challenge, moves: list[list[Planned]]) -> None:
    """Ask for another turn first, and break it off; it is none of its neighbours, so that it can be told from them."""
    at = draw.below(len(moves))
    beside = {str(movement) for movement in challenge.movements[max(0, at - 1) : at + 2]}
    turns = [str(turn) for turn in TURNS if str(turn) not in beside and "turn" not in challenge.without]
    if not turns:
        return
    begun = Planned("move", (turns[draw.below(len(turns))],), BEGIN_US["move"], _between(draw, BREAK_MOVE_US))
    asked = moves[at][0]
    moves[at] = [begun, msgspec.structs.replace(asked, kind="stop", begin_us=BEGIN_US["stop"], takes_us=asked.takes_us + 300_000)]


def _break_say(draw: Draw, challenge: Challenge, says: list[list[Planned]]) -> None:
    """Show another last word first, and replace it while the words before it are being said."""
    long = [i for i, part in enumerate(says) if len(part[0].what) >= 3]
    if not long:
        return
    at = long[draw.below(len(long))]
    asked = says[at][0]
    words, digits = VOCABULARY[challenge.language]
    last = asked.what[-1]
    others = [word for word in (digits if last in digits else words) if word not in challenge.phrase]
    shown = msgspec.structs.replace(asked, what=(*asked.what[:-1], others[draw.below(len(others))]), takes_us=_between(draw, BREAK_SAY_US))
    says[at] = [shown, Planned("stop", (last,), BEGIN_US["say"], asked.takes_us)]
