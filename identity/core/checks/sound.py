"""Owns the weak signs in a recording's sound: a machine's voice, a loudspeaker, a splice (check 8), a file not captured (check 11).

None refuses (`core.effects`): each is worth a reviewer's ear or a place in the fused probability, and each can be forged. A
measure that could not be read gives no result.
"""

import math
from typing import Final

from identity.core.assessment import CheckResult, Polarity, Profile, measured
from identity.core.checks.voice import changed
from identity.core.sound import ChannelFacts, RoomFacts, SoundFacts, StreamFacts

_DOC: Final = "docs/identity.md, Sound"
_UNMEASURED: Final = "a choice, unmeasured on browsers and phones"

LEAST_NATURAL: Final = -7.0
"""Below it a note. Read speech through Opus: 1 of 18 fitting, 0 of 16 reporting; Kokoro 0 of 12 and 6 of 18."""
LEAST_ABOVE_DB: Final = 8.3
"""Noise alone gives 7.1 dB (`core.acoustics`): the voice has nothing where the room goes on, so it was recorded elsewhere. Fitting half:
spliced digits 7.5 at most, read speech near, in noise and in rooms 11.1 at least (83 takes); reporting half 9.4 at least (87)."""
MOST_BESIDE_S: Final = 0.5
"""Longest speech that no heard word explains. All sounds of the bench: read and own speech .12 at most, spliced .31, synthetic .41."""
MOST_FLOOR_STEP_DB: Final = 8.0
"""Read speech 0 of 66, spliced 1 of 24: tells little."""
MOST_COLOUR_CHANGE_DB: Final = 6.0
"""Read speech 3 of 66, spliced 0 of 24: tells little."""
MOST_ZEROS_S: Final = 0.05
"""After Opus no read speech has any (0 of 36 fitting, 0 of 32 reporting); of splices with silent gaps 6 of 6 and 3 of 6."""
MOST_REPEAT: Final = 0.25
"""Read speech reaches .03 (68 recordings), synthetic voices .09 (30); a loop .5 and more."""
LEAST_BAND_HZ: Final = 5000.0
"""A telephone's or an old recording's band ends at 4 kHz; so does a cheap headset's: a note."""
MOST_START_S: Final = 0.5
MOST_END_S: Final = 0.8
MOST_GAP_S: Final = 0.12
MOST_DRIFT_PPM: Final = 2000.0

_WORD_US: Final = 900_000
_AFTER_US: Final = 250_000
"""A heard word explains speech from so long before its end (its begin is not reliable) to so long after it."""


def check(sound: SoundFacts, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge everything but which words, lips, and long stretches of the voice."""
    return (
        *_at_most(6, "words.more_said", beside_words_s(sound), MOST_BESIDE_S, _DOC, profile),
        *voice(sound.natural_score, sound.channel, profile),
        *changed(sound.voices, profile),
        *room(sound.room, profile),
        *stream(sound.stream, profile),
    )


def voice(natural_score: float, channel: ChannelFacts, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge whether a machine speaks, and whether the voice went through less than the room around it did."""
    return (
        *_at_least(8, "voice.synthetic", natural_score, LEAST_NATURAL, _DOC, profile),
        *_at_least(8, "voice.narrow", channel.above_db, LEAST_ABOVE_DB, _DOC, profile),
        *_at_least(11, "injection.sound_band", channel.cutoff_hz, LEAST_BAND_HZ, _UNMEASURED, profile),
    )


def room(facts: RoomFacts, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge whether the pauses are of one room and one take."""
    return (
        *_at_most(8, "room.level_changed", facts.jump_db, MOST_FLOOR_STEP_DB, _DOC, profile),
        *_at_most(8, "room.changed", facts.change_db, MOST_COLOUR_CHANGE_DB, _DOC, profile),
    )


def stream(facts: StreamFacts, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge whether the sound lies in its file as a microphone's does."""
    apart = max(abs(facts.start_us) / 1e6 / MOST_START_S, abs(facts.end_us) / 1e6 / MOST_END_S)
    clock = max(facts.gap_us / 1e6 / MOST_GAP_S, 0.0 if math.isnan(facts.drift_ppm) else abs(facts.drift_ppm) / MOST_DRIFT_PPM)
    return (
        *_at_most(11, "injection.sound_silence", facts.zeros_us / 1e6, MOST_ZEROS_S, _DOC, profile),
        *_at_most(11, "injection.sound_repeats", facts.repeat, MOST_REPEAT, _DOC, profile),
        *_at_most(11, "injection.sound_apart", apart, 1.0, _UNMEASURED, profile),
        *_at_most(11, "injection.sound_clock", clock, 1.0, _UNMEASURED, profile),
    )


def beside_words_s(sound: SoundFacts) -> float:
    """Longest stretch of speech beside all heard words, in seconds; nan where no word has a time."""
    if not sound.words:
        return float("nan")
    longest = 0
    explained = sorted((word.end_us - _WORD_US, word.end_us + _AFTER_US) for word in sound.words)
    for start, end in sound.speech_us:
        at = start
        for first, last in explained:
            if first > end:
                break
            longest, at = max(longest, min(first, end) - at), max(at, last)
        longest = max(longest, end - at)
    return longest / 1e6


def _at_least(number: int, code: str, score: float, threshold: float, source: str, profile: Profile) -> tuple[CheckResult, ...]:
    return () if math.isnan(score) else (measured(number, code, score, threshold, source, profile=profile),)


def _at_most(number: int, code: str, score: float, threshold: float, source: str, profile: Profile) -> tuple[CheckResult, ...]:
    lower = Polarity.LOWER_IS_LIVE
    return () if math.isnan(score) else (measured(number, code, score, threshold, source, profile=profile, polarity=lower),)
