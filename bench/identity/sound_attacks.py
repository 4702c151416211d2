"""Owns sounds put together of real speech: words of several recordings, a voice that goes on as another's, speech beside the phrase.

Lists their cases. Noise as of one room lies over the whole of each, so that no silence tells where the pieces meet.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import scipy.signal

from bench.identity.cases import Case
from bench.identity.clips.film import Stage
from bench.identity.clips.reading import Said, sayings, transcribed, voices_of
from bench.identity.clips.sound import LEVEL, Sounds, Synthetic, load, placed
from bench.identity.clips.writing import SOUND_HZ
from bench.identity.people import Half, corpus, utterances, voices
from identity.core.words import DIGITS, WORDS

ROOM_DB: Final = -32.0
"""Noise of the room against the speech: as a fan in a quiet room."""
LEAST_S, MOST_S = 0.25, 0.7
"""Words that are neither run together nor drawn out."""
PHRASE_S, LONG_S = 3.4, 5.2
"""When a phrase is over; and how long a recording has room for speech before one."""
SAID: Final = (3, 6)


@dataclass(frozen=True)
class Piece:
    """One word of an utterance (path below speech/long)."""

    path: str
    start_s: float
    end_s: float
    word: str


@dataclass(frozen=True)
class Pasted:
    """Words of one reader's several recordings, put beside each other."""

    pieces: tuple[Piece, ...]
    seed: int
    pause_s: float
    at_s: float = 0.4

    def sound(self, seconds: float, stage: Stage) -> np.ndarray:  # noqa: ARG002
        parts: list[np.ndarray] = []
        for piece in self.pieces:
            whole = load(corpus() / "speech" / "long" / piece.path)
            parts += [_level(_edged(whole[round(piece.start_s * SOUND_HZ) : round(piece.end_s * SOUND_HZ)]))]
            parts += [np.zeros(round(self.pause_s * SOUND_HZ), np.float32)]
        return in_room(placed(np.concatenate(parts), self.at_s, seconds), self.seed)


@dataclass(frozen=True)
class Beside:
    """Two sounds one after the other: `first` until a moment, then `second` from its own begin."""

    first: Sounds
    until_s: float
    second: Sounds
    seed: int

    def sound(self, seconds: float, stage: Stage) -> np.ndarray:
        begin = self.first.sound(seconds, stage)[: round(self.until_s * SOUND_HZ)]
        end = self.second.sound(max(0.1, seconds - self.until_s), stage)
        whole = np.concatenate([begin, end])[: round(seconds * SOUND_HZ)]
        return in_room(whole, self.seed)


def in_room(sound: np.ndarray, seed: int) -> np.ndarray:
    """Lay one room's noise over all of it, darker than white."""
    noise = scipy.signal.lfilter([1.0], [1.0, -0.9], np.random.default_rng(seed).normal(0, 1, len(sound)))
    return np.clip(sound + noise / noise.std() * LEVEL * 10 ** (ROOM_DB / 20), -1, 1).astype(np.float32)


def put_together(bases: Sequence[Case], models: Path) -> Iterator[Case]:
    """Every other picture with words pasted, every other with a voice that changes, every other with more speech than the phrase."""
    for place, base in enumerate(bases):
        chance = random.Random(f"put together {place // 2}")
        if place % 2 == 0:
            pieces = _words(base.half, place // 2, models)
            sounds: Sounds = Pasted(pieces, place, chance.choice((0.05, 0.12, 0.2)))
            phrase = tuple(piece.word for piece in pieces)
            yield replace(base, name=f"pasted_words-{place}", kind="pasted_words", sounds=sounds, phrase=phrase, lips=True, free=SAID)
            sounds, phrase = _more(base, chance, place, models)
            yield replace(base, name=f"more_words-{place}", kind="more_words", sounds=sounds, phrase=phrase, lips=True, free=(3,))
        else:
            one, other = _two(base.half, place // 2, models)
            first, spoken = _half(one, models)
            until_s = 0.4 + first.end_s - first.start_s + 0.02
            sounds = Beside(first.read(), until_s, other.read(at_s=0.06), place)
            phrase = (*spoken, *other.words)
            yield replace(base, name=f"swapped_voice-{place}", kind="swapped_voice", sounds=sounds, phrase=phrase, lips=True, free=SAID)


def _words(half: Half, place: int, models: Path) -> tuple[Piece, ...]:
    """Five words of one reader, each of another recording."""
    speakers = sorted({one.speaker for one in utterances(half, several=True)})
    own = [one.path for one in utterances(half, several=True) if one.speaker == speakers[place % len(speakers)]]
    chance = random.Random(f"words {half} {place}")
    found: list[Piece] = []
    for path in chance.sample(own, len(own)):
        name = path.relative_to(corpus() / "speech" / "long").as_posix()
        words = [w for w in transcribed(name, models) if LEAST_S <= w[2] - w[1] <= MOST_S and w[0].strip(" ,.").isalpha()]
        if words:
            text, start_s, end_s = chance.choice(words)
            found.append(Piece(name, round(start_s, 3), round(end_s, 3), text.strip(" ,.").lower()))
    return tuple(found[:5])


def _more(base: Case, chance: random.Random, place: int, models: Path) -> tuple[Sounds, tuple[str, ...]]:
    """A phrase of the list, and somebody who goes on talking after it, or before."""
    words, numbers = chance.sample(sorted(WORDS), 2), chance.sample(sorted(DIGITS), 3)
    phrase = (words[0], *numbers, words[1])
    spoken = Synthetic(phrase, chance.choice(voices(base.half)), 0.3)
    found = voices_of(base.half, models)
    talk = _half(found[place % len(found)], models)[0]
    if place % 4 and base.pictures.end_s - base.pictures.start_s > LONG_S:
        return Beside(talk.read(at_s=0.2), 0.2 + talk.end_s - talk.start_s, spoken, place), phrase
    return Beside(spoken, PHRASE_S, talk.read(at_s=0.1), place), phrase


def _two(half: Half, place: int, models: Path) -> tuple[Said, Said]:
    """Two readers of a half."""
    speakers = sorted({one.speaker for one in utterances(half, several=True)})
    by_speaker = [said for speaker in speakers for said in sayings(speaker, models)[:2]] + list(voices_of(half, models))
    one = by_speaker[place % len(by_speaker)]
    others = [said for said in by_speaker if said.path.split("-")[0] != one.path.split("-")[0]]
    return one, others[(place * 3) % len(others)]


def _half(said: Said, models: Path) -> tuple[Said, tuple[str, ...]]:
    """The first part of a stretch, to the end of a word near its middle."""
    inside = [w for w in transcribed(said.path, models) if said.start_s <= w[1] and w[2] <= said.end_s + 0.01]
    middle = (said.start_s + said.end_s) / 2
    kept = [w for w in inside if w[2] <= middle + 0.2] or inside[:1]
    words = said.words[: len(kept)]
    return replace(said, end_s=round(kept[-1][2], 3), words=words), words


def _level(part: np.ndarray) -> np.ndarray:
    return (part * (LEVEL / max(float(np.sqrt(np.mean(part**2))), 1e-4))).astype(np.float32)


def _edged(part: np.ndarray) -> np.ndarray:
    """Fade by 8 ms, as any editor does."""
    edge = min(len(part) // 2, SOUND_HZ // 125)
    ramp = np.linspace(0, 1, edge, dtype=np.float32)
    return np.concatenate([part[:edge] * ramp, part[edge:-edge], part[-edge:] * ramp[::-1]])
