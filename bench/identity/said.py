"""Measures words and lips apart from recordings: `python -m bench.identity.said [--korean]` prints what docs/identity.md, Sound, tells.

Words: spoken digits of people set beside each other, phrases by synthetic voices, Korean by a formant synthesiser. Lips: the
clips of the corpus that speak, against the same mouth with another stretch of the same voice. Features are kept.
"""

from __future__ import annotations

import argparse
import itertools
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import av
import numpy as np

from bench.identity import people, sound_media
from bench.identity.cache import cached
from bench.identity.sound import phrases
from bench.identity.sound_media import Sounding
from identity.adapters import whisper
from identity.adapters.models import Models
from identity.core import lipsync
from identity.core.challenge import issue
from identity.core.checks.lips import LEAST_Z
from identity.core.spoken import distance, normalised
from identity.core.words import DIGITS, WORDS
from identity.ports import SAMPLE_RATE_HZ, Samples
from infra.places import Places

SPEAKING = ("sadtalker_AOC", "vx_vasa-1_10")
"""Of the corpus's clips only these two speak for more than a second: a person, and a generated face in good step."""
WINDOWS_S = (3.0, 4.0, 5.0)


@cached("heard", whisper, sound_media)
def heard(one: Sounding, language: str, _models: Models) -> tuple[str, str]:
    """What both recognisers write."""
    samples = one.samples()
    return _models.recogniser.listen(samples, language).text, _models.second_recogniser.listen(samples, language).text


def digit_strings() -> Iterator[tuple[Sounding, tuple[str, ...]]]:
    """Ten strings of five digits a speaker, spliced of their single digits: 40 in all."""
    takes: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for digit in people.digits():
        takes[digit.speaker][digit.digit].append(str(digit.path))
    for speaker, of in sorted(takes.items()):
        half = next(d.half for d in people.digits() if d.speaker == speaker)
        for place in range(10):
            chance = np.random.default_rng([place, *speaker.encode()])
            chosen = chance.permutation(10)[:5].tolist()
            files = tuple(of[d][int(chance.integers(len(of[d])))] for d in chosen)
            yield Sounding("digits", speaker, half, files), tuple(tuple(DIGITS)[d] for d in chosen)


def synthetic() -> Iterator[tuple[Sounding, tuple[str, ...]]]:
    """Eight phrases a Kokoro voice: 40 in all."""
    said = phrases(40)
    for place, voice in enumerate(sorted(people.voices())):
        half = "fit" if voice in people.voices("fit") else "report"
        for text in said[place * 8 : place * 8 + 8]:
            yield Sounding("kokoro", voice, half, (voice, text)), tuple(text.split())


def near(phrase: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every phrase that differs in one word of the list, or by two words changing places."""
    for place, word in enumerate(phrase):
        for other in DIGITS if word in DIGITS else WORDS:
            if other != word:
                yield (*phrase[:place], other, *phrase[place + 1 :])
    for a, b in itertools.combinations(range(len(phrase)), 2):
        swapped = list(phrase)
        swapped[a], swapped[b] = swapped[b], swapped[a]
        yield tuple(swapped)


def tell_words(models: Models) -> None:
    """Print exact phrases by recogniser, and near phrases that were taken for the one said."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one, phrase in itertools.chain(digit_strings(), synthetic()):
        said = [normalised(text) for text in heard(one, "en", models)]
        apart = [distance(words, phrase) for words in said]
        row = counts[one.kind]
        row.update(said=1, first=apart[0] == 0, second=apart[1] == 0, either=min(apart) == 0, doubtful=min(apart) == 0 and max(apart) > 2)
        others = list(near(phrase))
        row.update(near=len(others), taken=sum(other in said for other in others))
    for kind, row in counts.items():
        print(f"words, {kind}: {dict(row)}")


def tell_korean(models: Models) -> None:
    """Print exact Korean phrases; nothing without espeak-ng, which is installed for this alone."""
    said = [issue("bench", 0, place.to_bytes(32, "big"), language="ko").phrase for place in range(30)]
    row: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for one, phrase in zip(sound_media.korean([", ".join(words) for words in said]), said, strict=False):
        words = normalised(heard(one, "ko", models)[0], "ko")
        row.update(said=1, exact=words == phrase, words=len(phrase), wrong=distance(words, phrase))
        wrong.update(word for word in phrase if word not in words)
    print(f"words, Korean by espeak-ng: {dict(row)}; most often not heard: {wrong.most_common(8)}")


@cached("speaking", lipsync)
def speaking(name: str, _models: Models) -> tuple[np.ndarray, np.ndarray, Samples]:
    """Times of the pictures (microseconds), the jaw in them, and the sound of a clip."""
    from identity.extraction import track_of  # noqa: PLC0415 -- heavy, and only when nothing is kept

    path = next(clip.path for clip in people.clips() if clip.name == name)
    readings, tracker, count = [], _models.faces.open(), 0
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            count += 1
            time_us = round(float(frame.time or 0) * 1e6)
            found = tracker.read(frame.to_ndarray(format="bgr24"), time_us)
            if found is not None:
                readings.append((time_us, found))
    tracker.close()
    down = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE_HZ)
    with av.open(str(path)) as file:
        parts = [p.to_ndarray().reshape(-1) for f in itertools.chain(file.decode(audio=0), [None]) for p in down.resample(f)]
    track = track_of(readings, count)
    return track.times_us, lipsync.opening_of(track), np.concatenate(parts).astype(np.int16)


def tell_lips(models: Models) -> None:
    """Print how the agreement lies in its null distribution: own voice, and stretches of it from elsewhere."""
    for window_s in WINDOWS_S:
        own: dict[str, list[float]] = defaultdict(list)
        other: list[float] = []
        for name in SPEAKING:
            times, jaw, samples = speaking(name, models)
            starts = np.arange(0, len(samples) / SAMPLE_RATE_HZ - window_s, window_s / 2)
            for a, b in itertools.product(starts, np.arange(0, len(samples) / SAMPLE_RATE_HZ - window_s, 0.5)):
                if a != b and abs(a - b) < 1:
                    continue
                seen = (times >= a * 1e6) & (times < (a + window_s) * 1e6)
                part = samples[round(b * SAMPLE_RATE_HZ) : round((b + window_s) * SAMPLE_RATE_HZ)]
                z = lipsync.lips_of(times[seen] - round(a * 1e6), jaw[seen], part, [(0, len(part))], 0).z
                own[name].append(z) if a == b else other.append(z)
        mine, theirs = np.concatenate(list(own.values())), np.asarray(other)
        area = np.mean([(mine > z).mean() for z in theirs])
        print(f"lips, {window_s:.0f} s: own {len(mine)}, other {len(theirs)}, area {area:.3f}, z of own {np.round(np.sort(mine), 1)}")
        print(f"  below {LEAST_Z}: own {sum(mine < LEAST_Z)}, other {sum(theirs < LEAST_Z)}")


def main() -> None:
    """Print everything, Korean where it is asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--korean", action="store_true", help="with Korean by espeak-ng")
    given = asked.parse_args()
    models = Models.load(Places.from_env(os.environ).models)
    tell_lips(models)
    tell_words(models)
    if given.korean:
        tell_korean(models)


if __name__ == "__main__":
    main()
