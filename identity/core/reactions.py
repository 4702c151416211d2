"""Owns when the answers to live steps began, by the server's clock. Does not judge them.

A frame cannot have been seen by the server before its bytes were there; it was recorded at least the quickest way earlier. So
*late* and *slow* are told by arrival, which nobody can put forward, and *early* by the recording's own time laid on the quickest
arrivals, which puts every answer as early as it can have been.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from identity.core.checks.movements import Made, movements_made
from identity.core.features import FaceTrack, FrameFacts
from identity.core.live import LiveTrace, Step, StepKind
from identity.core.sound import HeardWord
from identity.core.spoken import normalised

QUICKEST_PART: Final = 2.0
"""Percentile of the delays that counts as the quickest: one frame with a wrong time moves nothing."""
AFTER_US: Final = 800_000
"""An answer may be at its height so long after the next step was handed out: who is slow is late, not disobedient."""
MISHEARD_US: Final = 300_000
WORD_US: Final = 500_000
"""A word of the list takes .3-.7 s in the demonstration's voices."""
DRIFT_WINDOW_US: Final = 2_000_000
Answered = Literal["begun", "before", "none"]


@dataclass(frozen=True)
class Reaction:
    """How one step was answered. `before`: the answer was there before the step.

    `reaction_us`: from its issue to the earliest that the answer can have begun, believing the recording's times. `seen_us`: from
    its issue to when the server can first have seen it begin, believing nothing. `late_us`: the same from its deadline on;
    negative: in time. nan where it was not begun.
    """

    asks: Literal["move", "say"]
    answered: Answered
    reaction_us: float = float("nan")
    seen_us: float = float("nan")
    late_us: float = float("nan")


class MediaClock:
    """The recording's time against the server's."""

    def __init__(self, frames: FrameFacts, live: LiveTrace) -> None:
        """Read when each frame had arrived: with the first entry that holds a byte of it."""
        counts = np.asarray([arrival.bytes for arrival in live.arrivals], np.int64)
        at_us = np.asarray([arrival.at_us for arrival in live.arrivals], np.int64)
        known = frames.offsets >= 0 if len(frames.offsets) == len(frames.times_us) else np.zeros(len(frames.times_us), bool)
        entry = np.searchsorted(counts, frames.offsets[known], side="right") if known.any() else np.zeros(0, np.int64)
        inside = entry < len(counts)
        self.times_us: NDArray[np.int64] = frames.times_us[known][inside]
        self.came_us: NDArray[np.int64] = at_us[entry[inside]] if len(at_us) else np.zeros(0, np.int64)
        self.told = len(self.times_us) >= 10 and bool(len(self.times_us) >= 0.9 * len(frames.times_us))
        delays = self.came_us - self.times_us
        self.quickest_us = float(np.percentile(delays, QUICKEST_PART)) if self.told else float("nan")
        self.delays_us = (delays - self.quickest_us) if self.told else np.zeros(0)

    def media_us(self, at_us: int) -> float:
        """What the recording's clock said at the earliest when the server's said this."""
        return at_us - self.quickest_us

    def arrival_us(self, media_us: float) -> float:
        """When what was recorded then had come: with the next frame's first byte, since its own can be sent before its picture is made."""
        at = int(np.searchsorted(self.times_us, media_us)) + 1
        return float(self.came_us[min(at, len(self.came_us) - 1)])

    def drift(self) -> float:
        """How much faster or slower the recording's clock goes, as a part: by the quickest arrival of every two seconds."""
        windows = (self.times_us - self.times_us[0]) // DRIFT_WINDOW_US
        quickest = [float((self.came_us - self.times_us)[windows == w].min()) for w in np.unique(windows)]
        if len(quickest) < 3:
            return float("nan")
        return float(abs(np.polyfit(np.arange(len(quickest)) * DRIFT_WINDOW_US, quickest, 1)[0]))


def reactions(track: FaceTrack, words: Sequence[HeardWord], live: LiveTrace, clock: MediaClock, language: str = "en") -> list[Reaction]:
    """Read how every movement and every part of the phrase was answered; what was broken off only if it was begun afterwards."""
    made = movements_made(track, apart=True)
    said = [(token, max(word.start_us, word.end_us - WORD_US)) for word in words for token in normalised(word.text, language)]
    found: list[Reaction] = []
    kind: StepKind = "hold"
    for i, step in enumerate(live.steps):
        kind = kind if step.kind == "stop" else step.kind
        after = live.steps[i + 1] if i + 1 < len(live.steps) else None
        following = next((later for later in live.steps[i + 1 :] if later.kind != "stop"), None)
        from_us = clock.media_us(step.issued_at_us)
        until_us = float("inf") if following is None else clock.media_us(following.issued_at_us) + AFTER_US
        if kind == "move" and not (after is not None and after.kind == "stop"):
            found.append(_moved(step, made, from_us, until_us, clock))
        elif kind == "say":
            found.append(_spoke(step, said, from_us, until_us, clock))
    return found


def begun_after_stop_us(track: FaceTrack, live: LiveTrace, clock: MediaClock) -> float:
    """How long after a stop the movement that it broke off was begun at the latest; negative: before, or never."""
    made = movements_made(track, apart=True)
    latest = float("-inf")
    for before, stop in zip(live.steps, live.steps[1:], strict=False):
        if before.kind == "move" and stop.kind == "stop":
            issued_us = clock.media_us(stop.issued_at_us)
            begun = [m.onset_us - issued_us for m in made if m.movement == before.what[0] and 0 < m.onset_us - issued_us < 3 * AFTER_US]
            latest = max([latest, *begun])
    return latest


def _moved(step: Step, made: Sequence[Made], from_us: float, until_us: float, clock: MediaClock) -> Reaction:
    own = [m for m in made if m.movement == step.what[0]]
    inside = [m for m in own if from_us < m.peak_us <= until_us]
    if not inside:
        return Reaction("move", "before" if any(m.peak_us <= from_us for m in own) else "none")
    return _begun("move", step, inside[0].onset_us, from_us, clock)


def _spoke(step: Step, said: Sequence[tuple[str, int]], from_us: float, until_us: float, clock: MediaClock) -> Reaction:
    """A word was begun WORD_US before its end at the earliest: recognisers stretch it back over the pause before it.

    Where the word itself was not understood, any that can be an answer stands for it: the words are check 6's.
    """
    own = [at_us for token, at_us in said if token == step.what[0]]
    inside = [at_us for at_us in own if from_us < at_us <= until_us]
    if not inside and any(at_us <= from_us for at_us in own):
        return Reaction("say", "before")
    others = [at_us for _, at_us in said if from_us + MISHEARD_US < at_us <= until_us]
    at_us = inside[:1] or (others[-1:] if step.kind == "stop" else others[:1])
    return _begun("say", step, at_us[0], from_us, clock) if at_us else Reaction("say", "none")


def _begun(asks: Literal["move", "say"], step: Step, at_us: float, from_us: float, clock: MediaClock) -> Reaction:
    came_us = clock.arrival_us(at_us)
    return Reaction(asks, "begun", at_us - from_us, came_us - step.issued_at_us, came_us - step.deadline_us)
