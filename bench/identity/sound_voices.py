"""Measures whether a voice that changes is told, and a voice narrower than its room: `python -m bench.identity.sound_voices`.

Read speech of every reader of the corpus, alone and put together of two readers of one half, through Opus. Vectors are kept, so a
second run prints at once. Thresholds are the product's, chosen on the `fit` half; takes are counted, not people.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import numpy as np
import scipy.signal

from bench.identity import people, sound_media
from bench.identity.cache import cached
from bench.identity.people import HALVES, Half
from identity import hearing
from identity.adapters import speaker
from identity.adapters.models import Models
from identity.core import acoustics
from identity.core.checks import sound as sound_check
from identity.core.checks import voice
from identity.ports import SAMPLE_RATE_HZ, Samples, SpeechSpan
from infra.places import Places

Wear = Literal["near", "noise", "room", "telephone"]
WEARS: Final[tuple[Wear, ...]] = ("near", "noise", "room")
TAKE_S: Final = 3.2
ALTERNATE_S: Final = 0.6
LEVEL, HISS, NOISE_DB = 0.06, 0.0012, -15.0
PAIRS, LONG_PAIRS, ALTERNATING = 60, 40, 25


@dataclass(frozen=True)
class Spoken:
    """Somebody's speech: `kind` says who speaks when; `of` names one reader or two; `seed` whatever is drawn."""

    kind: str
    half: Half
    of: tuple[str, ...]
    wear: Wear
    seed: int
    place: int = 0

    def samples(self) -> Samples:
        """Make it: int16, 16 kHz."""
        return worn(_VOICES[self.kind](self), self.wear, self.seed)


@dataclass(frozen=True)
class Vectors:
    """Voice vectors of stretches of 2 s and of .8 s."""

    long: np.ndarray
    short: np.ndarray


@cached("turning", sound_media, speaker, hearing.short_voices, hearing.voice_windows)
def vectors_of(one: Spoken, _models: Models) -> Vectors:
    """All of it is speech, for what it is made of was cut from speech."""
    samples = one.samples()
    whole = (SpeechSpan(0, len(samples)),)
    long = np.stack([_models.speaker.embed(part) for part in hearing.voice_windows(samples)])
    return Vectors(long, hearing.short_voices(samples, whole, _models))


@cached("above", sound_media, acoustics)
def above_of(one: Spoken, _models: Models) -> float:
    """How far the voice stands out above 4.3 kHz, with a room before and after it."""
    samples = one.samples()
    spans = _models.voice_activity.spans(samples)
    power = acoustics.power_frames(samples)
    return acoustics.channel_of(power, acoustics.speaking(len(power), [(s.start, s.end) for s in spans])).above_db


@cache
def speech(half: Half) -> dict[str, tuple[list[np.ndarray], np.ndarray]]:
    """Takes of TAKE_S by reader, and some of their speech in one piece; all of it speech alone."""
    activity = Models.load(Places.from_env(os.environ).models).voice_activity
    paths: dict[str, list[str]] = {}
    for one in people.utterances(half):
        paths.setdefault(one.speaker, []).append(str(one.path))
    found: dict[str, tuple[list[np.ndarray], np.ndarray]] = {}
    for reader, own in paths.items():
        cut = [hearing.cut_speech((sound_media.read(path) * 32767).astype(np.int16), activity)[0] / 32768 for path in own[:6]]
        size = int(TAKE_S * SAMPLE_RATE_HZ)
        each = [[part[a : a + size] for a in range(0, len(part) - size, size)] for part in cut]
        takes = [take for of in each for take in (of[:1] if len(own) > 1 else of)][:4]
        whole = np.concatenate(cut[:2])
        found[reader] = ([_levelled(take) for take in takes], _levelled(whole))
    return found


def worn(sound: np.ndarray, wear: Wear, seed: int) -> Samples:
    """Lay a room's hiss, noise or response over it, or send it through a telephone's band first, then through Opus."""
    chance = np.random.default_rng(seed)
    if wear == "room":
        response = sound_media.read(people.rooms()[seed % len(people.rooms())])
        sound = scipy.signal.fftconvolve(sound, response / np.sqrt(np.sum(response**2)))[: len(sound)]
    if wear == "telephone":
        sound = scipy.signal.sosfilt(scipy.signal.butter(10, 3700, fs=SAMPLE_RATE_HZ, output="sos"), sound)
    hiss = LEVEL * 10 ** (NOISE_DB / 20) if wear == "noise" else HISS
    return sound_media.through_opus((sound + chance.normal(0, hiss, len(sound))).astype(np.float32))


def _one(spoken: Spoken) -> np.ndarray:
    return speech(spoken.half)[spoken.of[0]][0][spoken.place]


def _padded(spoken: Spoken) -> np.ndarray:
    return np.pad(_one(spoken), (int(0.4 * SAMPLE_RATE_HZ), int(0.7 * SAMPLE_RATE_HZ)))


def _long(spoken: Spoken) -> np.ndarray:
    return speech(spoken.half)[spoken.of[0]][1][: spoken.place * SAMPLE_RATE_HZ]


def _takes(spoken: Spoken) -> tuple[np.ndarray, np.ndarray]:
    one, other = (speech(spoken.half)[reader] for reader in spoken.of)
    return one[0][0], other[0][-1]


