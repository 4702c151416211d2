"""Owns what is extracted from a recording's sound before anything is judged. Does not extract and does not judge.

Times are microseconds from the first picture; levels are decibels against full scale; nan means: could not be read.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class HeardWord:
    """One word where the recogniser's own text was aligned to the sound. Digits are words."""

    text: str
    start_us: int
    end_us: int
    probability: float
    """Mean probability of its tokens given what came before, 0..1."""


@dataclass(frozen=True)
class Heard:
    """What one recogniser wrote, and where each word of it lies (empty where it was not aligned)."""

    text: str
    words: tuple[HeardWord, ...] = ()


@dataclass(frozen=True)
class LipFacts:
    """Mouth against voice, beside the same mouth against the same voice moved in time."""

    speech_s: float
    """Speech during which the mouth was seen."""
    agreement: float
    """Correlation of the mouth's opening with the voice's loudness at the best of the small lags, -1..1."""
    lag_us: int
    """Where that was: positive when the sound comes after the mouth."""
    rank: float
    """Share of the moved voices that agree less, 0..1: 1 - p of the null distribution."""
    z: float
    """Agreement in standard deviations of the null distribution above its mean."""


@dataclass(frozen=True)
class ChannelFacts:
    """What the voice went through before the file. Levels of bass, decay and depth of loudness do not tell a loudspeaker: not read."""

    cutoff_hz: float
    """Highest frequency with speech energy 20 dB over the pauses."""
    above_db: float = float("nan")
    """How far loud speech stands out of the pauses above 4.3 kHz. nan where it does not stand out below 3.4 kHz, or the pauses
    themselves end there: then nothing can be said."""


@dataclass(frozen=True)
class RoomFacts:
    """The pauses: is it one room, recorded in one go."""

    floor_db: float
    """Median level of the pauses."""
    jump_db: float
    """Largest lasting step of the pauses' level within the recording."""
    change_db: float
    """Largest lasting change of the pauses' spectrum, root mean square over bands, levels taken out."""
    breath_s: float
    """Breath-like noise beside the words: seconds of it."""


@dataclass(frozen=True)
class StreamFacts:
    """How the sound lies in the file."""

    start_us: int
    """Begin of the sound against the first picture."""
    end_us: int
    """End of the sound against the last picture."""
    drift_ppm: float
    """How fast the file's clock runs away from the number of samples."""
    gap_us: int
    """Largest jump between the file's clock and the samples."""
    zeros_us: int
    """Longest stretch of exact zeros within the sound, its first and last half second left out."""
    repeat: float
    """How much of the sound occurs twice, sample for sample, 0..1."""


@dataclass(frozen=True)
class SoundFacts:
    """Everything that the sound checks look at."""

    language: str
    heard: tuple[Heard, ...]
    """By recogniser; the first one's words have times."""
    natural_score: float
    """Anti-spoofing network: log-odds that the voice is a person's, mean over stretches; nan when not asked."""
    lips: LipFacts
    channel: ChannelFacts
    room: RoomFacts
    stream: StreamFacts
    voices: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 1), np.float32), compare=False)
    """(stretches, n) unit voice vectors of short stretches of the speech, in order, each overlapping the next by half."""
    speech_us: tuple[tuple[int, int], ...] = ()
    """Where there is speech."""

    @property
    def texts(self) -> tuple[str, ...]:
        """What each recogniser wrote."""
        return tuple(heard.text for heard in self.heard)

    @property
    def words(self) -> tuple[HeardWord, ...]:
        """The words that have times."""
        return self.heard[0].words if self.heard else ()
