"""Owns what is extracted from a recording's sound before anything is judged. Does not extract and does not judge.

Times are microseconds from the first picture; levels are decibels against full scale; nan means: could not be read.
"""

from dataclasses import dataclass


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
    """What the sound went through before the file: loudspeaker, room, microphone."""

    low_db: float
    """Speech power in 70-200 Hz against 200-2000 Hz: small loudspeakers give little."""
    cutoff_hz: float
    """Highest frequency with speech energy 20 dB over the pauses."""
    decay_s: float
    """Time that the voice needs to fall by 60 dB after words, read from its steepest falls: a room heard twice is longer."""
    modulation_db: float
    """Standard deviation of the level within speech: reverberation fills the gaps."""


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

    @property
    def texts(self) -> tuple[str, ...]:
        """What each recogniser wrote."""
        return tuple(heard.text for heard in self.heard)

    @property
    def words(self) -> tuple[HeardWord, ...]:
        """The words that have times."""
        return self.heard[0].words if self.heard else ()