def _turned(spoken: Spoken) -> np.ndarray:
    """One, then the other: at the middle, or at a quarter to three quarters."""
    one, other = _takes(spoken)
    part = 0.5 if spoken.kind == "middle" else 0.25 + 0.5 * float(np.random.default_rng(spoken.seed + 1000).random())
    at = int(len(one) * part)
    return np.concatenate([one[:at], other[at:]])


def _word_by_word(spoken: Spoken) -> np.ndarray:
    size = int(ALTERNATE_S * SAMPLE_RATE_HZ)
    pair = _takes(spoken)
    return np.concatenate([pair[place % 2][a : a + size] for place, a in enumerate(range(0, len(pair[0]), size))])


def _two_of_five(spoken: Spoken) -> np.ndarray:
    one, other = (speech(spoken.half)[reader][1] for reader in spoken.of)
    half = int(2.5 * SAMPLE_RATE_HZ)
    return np.concatenate([one[:half], other[half : 2 * half]])


def _every_two(spoken: Spoken) -> np.ndarray:
    pair = [speech(spoken.half)[reader][1] for reader in spoken.of]
    size = 2 * SAMPLE_RATE_HZ
    return np.concatenate([pair[k % 2][k * size : min((k + 1) * size, 7 * SAMPLE_RATE_HZ)] for k in range(4)])


_VOICES: Final = {
    "one": _one, "padded": _padded, "one 5 s": _long, "one 7 s": _long, "middle": _turned, "anywhere": _turned,
    "word by word": _word_by_word, "after 2.5 of 5 s": _two_of_five, "every 2 s": _every_two,
}  # fmt: skip


def alone(half: Half) -> Iterator[Spoken]:
    """One reader each: takes of 3.2 s three ways, and 5 and 7 s near and in noise."""
    for place, (reader, (takes, whole)) in enumerate(speech(half).items()):
        for k, wear in itertools.product(range(len(takes)), WEARS):
            yield Spoken("one", half, (reader,), wear, place * 40 + k * 4, k)
        for seconds, wear in itertools.product((5, 7), WEARS[:2]):
            if len(whole) >= seconds * SAMPLE_RATE_HZ:
                yield Spoken(f"one {seconds} s", half, (reader,), wear, place * 40 + seconds, seconds)


def together(half: Half) -> Iterator[Spoken]:
    """Two readers each."""
    readers = [reader for reader, (takes, _) in speech(half).items() if takes]
    pairs = list(itertools.combinations(readers, 2))
    np.random.default_rng(5).shuffle(pairs)
    for seed, pair in enumerate(pairs[:PAIRS]):
        yield Spoken("middle", half, tuple(pair), WEARS[seed % 3], seed)
        yield Spoken("anywhere", half, tuple(pair), "near", seed)
        yield Spoken("word by word", half, tuple(pair), "near", seed)
    long = [pair for pair in pairs if all(len(speech(half)[reader][1]) >= 7 * SAMPLE_RATE_HZ for reader in pair)]
    for seed, pair in enumerate(long[:LONG_PAIRS]):
        yield Spoken("after 2.5 of 5 s", half, tuple(pair), WEARS[seed % 2], seed)
        if seed < ALTERNATING:
            yield Spoken("every 2 s", half, tuple(pair), WEARS[seed % 2], seed)


def tell_turning(half: Half, models: Models) -> None:
    """Print how many of each kind each measure stops."""
    counts: dict[str, Counter[str]] = {}
    for one in itertools.chain(alone(half), together(half)):
        vectors = vectors_of(one, models)
        row = counts.setdefault(one.kind, Counter())
        row["takes"] += 1
        row["voice.several"] += voice.least_turn(vectors.long) < voice.MIN_SIMILARITY
        row["as it was: any pair below .27"] += float(np.min(vectors.long @ vectors.long.T)) < voice.MIN_SIMILARITY
        row["voice.changed, pairs"] += len(vectors.long) > 2 and float(np.min(vectors.long @ vectors.long.T)) < voice.LEAST_ALIKE
        row["voice.changed, short"] += voice.least_turn(vectors.short, side=2) < voice.LEAST_ALIKE_SHORT
    for kind, row in counts.items():
        print(f"{half:6} {kind:18} {dict(row)}")


def tell_narrow(half: Half, models: Models) -> None:
    """Print where readers stand out above 4.3 kHz, three ways and by telephone."""
    for wear in (*WEARS, "telephone"):
        taken = [
            above_of(Spoken("padded", half, (reader,), wear, place * 3 + k, k), models)
            for place, (reader, (takes, _)) in enumerate(speech(half).items())
            for k in range(min(len(takes), 3))
        ]
        found = np.asarray(taken)
        asked = found[np.isfinite(found)]
        lowest = np.round(np.sort(asked)[:3], 1)
        print(
            f"{half:6} {wear:10} takes {len(found)}, asked {len(asked)}, narrow {sum(asked < sound_check.LEAST_ABOVE_DB)}, lowest {lowest}"
        )


def main() -> None:
    """Print both for both halves."""
    models = Models.load(Places.from_env(os.environ).models)
    for half in HALVES:
        tell_narrow(half, models)
        tell_turning(half, models)


def _levelled(sound: np.ndarray) -> np.ndarray:
    return sound / np.sqrt(np.mean(sound**2)) * LEVEL


if __name__ == "__main__":
    main()
